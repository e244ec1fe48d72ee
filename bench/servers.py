"""A web process that the bench starts, watches and stops."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from helpline.processes import spawn, stop, wait_until
from helpline.web import listen

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


class Server:
    """One web process on a free port of loopback."""

    def __init__(
        self, name: str, application: str, *, kind: str, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.application, self.kind, self.log = name, application, kind, log
        self.listener: socket.socket = listen("127.0.0.1", 0)
        self.port: int = self.listener.getsockname()[1]
        self.environment = {**environment, "HELPLINE_BASE": f"localhost:{self.port}"}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        descriptor = self.listener.fileno()
        command = [sys.executable, "-m", "bench.serve", self.kind, self.application]
        with self.log.open("ab") as log:
            self.process = spawn(
                [*command, str(descriptor)],
                log=log,
                cwd=PROJECT,
                env=self.environment,
                pass_fds=(descriptor,),
            )
        if not wait_until(self._answers, seconds=START_SECONDS, check=self._check):
            raise RuntimeError(f"{self.name} did not start:\n{self.said()}")

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, gently=signal.SIGTERM, seconds=8)
            self.process = None
        self.listener.close()

    def said(self, most: int = 3_000) -> str:
        """Return the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-most:]

    def _check(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended:\n{self.said()}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/", headers={"Host": f"nobody.localhost:{self.port}"})
            return connection.getresponse().status > 0
        except OSError:
            return False
        finally:
            connection.close()
