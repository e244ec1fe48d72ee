"""What `manage.py up` keeps running, web, worker and beat, and what it runs now and then."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpline.processes import kill_group, spawn, stop

PROJECT = Path(__file__).resolve().parent.parent
TRIM_SECONDS = 3600.0
AGAIN_SECONDS = 60.0
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


@dataclass
class Errand:
    """A short program that is run again and again, the first time at once; one at a time.

    One that failed (the database was away, say) has its next turn ``again_seconds`` later at most.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    every_seconds: float
    again_seconds: float = AGAIN_SECONDS
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    due_at: float = field(default=0.0, init=False)

    def tend(self) -> None:
        """Start it if its time has come and the last one has ended."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.process = None
            if code:
                self.due_at = min(self.due_at, now + self.again_seconds)
        if now < self.due_at:
            return
        self.due_at = now + self.every_seconds
        with self.log.open("ab") as log:
            self.process = spawn(
                [sys.executable, *self.arguments],
                log=log,
                on_orphaned=signal.SIGKILL,
                env=self.environment,
            )

    def stop(self) -> None:
        """End it, if it runs; the next one does what it left."""
        if self.process is not None:
            stop(self.process, gently=signal.SIGTERM, seconds=1.0)
            self.process = None


def trimming(logs: Path, environment: Mapping[str, str]) -> Errand:
    """Keep the files in ``logs`` as short as is promised, which stands in the database."""
    command = (str(PROJECT / "manage.py"), "trim_logs", "-v0", str(logs))
    return Errand(command, environment, logs / "trim.log", TRIM_SECONDS)


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
