"""Two ways to have main twice: a physical base backup with its WAL, and a dump."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from helpline.binaries import engine_account, find_binaries, reachable_binaries
from helpline.cluster import Cluster
from helpline.processes import wait_until
from helpline.provision import APP, OWNER, derived_password, provision_main
from tests.engines import Run

Environment = dict[str, str]


class Copy(Protocol):
    """A copy of main as it was when it was taken.

    ``restored`` serves it, and gives the environment of a process that works on it and on today's
    keys.
    """

    name: str

    def take(self) -> None: ...

    def restored(self) -> AbstractContextManager[Environment]: ...


class BaseBackup:
    """The data files and the WAL that was written meanwhile, restored as a second cluster."""

    name = "base backup"

    def __init__(self, run: Run, directory: Path) -> None:
        self.run = run
        self.account = engine_account()
        binaries = find_binaries()
        self.binaries = reachable_binaries(binaries, self.account, run.directory / "engines")
        for path in (directory, directory / "sockets"):
            path.mkdir(mode=0o700)
            self.account.own(path)
        self.cluster = Cluster(
            "main",
            directory=directory,
            sockets=directory / "sockets",
            binaries=self.binaries,
            account=self.account,
            log=run.directory / "log" / f"{directory.name}.log",
            password="",
            durable=False,
        )

    def take(self) -> None:
        command = [
            self.binaries.program("pg_basebackup"), f"--dbname={self.run.main}",
            f"--pgdata={self.cluster.data}", "--wal-method=stream", "--checkpoint=fast",
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd="/", **self.account.run_as())

    @contextmanager
    def restored(self) -> Iterator[Environment]:
        self.cluster.start()
        try:
            assert wait_until(self.cluster.is_ready, seconds=60)
            yield _environment(self._url(APP), self._url(OWNER))
        finally:
            self.cluster.stop()

    def _url(self, role: str) -> str:
        return self.cluster.url(role, derived_password(self.run.main, role), self.run.database)


class Dump:
    """What pg_dump writes, restored as another database of the same instance."""

    name = "dump"

    def __init__(self, run: Run, directory: Path) -> None:
        self.run, self.file = run, directory / "main.dump"
        self.database = f"{run.database}_dump"
        self.programs = find_binaries()
        directory.mkdir(mode=0o700)

    def take(self) -> None:
        # Past row security, which would hide all of it: that takes a superuser or BYPASSRLS.
        server = _in_database(self.run.main, self.run.database)
        self._call("pg_dump", "--format=custom", f"--file={self.file}", f"--dbname={server}")

    @contextmanager
    def restored(self) -> Iterator[Environment]:
        passwords = [derived_password(self.run.main, role) for role in (OWNER, APP)]
        logins = provision_main(self.run.main, self.database, owner=passwords[0], app=passwords[1])
        server = _in_database(self.run.main, self.database)
        try:
            self._call("pg_restore", "--exit-on-error", f"--dbname={server}", str(self.file))
            yield _environment(logins.app, logins.owner)
        finally:
            self.run.drop_databases(self.database)

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run([self.programs.program(program), *arguments], check=True, cwd="/")


def _environment(app: str, owner: str) -> Environment:
    return {**os.environ, "DATABASE_URL": app, "DATABASE_OWNER_URL": owner}


def _in_database(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
