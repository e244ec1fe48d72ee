"""Everything that a run of the platform leaves on disk, in Valkey or on a terminal, searched."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import redis

from helpline.binaries import engine_account, find_binaries, reachable_binaries
from tests.engines import Run

DATABASES = 64
READ: dict[bytes, tuple[str | int, ...]] = {
    b"string": ("GET",),
    b"list": ("LRANGE", 0, -1),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", 0, -1),
    b"hash": ("HGETALL",),
}


def spellings(text: str) -> list[bytes]:
    """Return the ways in which a text may lie about: as it is, in a dump's hex, in base64."""
    raw = text.encode()
    # Base64 of a text inside another depends on where in it the text begins.
    shifted = [base64.b64encode(b"\0" * pad + raw)[4:-4] for pad in range(3)]
    return [raw, raw.hex().encode(), *shifted]


def hits(place: bytes, needles: Mapping[str, list[bytes]]) -> set[str]:
    return {
        name for name, spelt in needles.items() if any(place.find(needle) != -1 for needle in spelt)
    }


class Traces:
    """The places of one run, each searched by ``found_in``."""

    def __init__(self, run: Run, needles: Mapping[str, str]) -> None:
        self.run = run
        self.needles = {name: spellings(text) for name, text in needles.items()}
        self.heard: list[bytes] = []
        self.redis = redis.Redis.from_url(run.redis)

    def found_in(self) -> dict[str, set[str]]:
        """Return the names of the needles that are found, by place; places without are there too."""
        for server in (self.run.main, self.run.keys):
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
        # Before the rest, for it does not stay.
        keys_wal = self._in_files(self._data_of(self.run.keys), wal=True)
        return {
            "main files": self._in_files(self._data_of(self.run.main), wal=False),
            "main WAL": self._in_files(self._data_of(self.run.main), wal=True),
            "keys files": self._in_files(self._data_of(self.run.keys), wal=False),
            "keys WAL": keys_wal,
            "dump": hits(self._dump(), self.needles),
            "Valkey": hits(b"\n".join(self._stored()), self.needles),
            "Valkey's traffic": hits(b"\n".join(self.heard), self.needles),
            "logs": self._in_logs(),
        }

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down every command that Valkey is given meanwhile."""
        with self.redis.monitor() as monitor:  # type: ignore[no-untyped-call]  # redis-py's
            listener = threading.Thread(target=self._listen, args=(monitor,))
            listener.start()
            yield
            self.redis.set("end of listening", "")
            listener.join(timeout=20)
            assert not listener.is_alive()
        self.redis.delete("end of listening")

    def _listen(self, monitor: redis.client.Monitor) -> None:
        while True:
            line = monitor.connection.read_response(disable_decoding=True)
            self.heard.append(bytes(line))
            if b"end of listening" in line:
                return

    def _data_of(self, server: str) -> Path:
        with psycopg.connect(server) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        return Path(row[0])

    def _in_files(self, data: Path, *, wal: bool) -> set[str]:
        files = [path for path in data.rglob("*") if ("pg_wal" in path.parts) is wal]
        return self._in_all(files)

    def _in_logs(self) -> set[str]:
        engines = self.run.directory / "engines"
        files = (path for path in self.run.directory.rglob("*") if engines not in path.parents)
        # What Valkey might have written down lies beside the data of the others.
        return self._in_all([*files, *(engines / "valkey").rglob("*")])

    def _in_all(self, paths: Iterable[Path]) -> set[str]:
        found: set[str] = set()
        for path in paths:
            if not path.is_file():
                continue
            # A file may go while it is looked at: WAL is recycled, tables are dropped. It is read and not
            # mapped, for one that another test truncates meanwhile would take the process with it.
            with suppress(FileNotFoundError):
                found |= hits(path.read_bytes(), self.needles)
        return found

    def _dump(self) -> bytes:
        account = engine_account()
        binaries = reachable_binaries(find_binaries(), account, self.run.directory / "engines")
        url = self.run.main.replace("/postgres?", f"/{self.run.database}?")
        command = [binaries.program("pg_dump"), f"--dbname={url}"]
        return subprocess.run(
            command, check=True, cwd="/", capture_output=True, **account.run_as()
        ).stdout

    def _stored(self) -> Iterator[bytes]:
        for number in range(DATABASES):
            store = redis.Redis.from_url(self.run.redis, db=number)
            for key in store.scan_iter():
                yield key
                yield from _values(store, key)
            store.close()


def _values(store: redis.Redis, key: bytes) -> Iterator[bytes]:
    command, *limits = READ[_asked(store, "TYPE", key)]
    # Whatever comes back: the needles are ASCII, which repr leaves as it is.
    yield repr(_asked(store, command, key, *limits)).encode()


def _asked(store: redis.Redis, *command: object) -> Any:
    return store.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
