"""Engines for one run of the bench, durable as in production, and removed when it ends."""

from __future__ import annotations

import base64
import fcntl
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

from bench.machine import SERVER, on
from bench.servers import PROJECT, Server
from helpline.engines import Engines
from helpline.provision import provision_keys, provision_main

PREFIX = "helpline-bench-"
DATABASE, KEYS, BASELINE = "helpline", "helpline_keys", "baseline"
# What the load has to get past; the code that counts runs all the same.
NO_RATE = {
    "HELPLINE_SAY_BURST": "1000000",
    "HELPLINE_SAY_PER_SECOND": "1000000",
    "HELPLINE_START_BURST": "1000000",
    "HELPLINE_START_PER_MINUTE": "1000000",
}
Connection = psycopg.Connection[tuple[object, ...]]


class Stage:
    """Three engines, two databases that are migrated, and the servers that use them."""

    def __init__(self) -> None:
        _sweep()
        self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.directory.chmod(0o711)
        self._held: IO[str] = (self.directory / "held").open("w", encoding="ascii")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        log = self.directory / "log"
        log.mkdir(mode=0o700)
        passwords = {name: secrets.token_hex(16) for name in ("main", "keys", "valkey")}
        self.engines = Engines(
            self.directory / "engines", passwords=passwords, log=log, durable=True
        )
        self.servers: list[Server] = []
        self.variables: dict[str, str] = {}

    def __enter__(self) -> Stage:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *what: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop and remove everything; safe at any moment."""
        for server in self.servers:
            server.stop()
        self.engines.stop()
        if self.engines.directory != self.directory / "engines":
            shutil.rmtree(self.engines.directory, ignore_errors=True)
        self._held.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def processes(self, *servers: Server) -> dict[str, list[int]]:
        """Return who does the work of ``servers``, for the meter."""
        engines = self.engines
        found = {
            "postgres": engines.main.process,
            "keys": engines.keys.process,
            "valkey": engines.valkey.process,
        }
        named = {name: [process.pid] for name, process in found.items() if process}
        return {"web": [server.pid for server in servers], **named}

    def server(self, name: str, application: str, *, kind: str = "uvicorn", **more: str) -> Server:
        """Start a server of ``application`` on the server's core. Fan-out has its name."""
        prefix = {"HELPLINE_CHANNEL_PREFIX": f"bench-{name}"}
        environment = {**os.environ, **self.variables, **NO_RATE, **prefix, **more}
        server = Server(name, application, kind=kind, environment=environment, log=self.log(name))
        self.servers.append(server)
        with on(SERVER):
            server.start()
        return server

    @contextmanager
    def serving(self, name: str, application: str, **more: str) -> Iterator[Server]:
        """Run a server for as long as one measurement takes."""
        server = self.server(name, application, **more)
        try:
            yield server
        finally:
            server.stop()
            self.servers.remove(server)

    def log(self, name: str) -> Path:
        return self.directory / "log" / f"{name}.log"

    def main(self, database: str = DATABASE) -> Connection:
        """Connect as the one who may do anything: what seeds and looks is not what is measured."""
        return psycopg.connect(self.engines.main.superuser_url(database), autocommit=True)

    def keys(self) -> Connection:
        return psycopg.connect(self.engines.keys.superuser_url(KEYS), autocommit=True)

    def manage(self, *arguments: str, settings: str = "helpline.settings") -> None:
        environment = {**os.environ, **self.variables, "DJANGO_SETTINGS_MODULE": settings}
        subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=PROJECT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _start(self) -> None:
        _allow_many_files()
        with on(SERVER):
            self.engines.start()
        self._provision()
        for command in (["migrate", "-v0"], ["load_charters"]):
            self.manage(*command)
        self.manage("migrate", "-v0", "--run-syncdb", settings="bench.baseline.settings")

    def _provision(self) -> None:
        words = [secrets.token_hex(16) for _ in range(4)]
        main_url, keys_url = self.engines.main.superuser_url(), self.engines.keys.superuser_url()
        main = provision_main(main_url, DATABASE, owner=words[0], app=words[1])
        keys = provision_keys(keys_url, KEYS, owner=words[2], app=words[3])
        with self.main("postgres") as connection:
            connection.execute(f"CREATE DATABASE {BASELINE}")
        self.variables = {
            "DATABASE_URL": main.app,
            "DATABASE_OWNER_URL": main.owner,
            "KEYS_DATABASE_URL": keys.app,
            "KEYS_DATABASE_OWNER_URL": keys.owner,
            "DATABASE_POOL": "8",
            "REDIS_URL": self.engines.valkey.url(),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "HELPLINE_MASTER_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
            "HELPLINE_STATE": str(self.directory / "state"),
            "HELPLINE_STATIC_ROOT": str(self.directory / "static"),
            "HELPLINE_SCHEME": "http",
            "HELPLINE_STAFF_MFA": "off",
            # Nobody clicks at these desks.
            "HELPLINE_IDLE_MINUTES": "1000000",
            "HELPLINE_CHANNEL_PREFIX": "bench",
            "BENCH_BASELINE_DATABASE_URL": self.engines.main.superuser_url(BASELINE),
            "BENCH_BASELINE_REDIS_URL": _with_number(self.engines.valkey.url(), 1),
        }


def _with_number(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), "db": str(number)}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _allow_many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _sweep() -> None:
    """Remove what runs that were killed have left."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), (directory / "held").open("r", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
