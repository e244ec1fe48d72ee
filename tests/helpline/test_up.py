from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from helpline.processes import wait_until
from helpline.state import read_env_file

pytestmark = pytest.mark.engines

PROJECT = Path(__file__).resolve().parents[2]
FROM_THE_HARNESS = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "KEYS_DATABASE_URL", "KEYS_DATABASE_OWNER_URL",
    "REDIS_URL", "SECRET_KEY", "HELPLINE_MASTER_KEYS", "HELPLINE_CHANNEL_PREFIX",
    "HELPLINE_STATIC_ROOT", "HELPLINE_STATE", "HELPLINE_TEST_RUN", "DATABASE_POOL",
)  # fmt: skip
ROLES = {"counsellor": 2, "supervisor": 1, "officer": 1, "administrator": 1}


class Up:
    """A `manage.py up` in a directory of its own, found again by a mark in its environment."""

    def __init__(self, state: Path) -> None:
        self.state, self.mark = state, uuid.uuid4().hex
        self.output = state.parent / f"{state.name}.out"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if key not in FROM_THE_HARNESS}
        command = [sys.executable, "manage.py", "up", "--state", str(self.state), *arguments]
        with self.output.open("wb") as output:
            return subprocess.Popen(
                command, cwd=PROJECT, env={**kept, "HELPLINE_TEST_MARK": self.mark},
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def refused(self, *arguments: str) -> tuple[int, str]:
        """Launch one that must not start; its exit code and everything it said."""
        return self.launch(*arguments).wait(timeout=60), self.said()

    def start(self) -> None:
        self.process = self.launch("--port", "0", "--open")
        if not wait_until(lambda: "ready in" in self.said() or not self.runs(), seconds=120):
            raise AssertionError(f"not ready:\n{self.said()}")
        assert self.runs(), self.said()

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def demo(self) -> dict[str, Any]:
        demo: dict[str, Any] = json.loads((self.state / "demo.json").read_text(encoding="utf-8"))
        return demo

    def owner_url(self) -> str:
        return read_env_file(self.state / "env")["DATABASE_OWNER_URL"]

    def processes(self) -> dict[int, str]:
        """Every process that this one has started, by its mark or by the state's path."""
        found = {}
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                command = (directory / "cmdline").read_bytes()
                environment = (directory / "environ").read_bytes()
            except OSError:
                continue
            if self.mark.encode() in environment or str(self.state).encode() in command:
                found[int(directory.name)] = command.replace(b"\0", b" ").decode()
        return {pid: command for pid, command in found.items() if command}

    def pids(self, words: str) -> set[int]:
        return {pid for pid, command in self.processes().items() if words in command}

    def serves(self) -> bool:
        try:
            return self.status() == (200, True)
        except OSError:
            return False

    def status(self) -> tuple[int, bool]:
        """What a visitor's page is told: the answer's status, and whether the line is open."""
        place = self.demo()["tenants"][0]["visitor"].removeprefix("http://").rstrip("/")
        port = int(place.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/api/status", headers={"Host": place})
            answer = connection.getresponse()
            # While storage is away there is an error instead.
            return answer.status, json.loads(answer.read()).get("open", False)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    place = Path(os.path.realpath("/tmp")) / f"helpline-up-{os.getpid()}"  # noqa: S108  # short
    place.mkdir(mode=0o711)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def one(place: Path) -> Iterator[Up]:
    up = Up(place / "state")
    yield up
    if up.runs():
        up.end(signal.SIGTERM)


@pytest.fixture
def up(one: Up) -> Up:
    """The module's one instance, started again if the test before has ended it."""
    if not one.runs():
        one.start()
    return one


def test_up_serves_every_tenant_and_says_how_to_get_in(up: Up) -> None:
    demo = up.demo()

    said = up.said()
    shape = [(set(tenant), Counter(user["role"] for user in tenant["users"])) for tenant in
             demo["tenants"]]  # fmt: skip
    logins = [user for tenant in demo["tenants"] for user in tenant["users"]]

    assert up.status() == (200, True)
    assert len(shape) == 7
    assert all(keys == {"slug", "visitor", "desk", "users"} for keys, _ in shape)
    assert all(count >= Counter(ROLES) for _, count in shape)
    assert (set(demo), set(demo["admin"])) == ({"tenants", "admin"}, {"url", "users"})
    assert [tenant["slug"] for tenant in demo["tenants"] if tenant["visitor"] not in said] == []
    assert [tenant["slug"] for tenant in demo["tenants"] if tenant["desk"] not in said] == []
    assert [user["email"] for user in logins if user["password"] not in said] == []
    assert {frozenset(user) for user in logins} == {
        frozenset({"email", "password", "role", "name"})
    }


def test_mails_are_written_where_the_console_says(up: Up) -> None:
    host = up.demo()["admin"]["url"].removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=30)
    connection.request("GET", "/forgotten/", headers={"Host": host})
    page = connection.getresponse()
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    (token,) = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    said = urlencode(
        {"csrfmiddlewaretoken": token, "email": up.demo()["admin"]["users"][0]["email"]}
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    about = {"Host": host, "Cookie": cookie, "Origin": f"http://{host}", **form}
    connection.request("POST", "/forgotten/", body=said, headers=about)
    assert connection.getresponse().status == 200
    connection.close()

    directory = up.state / "mail"

    assert f"mail        {directory}/" in up.said()
    assert wait_until(
        lambda: any(
            f"http://{host}/link/?lang=" in one.read_text("utf-8") for one in directory.iterdir()
        ),
        seconds=60,
    )


def test_secrets_are_for_the_owner_alone_and_not_for_those_who_serve(up: Up) -> None:
    kept = read_env_file(up.state / "env")
    serving = up.pids("helpline.web") | up.pids("celery")
    passwords = {kept[name] for name in kept if "SUPERUSER_PASSWORD" in name or "OWNER" in name}

    environments = [Path(f"/proc/{pid}/environ").read_text("utf-8") for pid in serving]

    assert [oct((up.state / name).stat().st_mode & 0o777) for name in ("env", "demo.json")] == [
        "0o600",
        "0o600",
    ]
    assert len(serving) >= 5
    assert [word for word in passwords for text in environments if word in text] == []


@pytest.mark.parametrize("words", ["helpline.web", "worker --loglevel", "beat --loglevel"])
def test_what_dies_is_started_again(up: Up, words: str) -> None:
    before = up.pids(words)

    os.kill(min(before), signal.SIGKILL)

    assert wait_until(lambda: len(up.pids(words) - before) >= len(before), seconds=60)
    assert up.pids(words) & before == set()
    assert up.status() == (200, True)


def test_an_engine_that_cannot_start_is_tried_until_it_can(up: Up) -> None:
    """Rule: as with a full disk, nobody has to help."""
    log = up.state / "engines" / "main" / "pg_wal"
    away = log.rename(log.with_name("pg_wal.away"))

    os.kill(min(up.pids("engines/main")), signal.SIGKILL)
    assert wait_until(lambda: "did not start" in up.said(), seconds=60)
    away.rename(log)

    assert wait_until(lambda: up.runs() and up.serves(), seconds=60), up.said()


def test_a_second_up_in_the_same_state_is_refused(up: Up) -> None:
    assert up.process is not None
    second = Up(up.state)
    second.output = up.state.parent / "second.out"

    answer = second.refused("--port", "0")

    assert answer == (
        1,
        f"Helpline already runs in {up.state} (process {up.process.pid}). Stop that one first,"
        " or go where its demo.json says.\n",
    )
    assert up.status() == (200, True)


def test_a_taken_port_is_refused_before_anything_starts(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = Up(place / "other")

        answer = other.refused("--port", str(port))

    assert answer == (
        1,
        f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Choose another:"
        ' make run ARGS="--port 9000".\n',
    )
    assert (other.state / "engines").exists() is False


def test_data_survives_an_orderly_stop_that_leaves_no_process(up: Up) -> None:
    with psycopg.connect(up.owner_url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survivor AS SELECT 7 AS n")
    password = up.demo()["tenants"][0]["users"][0]["password"]

    code = up.end(signal.SIGTERM)
    left = up.processes()
    up.start()

    with psycopg.connect(up.owner_url()) as connection:
        rows = connection.execute("SELECT n FROM survivor").fetchall()
        connection.execute("DROP TABLE survivor")
    assert (code, left, rows) == (0, {}, [(7,)])
    assert up.demo()["tenants"][0]["users"][0]["password"] == password


def test_lines_of_long_ago_are_cut_from_the_logs_and_those_of_today_are_not(up: Up) -> None:
    log = up.state / "log" / "web.log"
    up.end(signal.SIGTERM)
    with log.open("w", encoding="utf-8") as file:
        file.write('{"at": "2020-01-01T00:00Z", "level": "info", "event": "long_ago"}\n')
        file.write('{"at": "2999-01-01T00:00Z", "level": "info", "event": "today"}\n')
    said = log.with_name("trim.log")
    said.write_bytes(b"")  # whoever took the database away before had one fail

    up.start()

    assert wait_until(lambda: "long_ago" not in log.read_text("utf-8"), seconds=60)
    assert '"today"' in log.read_text("utf-8")
    assert said.read_text("utf-8") == ""


def test_a_killed_supervisor_leaves_no_orphan_and_starts_again(up: Up) -> None:
    up.end(signal.SIGKILL)

    assert wait_until(lambda: not up.processes(), seconds=30), up.processes()
    up.start()
    assert up.status() == (200, True)


def test_ctrl_c_twice_during_the_start_leaves_nothing(place: Path) -> None:
    other = Up(place / "impatient")
    other.process = other.launch("--port", "0")
    assert wait_until(lambda: "engines" in other.said(), seconds=60)

    other.process.send_signal(signal.SIGINT)
    code = other.end(signal.SIGINT)

    assert (code, other.processes()) == (0, {})
