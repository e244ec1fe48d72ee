"""One private PostgreSQL instance: made, started, stopped, and healed after a kill -9."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpline.binaries import Account, Binaries, EngineError
from helpline.engine_settings import OF, QUIET, THROW_AWAY
from helpline.processes import kill_group, spawn, stop, wait_until
from helpline.state import write_private

SUPERUSER = "postgres"
PORTS = {"main": 5432, "keys": 5433}
STOP_SECONDS = 15
"""A fast shutdown writes one checkpoint; past this it is cut short, which loses nothing."""


@dataclass
class Cluster:
    """One PostgreSQL instance."""

    name: str  # main | keys
    directory: Path
    sockets: Path
    binaries: Binaries
    account: Account
    log: Path
    password: str
    durable: bool = True
    process: subprocess.Popen[bytes] | None = None
    maker: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.directory / self.name

    @property
    def port(self) -> int:
        return PORTS[self.name]

    def url(self, user: str, password: str, database: str) -> str:
        """An address that both libpq and django-environ understand."""
        return (
            f"postgres://{quote(user, safe='')}:{quote(password, safe='')}@:{self.port}/{database}"
            f"?host={quote(str(self.sockets))}"
        )

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(SUPERUSER, self.password, database)

    def check_version(self) -> bool:
        """Is there data? Raises EngineError if these programs cannot read it."""
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            return False
        version = marker.read_text(encoding="ascii").strip()
        if version != str(self.binaries.major):
            raise EngineError(
                f"{self.data} was made by PostgreSQL {version}, and the one found here"
                f" ({self.binaries.postgres}) is {self.binaries.major}. Name the directory of"
                f" version {version}'s programs in HELPLINE_POSTGRES_BIN, or delete the demo and"
                " its data with `make clean`."
            )
        return True

    def create(self) -> None:
        """Begin to make the data directory, if it is not there; ``is_made`` tells when it is."""
        if self.check_version():
            return
        fresh = self._unfinished
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        fresh.chmod(0o700)
        self.account.own(fresh)
        modern = self.binaries.major >= 17  # the first with its own C.UTF-8
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            self.binaries.program("initdb"), f"--pgdata={fresh}", f"--username={SUPERUSER}",
            f"--pwfile={self._password_file}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--no-instructions", *(locale if modern else ["--locale=C.UTF-8"]),
            *(["--wal-segsize=1"] if self.name == "keys" else []),
            *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        self._write(self._password_file, f"{self.password}\n")
        self.maker = self._spawn(command, signal.SIGKILL, self.directory)

    def is_made(self) -> bool:
        """Is the data directory complete? Raises EngineError if making it failed."""
        if self.maker is None:
            return True
        if self.maker.poll() is None:
            return False
        self._password_file.unlink(missing_ok=True)
        if self.maker.returncode:
            raise EngineError(f"initdb failed for {self.name}; see {self.log}.")
        self.maker = None
        self._unfinished.rename(self.data)
        return True

    def start(self) -> None:
        """Write the configuration and start; ``is_ready`` tells when it answers."""
        self._settle_the_past()
        self._write(self.data / "postgresql.conf", self._configuration())
        replication = f"local replication {SUPERUSER} scram-sha-256\n"
        rules = "local all all scram-sha-256\n" + (replication if self.name == "main" else "")
        self._write(self.data / "pg_hba.conf", rules)
        command = [self.binaries.program("postgres"), "-D", str(self.data)]
        # SIGINT is PostgreSQL's fast shutdown.
        self.process = self._spawn(command, signal.SIGINT, self.data)

    def is_ready(self) -> bool:
        """Does the instance accept connections? Raises EngineError if it has died."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise EngineError(f"PostgreSQL ({self.name}) did not start; see {self.log}.")
        lines = _lines(self.data / "postmaster.pid")
        return (
            len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
        )  # line 8 is its state

    def stop(self) -> None:
        """A fast shutdown, cut short when it takes too long."""
        if self.maker is not None:
            kill_group(self.maker)
            self._password_file.unlink(missing_ok=True)
            self.maker = None
        if self.process is None:
            return
        if not stop(self.process, gently=signal.SIGINT, seconds=STOP_SECONDS):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.process = None

    def _spawn(
        self, command: list[str], on_orphaned: signal.Signals, cwd: Path
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return spawn(
                command,
                log=log,
                on_orphaned=on_orphaned,
                account=self.account,
                cwd=cwd,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            )

    def _configuration(self) -> str:
        place = f"unix_socket_directories = '{self.sockets}'\nport = {self.port}\n"
        return QUIET + OF[self.name] + place + ("" if self.durable else THROW_AWAY)

    @property
    def _unfinished(self) -> Path:
        # initdb works here and is renamed when done: what was broken off never looks whole.
        return self.directory / f"{self.name}.new"

    @property
    def _password_file(self) -> Path:
        return self.directory / f"{self.name}.password"

    def _write(self, path: Path, text: str) -> None:
        write_private(path, text)
        self.account.own(path)

    def _settle_the_past(self) -> None:
        """Wait for, or end, an instance whose supervisor was killed; drop a stale pid file.

        PostgreSQL itself refuses to start when the number in the file belongs to any process of
        its account. The caller holds the state directory's lock, so nobody else runs this.
        """
        pid_file = self.data / "postmaster.pid"
        lines = _lines(pid_file)
        if not lines:
            return
        pid = int(lines[0])
        if not wait_until(lambda: not self._is_ours(pid), seconds=STOP_SECONDS):
            os.kill(pid, signal.SIGQUIT)
            wait_until(lambda: not self._is_ours(pid), seconds=STOP_SECONDS)
        pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        command = Path(f"/proc/{pid}/cmdline")
        try:
            return str(self.data).encode() in command.read_bytes().split(b"\0")
        except OSError:
            return False


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
