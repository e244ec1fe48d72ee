"""The three programs that `manage.py up` keeps running: web, worker, beat."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpline.processes import kill_group, spawn, stop

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""Whoever has lived this long starts again at once after a death."""

WORKER = (
    "-m", "celery", "--app", "helpline.supervised", "--quiet", "worker", "--loglevel", "WARNING",
    "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip
BEAT = (
    "-m", "celery", "--app", "helpline.supervised", "--quiet", "beat", "--loglevel", "WARNING",
    "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile", "",
)  # fmt: skip


@dataclass
class Child:
    """One program: how it is started, and what became of it."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    on_orphaned: signal.Signals
    stop_seconds: float
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    retry_at: float = field(default=0.0, init=False)
    delay: float = field(default=FIRST_DELAY_SECONDS, init=False)

    def start(self) -> None:
        """Start it; whether it serves is another question."""
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = spawn(
                [sys.executable, *self.arguments],
                log=log,
                on_orphaned=self.on_orphaned,
                env=self.environment,
                pass_fds=self.pass_fds,
            )

    def tend(self) -> str | None:
        """Start again what has ended, later each time; the answer is a line to print, if any."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.retry_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        kill_group(self.process)  # a pool may have outlived its master
        self.process = None
        if now - self.started_at > STEADY_SECONDS:
            self.delay = FIRST_DELAY_SECONDS
        line = f"{self.name} ended ({_cause(code)}); starting it again in {self.delay:g} s"
        self.retry_at = now + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY_SECONDS)
        return line

    def ask_to_stop(self) -> None:
        """Begin a stop, so that several can stop at the same time."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, *, hurry: bool) -> None:
        """Wait for its end, and kill what does not come to one."""
        if self.process is not None:
            seconds = 1.0 if hurry else self.stop_seconds
            stop(self.process, gently=signal.SIGTERM, seconds=seconds)
            self.process = None


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
