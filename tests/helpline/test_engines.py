from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from helpline.binaries import EngineError, engine_account, find_binaries, reachable_binaries
from helpline.engines import Engines
from helpline.processes import wait_until
from helpline.state import State

pytestmark = pytest.mark.engines

PASSWORDS = {"main": "one", "keys": "two", "valkey": "three"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a short name that the engines' account can reach."""
    place = Path(os.path.realpath("/tmp")) / f"helpline-engines-{os.getpid()}"  # noqa: S108  # short
    place.mkdir(mode=0o711)
    yield place
    shutil.rmtree(place)


@contextmanager
def running(directory: Path, said: list[str] | None = None) -> Iterator[Engines]:
    said = [] if said is None else said
    log = directory.parent
    engines = Engines(directory, passwords=PASSWORDS, log=log, durable=False, say=said.append)
    try:
        engines.start()
        yield engines
    finally:
        engines.stop()


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_data_survives_a_restart_and_valkey_forgets(place: Path) -> None:
    with running(place / "e") as engines:
        ask(engines.main.superuser_url(), "CREATE TABLE kept AS SELECT 7 AS n")
        redis.Redis.from_url(engines.valkey.url()).set("forgotten", "7")

    with running(place / "e") as engines:
        kept = ask(engines.main.superuser_url(), "SELECT n FROM kept")
        forgotten = redis.Redis.from_url(engines.valkey.url()).get("forgotten")

    assert (kept, forgotten) == ([(7,)], None)


def test_engines_listen_in_one_private_directory_alone(place: Path) -> None:
    with running(place / "e") as engines:
        owner = engine_account().uid
        status = (place / "e" / "sock").stat()
        listening = [
            ask(cluster.superuser_url(), "SHOW listen_addresses")
            for cluster in (engines.main, engines.keys)
        ]
        port = redis.Redis.from_url(engines.valkey.url()).config_get("port")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(unix_socket_path=str(engines.valkey.socket)).ping()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(engines.main.url("postgres", "wrong", "postgres"), "SELECT 1")

    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o700, owner)
    assert (listening, port) == ([[("",)], [("",)]], {"port": "0"})


def test_keys_is_set_to_forget_soon_and_nothing_is_set_to_log_a_statement(place: Path) -> None:
    quiet = {
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_min_duration_statement": "-1",
        "archive_mode": "off",
    }
    forgetful = {
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_recycle": "off",
        "wal_segment_size": "1048576",
        "checkpoint_timeout": "30",
        "archive_timeout": "30",
        "autovacuum_naptime": "1",
    }
    query = "SELECT name, setting FROM pg_settings"

    with running(place / "e") as engines:
        main = dict(ask(engines.main.superuser_url(), query))
        keys = dict(ask(engines.keys.superuser_url(), query))

    assert {name: main[name] for name in quiet} == quiet
    assert {name: keys[name] for name in quiet | forgetful} == quiet | forgetful
    assert main["wal_level"] == "replica"


def test_a_failing_statement_leaves_nothing_of_itself_in_the_log(place: Path) -> None:
    with running(place / "e") as engines:
        url = engines.main.superuser_url()
        ask(url, "CREATE TABLE said (body text UNIQUE); INSERT INTO said VALUES ('sentinel-a')")
        for statement in (
            "INSERT INTO said VALUES ('sentinel-a')",
            "SELECT 'sentinel-b'::int",
            "SELECT 1 FROM sentinel_c",
        ):
            with pytest.raises(psycopg.Error, match="sentinel"):
                ask(url, statement)

    assert "sentinel" not in (place / "postgres-main.log").read_text(encoding="utf-8")


def test_start_after_kill_recovers_what_was_committed(place: Path) -> None:
    with running(place / "e") as engines:
        ask(engines.main.superuser_url(), "CREATE TABLE kept AS SELECT 7 AS n")
        assert engines.main.process is not None
        os.kill(engines.main.process.pid, signal.SIGKILL)
        assert wait_until(lambda: engines.dead() == ["main"], seconds=10)

        engines.restart("main")

        assert ask(engines.main.superuser_url(), "SELECT n FROM kept") == [(7,)]
        assert engines.dead() == []


def test_start_heeds_no_pid_file_that_names_somebody_else(place: Path) -> None:
    with running(place / "e"):
        pass
    pid_file = place / "e" / "main" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{place / 'e' / 'main'}\n", encoding="ascii")

    with running(place / "e") as engines:
        assert ask(engines.main.superuser_url(), "SELECT 1") == [(1,)]


def test_data_of_another_version_is_refused_with_both_versions(place: Path) -> None:
    with running(place / "e") as engines:
        found = engines.binaries
    (place / "e" / "keys" / "PG_VERSION").write_text("9.6\n", encoding="ascii")

    with pytest.raises(EngineError) as refused, running(place / "e"):
        pass

    assert str(refused.value) == (
        f"{place / 'e' / 'keys'} was made by PostgreSQL 9.6, and the one found here"
        f" ({found.postgres}) is {found.major}. Name the directory of version 9.6's programs in"
        " HELPLINE_POSTGRES_BIN, or delete the demo and its data with `make clean`."
    )


def test_a_deep_directory_gets_short_sockets_and_says_so(place: Path) -> None:
    deep = place / ("d" * 60) / ("e" * 60)
    said: list[str] = []

    with running(deep, said) as engines:
        answer = ask(engines.main.superuser_url(), "SELECT 1")
        short = engines.sockets

    assert answer == [(1,)]
    assert said == [f"{deep / 'sock'} is too long for a socket's name: sockets are in {short}"]
    assert not short.exists()


@as_root
def test_a_closed_home_sends_the_data_elsewhere_and_clean_removes_it(place: Path) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    state = State(closed / "state")
    said: list[str] = []

    with running(state.engines, said) as engines:
        elsewhere = engines.directory
        answer = ask(engines.keys.superuser_url(), "SELECT 1")
    state.remove()

    assert (answer, elsewhere.parent) == ([(1,)], Path("/var/lib"))
    assert said == [
        f"{engine_account().name} cannot reach {closed / 'state' / 'engines'}: data is in"
        f" {elsewhere}"
    ]
    assert (elsewhere.exists(), state.root.exists()) == (False, False)


@as_root
def test_programs_in_a_closed_home_are_copied_once(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_binaries()
    closed = place / "home"
    closed.mkdir(mode=0o700)
    package = found.postgres.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(found.postgres.parent, closed / package.name / "pg", symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    shutil.copy(found.valkey, closed / "valkey")
    monkeypatch.setenv("HELPLINE_POSTGRES_BIN", str(closed / package.name / "pg" / "bin"))
    monkeypatch.setenv("HELPLINE_VALKEY", str(closed / "valkey"))

    with running(place / "e") as engines:
        answer = ask(engines.main.superuser_url(), "SELECT 1")
        copies = engines.binaries
    again = reachable_binaries(find_binaries(), engine_account(), place / "e")

    assert (answer, copies.valkey.parent) == ([(1,)], place / "e")
    assert copies.postgres.is_relative_to(place / "e")
    assert again == copies


@pytest.mark.parametrize(
    ("variable", "begins"),
    [
        ("HELPLINE_POSTGRES_BIN", "No PostgreSQL 15 or newer found. "),
        ("HELPLINE_VALKEY", "No Valkey or Redis found. "),
    ],
)
def test_missing_programs_are_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, variable: str, begins: str
) -> None:
    monkeypatch.setenv(variable, "/nonexistent")

    with pytest.raises(EngineError, match=begins):
        find_binaries()
