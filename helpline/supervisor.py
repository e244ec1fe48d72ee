"""`manage.py up`: engines, preparation, web, worker and beat under one roof, until a signal.

Signals only set a flag, which every wait looks at: nothing is ever interrupted between starting a
program and noting it down. Programs run in sessions of their own, so that Ctrl-C in a terminal
reaches the supervisor alone; should the supervisor itself be killed, the kernel ends them.
The listening socket belongs to the supervisor: a port in use is seen at once, and while web is
started again, whoever knocks waits instead of being refused.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from helpline import local, parent
from helpline.binaries import EngineError
from helpline.children import BEAT, WORKER, Child, Errand, trimming
from helpline.demo import Demo, ways_in
from helpline.engines import Engines
from helpline.prepare import print_step
from helpline.processes import spawn, stop
from helpline.provision import ProvisionError
from helpline.state import InUse, State
from helpline.web import listen

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PROJECT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120
LARGEST_LOG_BYTES = 10_000_000
ENGINE_DELAY_SECONDS = 5


class Stopped(Exception):
    """A signal asks for the end."""


class CannotStart(Exception):
    """The text says why, and what would be right."""


class Supervisor:
    """One run of `manage.py up`."""

    def __init__(
        self, state: State, *, host: str, port: int, web_processes: int, open_lines: bool
    ) -> None:
        self.state, self.host, self.port, self.open_lines = state, host, port, open_lines
        self.web_processes = web_processes
        self.begun = time.monotonic()
        self.signals = 0
        self.engines: Engines | None = None
        self.engine_retry_at: dict[str, float] = {}
        self.children: list[Child] = []
        self.errands: list[Errand] = []
        self.listener: socket.socket | None = None
        self.parent_listener: socket.socket | None = None
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)

    def run(self) -> int:
        """Start everything, tend it, stop everything; return the exit code."""
        self._watch_signals()
        try:
            with self.state.lock():
                return self._run_locked()
        except InUse as error:
            return _fail(f"{error} Stop that one first, or go where its demo.json says.")

    def _run_locked(self) -> int:
        code = 0
        try:
            self._start()
            self._tend()
        except Stopped:
            pass
        except (CannotStart, EngineError, ProvisionError) as error:
            code = _fail(str(error))
        finally:
            self._stop()
        return code

    # --- start ---------------------------------------------------------------------------------

    def _start(self) -> None:
        self._listen()
        for log in (self.state.root / "log").glob("*.log"):
            if log.stat().st_size > LARGEST_LOG_BYTES:
                log.replace(log.with_suffix(".old"))
        say(f"Helpline starts in {self.state.root}")
        environment = self._start_engines()
        collecting = self._command(["manage.py", "collectstatic", "--noinput", "-v0"], environment)
        try:
            self._prepare(environment)
            self._finish(collecting, "collectstatic")
        finally:
            stop(collecting, gently=signal.SIGTERM, seconds=2)
        self._start_children(local.without_owners(environment))
        self._wait_ready()
        for line in ways_in(self._demo()):
            say(line)
        say(f"bubble      {self._parent()}/  (a made-up page of {parent.LINE}'s municipality)\n")
        say(f"mail        {self._mail()}\n")
        say(f"ready in {time.monotonic() - self.begun:.1f} s. Ctrl-C stops it; the data stays.")

    def _listen(self) -> None:
        try:
            self.listener = listen(self.host, self.port)
        except OSError as error:
            raise CannotStart(
                f"Cannot listen on {self.host} port {self.port}: {_reason(error)}. Choose another:"
                ' make run ARGS="--port 9000".'
            ) from None
        self.port = self.listener.getsockname()[1]
        try:
            self.parent_listener = listen(self.host, self.port + 1)
        except (OSError, OverflowError):
            self.parent_listener = listen(self.host, 0)

    def _mail(self) -> str:
        """Where mails to staff go: a directory, unless the environment names a mail server."""
        return (
            "by the server that EMAIL_URL names" if local.mail_server() else f"{self.state.mail}/"
        )

    def _parent(self) -> str:
        """Where the page with the bubble stands: another origin and another site than the line's."""
        assert self.parent_listener is not None
        return f"http://{parent.PLACE}:{self.parent_listener.getsockname()[1]}"

    def _start_engines(self) -> dict[str, str]:
        begun = time.monotonic()
        environment = local.own_environment()
        kept = local.secrets_of(self.state)
        if local.are_given(environment):
            addresses = local.given_addresses(environment, kept)
        else:
            self.engines = Engines(
                self.state.engines,
                passwords=local.engine_passwords(kept),
                log=self.state.root / "log",
                say=lambda text: say(f"  {text}"),
            )
            self.engines.start(self._check)
            addresses = local.private_addresses(self.engines, kept)
        made = {**addresses.variables(), **local.demo_variables(self.port, self.state)}
        self.state.write_env({**kept, **made})
        print_step("engines", time.monotonic() - begun)
        return {**kept, **environment, **made, "PYTHONUNBUFFERED": "1"}

    def _prepare(self, environment: dict[str, str]) -> None:
        demo = str(self.state.root / "demo.json")
        command = ["-m", "helpline.prepare", demo, "--parent", self._parent()]
        command += ["--open"] if self.open_lines else []
        preparing = self._command(command, environment)
        try:
            self._finish(preparing, "preparation")
        finally:
            stop(preparing, gently=signal.SIGTERM, seconds=2)

    def _command(
        self, arguments: list[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        sys.stdout.flush()
        with open(sys.stdout.fileno(), "wb", closefd=False) as terminal:  # a descriptor
            return spawn([sys.executable, *arguments], log=terminal, env=environment, cwd=PROJECT)

    def _finish(self, process: subprocess.Popen[bytes], name: str) -> None:
        while process.poll() is None:
            self._check()
            self._sleep(0.1)
        if process.returncode:
            raise CannotStart(f"{name} failed (exit code {process.returncode}); see above.")

    def _start_children(self, environment: dict[str, str]) -> None:
        assert self.listener is not None
        assert self.parent_listener is not None
        web = {"DATABASE_POOL": "20", **environment}
        fd = self.listener.fileno()
        arguments = ("-m", "helpline.web", "--fd", str(fd))
        # Beat and the worker repeat what a kill breaks off; web says goodbye to its sockets. All web
        # processes listen on the one socket, and the kernel gives a caller to whoever is free.
        names = ["web", *(f"web-{number}" for number in range(2, self.web_processes + 1))]
        page = self.parent_listener.fileno()
        chat = f"http://{parent.LINE}.localhost:{self.port}"
        bubble = ("-m", "helpline.parent", "--fd", str(page), "--chat", chat)
        plans = [
            *((name, arguments, web, signal.SIGTERM, 10.0, (fd,)) for name in names),
            ("worker", WORKER, environment, signal.SIGKILL, 20.0, ()),
            ("beat", BEAT, environment, signal.SIGKILL, 5.0, ()),
            (
                "parent",
                bubble,
                local.without_owners(local.own_environment()),
                signal.SIGKILL,
                1.0,
                (page,),
            ),
        ]
        for name, command, variables, on_orphaned, stop_seconds, fds in plans:
            self._ready_file(name).unlink(missing_ok=True)
            child = Child(
                name,
                command,
                {**variables, "HELPLINE_READY_FILE": str(self._ready_file(name))},
                self.state.root / "log" / f"{name}.log",
                on_orphaned=on_orphaned,
                stop_seconds=stop_seconds,
                pass_fds=fds,
            )
            self.children.append(child)
            child.start()

        self.errands.append(trimming(self.state.root / "log", environment))

    def _ready_file(self, name: str) -> Path:
        return self.state.root / "run" / f"{name}.ready"

    def _wait_ready(self) -> None:
        begun = time.monotonic()
        waiting = {"web": self._web_answers, "worker": None, "beat": None}
        while waiting:
            self._tend_once()
            for name, answers in list(waiting.items()):
                if answers() if answers else self._ready_file(name).exists():
                    del waiting[name]
                    print_step(name, time.monotonic() - begun)
            if time.monotonic() - begun > READY_SECONDS:
                logs = self.state.root / "log"
                raise CannotStart(f"{', '.join(waiting)} did not get ready; see {logs}.")
            self._sleep(0.1)

    def _web_answers(self) -> bool:
        host = urlsplit(self._demo()["tenants"][0]["visitor"]).netloc
        place = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  # compared, not bound
        connection = http.client.HTTPConnection(place, self.port, timeout=1)
        try:
            connection.request("GET", "/api/status", headers={"Host": host})
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _demo(self) -> Demo:
        demo: Demo = json.loads((self.state.root / "demo.json").read_text(encoding="utf-8"))
        return demo

    # --- run and stop --------------------------------------------------------------------------

    def _tend(self) -> None:
        while True:
            self._tend_once()
            for errand in self.errands:
                errand.tend()
            self._sleep(1.0)

    def _tend_once(self) -> None:
        self._check()
        if self.engines is not None:
            for name in self.engines.dead():
                self._restart_engine(name)
        for child in self.children:
            line = child.tend()
            if line:
                say(line)

    def _restart_engine(self, name: str) -> None:
        assert self.engines is not None
        if time.monotonic() < self.engine_retry_at.get(name, 0.0):
            return
        say(f"{name} ended; starting it again")
        try:
            self.engines.restart(name, self._check)
        except EngineError as error:
            # A full disk, say. When there is room again nobody shall have to be there.
            say(f"{error} Trying again in {ENGINE_DELAY_SECONDS} s.")
            self.engine_retry_at[name] = time.monotonic() + ENGINE_DELAY_SECONDS

    def _stop(self) -> None:
        if self.children:
            say("stopping")
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.stop(hurry=self.signals > 1)
        for errand in self.errands:
            errand.stop()
        if self.engines is not None:
            self.engines.stop()
        for listener in filter(None, (self.listener, self.parent_listener)):
            listener.close()
        if self.children:
            say("stopped")

    # --- signals -------------------------------------------------------------------------------

    def _watch_signals(self) -> None:
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes _sleep
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._note_signal)

    def _note_signal(self, *_: object) -> None:
        self.signals += 1

    def _check(self) -> None:
        if self.signals:
            raise Stopped

    def _sleep(self, seconds: float) -> None:
        readable, _, _ = select.select([self._wake_reader], [], [], seconds)
        if readable:
            os.read(self._wake_reader, 4096)


def say(text: str) -> None:
    """Print a line; a terminal that has gone away is no reason to stop."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _reason(error: OSError) -> str:
    # socket.create_server appends the address to the text.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def _fail(text: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
    return 1
