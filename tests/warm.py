"""Processes that are forked from one which has the application loaded already.

Loading it is most of what a start costs. Nearly every test in a browser starts a web process, and
whatever dies at a step of its work is a process too. Nothing is opened before the fork: no
connection, no thread, no event loop. A process that a test starts for itself (after a kill, with
traps in it, with fewer files) is started as in production.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from multiprocessing import forkserver
from pathlib import Path
from typing import cast

from helpline.processes import die_with_parent

# What one process differs in from another that is begun here.
OWN = "HELPLINE_BASE"
# Where pytest writes which test is on.
_TEST = "PYTEST_CURRENT_TEST"

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["tests.nursery"])
_begun_with: dict[str, str] = {}


class Warm:
    """A web process begun here; what tests do with a ``subprocess.Popen`` can be done with it."""

    def __init__(self, listener: socket.socket, log: Path, environment: Mapping[str, str]) -> None:
        """``environment`` is one that ``serves`` has said yes to."""
        self._process = _nursery.Process(target=_serve, args=(listener, log, environment[OWN]))
        self._process.start()
        self.pid = cast("int", self._process.pid)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises ``subprocess.TimeoutExpired``."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("web", timeout or 0)
        return self._process.exitcode


def serves(environment: Mapping[str, str]) -> bool:
    """Say whether a process with ``environment`` can come from here: settings are read once."""
    if not _begun_with:
        _begun_with.update(_shared(environment))
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            forkserver.ensure_running()
        finally:
            os.environ.clear()
            os.environ.update(before)
    return _shared(environment) == _begun_with


def run(work: Callable[..., object], *args: str, environment: Mapping[str, str]) -> int:
    """Do ``work`` in a process begun here; return how that ended, below zero by a signal.

    ``environment`` is one that ``serves`` says yes to.
    """
    assert serves(environment)
    process = _nursery.Process(target=work, args=args)
    process.start()
    process.join()
    return cast("int", process.exitcode)


def _shared(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in {OWN, _TEST}}


def _serve(listener: socket.socket, log: Path, base: str) -> None:
    os.setsid()
    die_with_parent(signal.SIGTERM)
    with log.open("ab") as written:
        for descriptor in (1, 2):
            os.dup2(written.fileno(), descriptor)
    from django.conf import settings

    settings.HELPLINE_BASE = base
    sys.argv = ["helpline.web", "--fd", str(listener.detach())]
    from helpline.web import main

    main()
