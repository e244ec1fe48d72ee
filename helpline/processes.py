"""Starting and stopping programs so that none outlives the process that started it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from helpline.binaries import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Process(Protocol):
    """What ``stop`` asks of a process: as of ``subprocess.Popen``, in a group of its own."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int, /) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


def spawn(
    command: Sequence[str],
    *,
    log: IO[bytes],
    on_orphaned: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that a terminal's Ctrl-C reaches only us.

    On Linux the kernel sends it ``on_orphaned`` when the thread that called this ends, so call it
    from the main thread. Elsewhere a kill -9 of this process leaves the program running.
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        # Runs after the change of account, which would undo it.
        die_with_parent(on_orphaned)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
        preexec_fn=tie_to_parent,  # no other thread runs when it is called
        pass_fds=pass_fds,
        **(account.run_as() if account else {}),
    )


def die_with_parent(how: signal.Signals) -> None:
    """Ask the kernel to send ``how`` to this process when its parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(how))


def stop(process: Process, *, gently: signal.Signals, seconds: float) -> bool:
    """Ask ``process`` to stop and wait; kill its whole group when it does not. True if it did."""
    if process.poll() is None:
        process.send_signal(gently)
    try:
        process.wait(timeout=seconds)
        stopped = True
    except subprocess.TimeoutExpired:
        stopped = False
    kill_group(process)
    return stopped


def kill_group(process: Process) -> None:
    """End whatever is left of ``process`` and of what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    true: Callable[[], bool], *, seconds: float, check: Callable[[], None] = lambda: None
) -> bool:
    """Poll ``true`` until it is, or the time is over; ``check`` may raise to break off."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        check()
        time.sleep(0.02)
    return True
