"""The application as a process of its own, for tests that come in by the front door."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from helpline.processes import Process, spawn, stop, wait_until
from helpline.web import listen
from tests import warm
from tests.engines import Run

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 30


def environment_of(variables: Mapping[str, str], base: str = "localhost") -> dict[str, str]:
    """Return what a web process of these tests is told, at a base address."""
    return {
        **os.environ,
        **variables,
        "HELPLINE_BASE": base,
        "HELPLINE_SCHEME": "http",
        "HELPLINE_STAFF_MFA": "off",
        "DATABASE_POOL": "8",
    }


class LiveStack:
    """One web process, started and stopped (and killed) at will. The port stays the same."""

    # What Python runs; tests of faults lay traps in it first.
    program: ClassVar[tuple[str, ...]] = ("-m", "helpline.web")

    def __init__(
        self, variables: Mapping[str, str], directory: Path, more: Mapping[str, str] | None = None
    ) -> None:
        """``more`` goes before what every such process is given here."""
        self.listener: socket.socket = listen("127.0.0.1", 0)
        self.port: int = self.listener.getsockname()[1]
        self.base = f"localhost:{self.port}"
        self.log = directory / f"web-{self.port}.log"
        self.environment = {**environment_of(variables, self.base), **(more or {})}
        self.process: Process | None = None

    @classmethod
    @contextmanager
    def on(cls, run: Run) -> Iterator[LiveStack]:
        """One that answers, on the databases of ``run`` that are this test's own."""
        stack = cls(run.variables(run.database), run.directory)
        try:
            if warm.serves(stack.environment):
                stack.process = warm.Warm(stack.listener, stack.log, stack.environment)
            else:
                stack.begin()
            stack.wait()
            yield stack
        finally:
            stack.stop()

    def url(self, slug: str, path: str = "/") -> str:
        """A visitor's address at a tenant; ``desk-<slug>`` is its desk."""
        return f"http://{slug}.{self.base}{path}"

    def start(self) -> None:
        """Start, and wait until it answers anything at all."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start, without waiting."""
        descriptor = self.listener.fileno()
        command = [sys.executable, *self.program, "--fd", str(descriptor)]
        with self.log.open("ab") as log:
            self.process = spawn(
                command, log=log, cwd=PROJECT, env=self.environment, pass_fds=(descriptor,)
            )

    def wait(self) -> None:
        """Wait until it answers anything at all."""
        if not wait_until(self._answers, seconds=START_SECONDS):
            raise RuntimeError(f"web did not start:\n{self.log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        """Stop it and give the port back."""
        self.end(signal.SIGTERM)
        self.listener.close()

    def end(self, how: signal.Signals) -> None:
        """End the process (SIGKILL for a crash); ``start`` begins another on the same port."""
        if self.process is not None:
            stop(self.process, gently=how, seconds=10)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"web ended:\n{self.log.read_text(encoding='utf-8')}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/", headers={"Host": f"nobody.{self.base}"})
            return connection.getresponse().status > 0
        except OSError:
            return False
        finally:
            connection.close()
