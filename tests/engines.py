"""The engines of one test run, and a database pair for each process that runs tests.

Which engines: those of DATABASE_URL, REDIS_URL (and KEYS_DATABASE_URL, else a second database on
the same server) when set; else throw-away ones from the wheels or Debian's programs; else the run
fails. They start once a run, under pytest-xdist too: the controller owns them and tells its
workers by the environment. A migrated template is made by whoever needs a database first.
Tests run as the application's login; what creates, migrates and empties is the owner.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from helpline.engines import Engines
from helpline.provision import (
    APP,
    KEYS_APP,
    KEYS_OWNER,
    OWNER,
    Logins,
    derived_password,
    may_provision,
    provision_keys,
    provision_main,
    with_login,
)

PROJECT = Path(__file__).resolve().parent.parent
TOLD = "HELPLINE_TEST_RUN"
PREFIX = "helpline-test-"
MEMORY, ROOM_BYTES = Path("/dev/shm"), 6 * 2**30  # noqa: S108  # with a name of its own in it
DEMO_ONLY = ("HELPLINE_BASE", "HELPLINE_SCHEME", "HELPLINE_STAFF_MFA", "DATABASE_POOL")


@dataclass(frozen=True)
class Run:
    """What every process of a test run knows."""

    directory: Path
    main: str  # addresses of a login that may create roles and databases
    keys: str
    redis: str
    suffix: str
    private: bool

    @property
    def template(self) -> str:
        return f"test_template_{self.suffix}"

    @property
    def database(self) -> str:
        return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{self.suffix}"

    def tell(self) -> None:
        """Put the run into the environment, for workers to find."""
        os.environ[TOLD] = json.dumps({**asdict(self), "directory": str(self.directory)})

    @classmethod
    def told(cls) -> Run:
        """The run that this process belongs to."""
        values = json.loads(os.environ[TOLD])
        return cls(**{**values, "directory": Path(values["directory"])})

    def variables(self, database: str) -> dict[str, str]:
        """The environment of a process that works on ``database`` and its keys."""
        main, keys = self._logins(database)
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
        return {
            "DATABASE_URL": main.app,
            "DATABASE_OWNER_URL": main.owner,
            "KEYS_DATABASE_URL": keys.app,
            "KEYS_DATABASE_OWNER_URL": keys.owner,
            "REDIS_URL": _with_number(self.redis, number),
            "HELPLINE_CHANNEL_PREFIX": self.database,
            "HELPLINE_STATIC_ROOT": str(self.directory / "static"),
            "HELPLINE_STATE": str(self.directory / "state"),
            "SECRET_KEY": "not a secret: every test run has the same",
            "HELPLINE_MASTER_KEYS": "dGhpcnR5LXR3byBieXRlcyBmb3IgdGVzdHMgb25seSE=",
            # As a web process has it; a login for every piece of work takes most of its time.
            "DATABASE_POOL": "12",
            # Tests move the clock by days, and most are about something else than who is there.
            "HELPLINE_STAFF_MFA": "off",
            "HELPLINE_IDLE_MINUTES": "1000000",
            "HELPLINE_STEP_UP_MINUTES": "1000000",
        }

    def make_databases(self) -> None:
        """Copy this process's pair from the template, which is made first if need be."""
        with self._alone():
            if not (self.directory / "template").exists():
                self._make_template()
            self._copy(self.main, self.template, self.database)
            self._copy(self.keys, f"{self.template}_keys", f"{self.database}_keys")
            self._provision(self.database)

    def drop_databases(self, database: str) -> None:
        """Remove one pair, whoever is connected to it."""
        for server, name in ((self.main, database), (self.keys, f"{database}_keys")):
            with psycopg.connect(server, autocommit=True) as connection:
                statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(statement.format(sql.Identifier(name)))

    def _logins(self, database: str) -> tuple[Logins, Logins]:
        def login(server: str, role: str, name: str) -> str:
            return with_login(server, role, derived_password(server, role), name)

        keys = f"{database}_keys"
        return (
            Logins(login(self.main, APP, database), login(self.main, OWNER, database)),
            Logins(login(self.keys, KEYS_APP, keys), login(self.keys, KEYS_OWNER, keys)),
        )

    def _provision(self, database: str) -> None:
        main, keys = self.main, self.keys
        provision_main(
            main, database, owner=derived_password(main, OWNER), app=derived_password(main, APP)
        )
        provision_keys(
            keys,
            f"{database}_keys",
            owner=derived_password(keys, KEYS_OWNER),
            app=derived_password(keys, KEYS_APP),
        )

    def _make_template(self) -> None:
        self._provision(self.template)
        environment = {**os.environ, **self.variables(self.template)}
        # Most of migrating is thought, and each instance does its own.
        commands = [
            ["migrate", "-v0", "--database", "default"],
            ["migrate", "-v0", "--database", "keys"],
            ["collectstatic", "--noinput", "-v0"],
        ]
        running = [
            subprocess.Popen([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment)
            for command in commands
        ]
        for command, process in zip(commands, running, strict=True):
            if process.wait() != 0:
                raise RuntimeError(f"manage.py {command[0]} failed; see above")
        (self.directory / "template").touch()

    def _copy(self, server: str, template: str, database: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            owner = OWNER if server == self.main and not database.endswith("_keys") else KEYS_OWNER
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            names = map(sql.Identifier, (database, template, owner))
            connection.execute(statement.format(*names))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.directory / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Harness:
    """The engines of this run, where this process is the one that owns them."""

    def __init__(self) -> None:
        told = os.environ.get(TOLD)
        self.engines: Engines | None = None
        self.is_owner = told is None
        if told is not None:
            self.run = Run.told()
        else:
            self.run = self._new_run(os.environ)
            self.run.tell()
        for name in DEMO_ONLY:
            os.environ.pop(name, None)
        os.environ.update(self.run.variables(self.run.database))

    def start(self) -> None:
        """Start the throw-away engines, if there are any and they are ours."""
        if self.engines is not None:
            self.engines.start()

    def stop(self) -> None:
        """Stop the engines and remove every trace of the run."""
        if not self.is_owner:
            return
        os.environ.pop(TOLD, None)
        if self.engines is not None:
            self.engines.stop()
            if self.engines.directory != self.run.directory / "engines":
                shutil.rmtree(self.engines.directory, ignore_errors=True)
        else:
            self.run.drop_databases(self.run.template)
        self._held.close()
        shutil.rmtree(self.run.directory, ignore_errors=True)

    def _new_run(self, environment: Mapping[str, str]) -> Run:
        _sweep()
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place()))
        directory.chmod(0o711)
        self._held = (directory / "held").open("w", encoding="ascii")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        if environment.get("DATABASE_URL") and environment.get("REDIS_URL"):
            return _given(directory, environment)
        log = directory / "log"
        log.mkdir(mode=0o700)
        passwords = {name: os.urandom(16).hex() for name in ("main", "keys", "valkey")}
        self.engines = Engines(directory / "engines", passwords=passwords, log=log, durable=False)
        return Run(
            directory,
            main=self.engines.main.superuser_url(),
            keys=self.engines.keys.superuser_url(),
            redis=self.engines.valkey.url(),
            suffix="run",
            private=True,
        )


