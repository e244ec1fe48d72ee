"""The private engines together: two PostgreSQL instances (main, keys) and one Valkey.

Unix sockets only, in a directory that only the engines' account may enter; passwords all the same.
Valkey keeps nothing on disk: what fans out is "look again" or sealed, tasks are ids, and beat asks
for each of them again.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from helpline.binaries import (
    Account,
    EngineError,
    engine_account,
    find_binaries,
    reachable_binaries,
    reachable_directory,
)
from helpline.cluster import Cluster
from helpline.engine_settings import VALKEY
from helpline.processes import spawn, stop, wait_until
from helpline.state import write_private

SOCKET_PATH_LIMIT = 107
START_SECONDS = 60
VALKEY_STOP_SECONDS = 5


class Valkey:
    """One Valkey (or Redis) that keeps nothing."""

    def __init__(
        self, program: Path, *, directory: Path, sockets: Path, account: Account, log: Path,
        password: str,
    ) -> None:  # fmt: skip
        self.program, self.directory, self.account = program, directory, account
        self.socket = sockets / "valkey.sock"
        self.log, self.password = log, password
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """An address for redis-py; kombu wants its own spelling of it (settings)."""
        return f"unix://:{quote(self.password, safe='')}@{self.socket}?db={database}"

    def start(self) -> None:
        """Start; ``is_ready`` tells when it answers."""
        self.socket.unlink(missing_ok=True)
        configuration = self.directory / "valkey.conf"
        write_private(
            configuration,
            VALKEY.format(socket=self.socket, password=self.password, directory=self.directory),
        )
        self.account.own(configuration)
        with self.log.open("ab") as log:
            self.process = spawn(
                [str(self.program), str(configuration)],
                log=log,
                account=self.account,
                cwd=self.directory,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            )

    def is_ready(self) -> bool:
        """Is the socket there? It is made last. Raises EngineError if the program has died."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise EngineError(f"Valkey did not start; see {self.log}.")
        return self.socket.exists()

    def stop(self) -> None:
        """End it; there is nothing to save."""
        if self.process is not None:
            stop(self.process, gently=signal.SIGTERM, seconds=VALKEY_STOP_SECONDS)
            self.process = None


class Engines:
    """Three engines in one directory. ``durable=False`` is for data nobody will miss."""

    def __init__(
        self,
        directory: Path,
        *,
        passwords: dict[str, str],
        log: Path,
        durable: bool = True,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        """``passwords`` has an entry for main, keys and valkey."""
        self.account = engine_account()
        self.directory = reachable_directory(directory, self.account)
        if self.directory != directory:
            say(f"{self.account.name} cannot reach {directory}: data is in {self.directory}")
        found = find_binaries()
        self.binaries = reachable_binaries(found, self.account, self.directory)
        self.sockets = self._socket_directory(say)
        self.main, self.keys = (
            Cluster(
                name,
                directory=self.directory,
                sockets=self.sockets,
                binaries=self.binaries,
                account=self.account,
                log=log / f"postgres-{name}.log",
                password=passwords[name],
                durable=durable,
            )
            for name in ("main", "keys")
        )
        work = self.directory / "valkey"
        work.mkdir(exist_ok=True)
        work.chmod(0o700)
        self.valkey = Valkey(
            self.binaries.valkey,
            directory=self.account.own(work),
            sockets=self.sockets,
            account=self.account,
            log=log / "valkey.log",
            password=passwords["valkey"],
        )

    def start(self, check: Callable[[], None] = lambda: None) -> None:
        """Make what is missing and start all three side by side.

        ``check`` is called while waiting and may raise; ``stop`` tidies up after that too.
        """
        self.valkey.start()
        for cluster in (self.main, self.keys):
            cluster.create()
        for cluster in (self.main, self.keys):
            self._wait(cluster.is_made, check)
            cluster.start()
        for engine in self._named().values():
            self._wait(engine.is_ready, check)

    def restart(self, name: str, check: Callable[[], None] = lambda: None) -> None:
        """Start one of ``dead`` again; PostgreSQL recovers by itself what it had committed."""
        engine = self._named()[name]
        engine.start()
        self._wait(engine.is_ready, check)

    def stop(self) -> None:
        """Stop all three; safe at any moment of a start."""
        for engine in (self.valkey, self.main, self.keys):
            engine.stop()
        link = self.directory / "sock"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()

    def dead(self) -> list[str]:
        """Names of the engines that have ended by themselves."""
        return [
            name
            for name, engine in self._named().items()
            if engine.process is not None and engine.process.poll() is not None
        ]

    def _named(self) -> dict[str, Cluster | Valkey]:
        return {"main": self.main, "keys": self.keys, "valkey": self.valkey}

    def _wait(self, true: Callable[[], bool], check: Callable[[], None]) -> None:
        if not wait_until(true, seconds=START_SECONDS, check=check):
            raise EngineError(f"An engine was not ready after {START_SECONDS} s; see the logs.")

    def _socket_directory(self, say: Callable[[str], None]) -> Path:
        place = self.directory / "sock"
        if place.is_symlink():
            shutil.rmtree(place.resolve(), ignore_errors=True)
            place.unlink()
        if len(str(place / ".s.PGSQL.5432.lock")) > SOCKET_PATH_LIMIT:
            short = Path(tempfile.mkdtemp(prefix="helpline-"))
            say(f"{place} is too long for a socket's name: sockets are in {short}")
            place.symlink_to(short)
            place = short
        place.mkdir(exist_ok=True)
        place.chmod(0o700)
        return self.account.own(place)