def _given(directory: Path, environment: Mapping[str, str]) -> Run:
    main = environment["DATABASE_URL"]
    keys = environment.get("KEYS_DATABASE_URL") or main
    for url in (main, keys):
        if not may_provision(url):
            raise RuntimeError(
                "Tests make and drop databases and roles: give DATABASE_URL (and"
                " KEYS_DATABASE_URL) a login that may, on a server kept for tests."
            )
    return Run(directory, main, keys, environment["REDIS_URL"], str(os.getpid()), private=False)


def _with_number(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = {**dict(parse_qsl(parts.query)), "db": str(number)}
        return urlunsplit(parts._replace(query=urlencode(query)))
    return urlunsplit(parts._replace(path=f"/{number}"))


def _place() -> Path:
    """Where engines that nobody needs tomorrow live: in memory, if there is room.

    Emptying every table after a test is little else than making and removing files.
    """
    disk = Path(tempfile.gettempdir())
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return disk
    memory = os.statvfs(MEMORY)
    runs_programs = not memory.f_flag & os.ST_NOEXEC
    has_room = memory.f_bavail * memory.f_frsize > ROOM_BYTES
    return MEMORY if runs_programs and has_room else disk


def _sweep() -> None:
    """Remove what runs that were killed have left."""
    for directory in _place().glob(f"{PREFIX}*"):
        try:
            with (directory / "held").open("r", encoding="ascii") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(directory, ignore_errors=True)
        except OSError:
            continue
