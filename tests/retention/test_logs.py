"""What programs write about themselves goes when the shortest promise about it is over."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from retention import clock
from retention.logs import EARLY, trim_logs
from tenants.models import Tenant
from tests.engines import Harness
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = timedelta(days=7)  # what both charters of these tests promise


def ours(at: datetime, event: str) -> str:
    return json.dumps({"at": f"{at:%Y-%m-%dT%H:%MZ}", "level": "info", "event": event}) + "\n"


def postgres(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC LOG:  database system is ready\n"


def valkey(at: datetime) -> str:
    return f"17:M {at:%d %b %Y %H:%M:%S}.123 * Ready to accept connections\n"


@pytest.fixture
def at() -> datetime:
    """When the lines of a test were written."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def test_line_is_there_as_long_as_promised_and_gone_within_the_hour_before_its_end(
    other: Tenant, tmp_path: Path, at: datetime
) -> None:
    log = tmp_path / "web.log"
    later = ours(at + timedelta(hours=2), "later")
    log.write_text(ours(at, "first") + "Traceback: a line without a time\n" + later)
    whole = log.read_text()

    assert trim_logs(tmp_path, now=at + WEEK - EARLY - timedelta(seconds=1)) == 0
    assert log.read_text() == whole
    assert trim_logs(tmp_path, now=at + WEEK - EARLY) == len(whole) - len(later)
    assert log.read_text() == later
    assert trim_logs(tmp_path, now=at + WEEK + timedelta(hours=2)) == len(later)
    assert log.read_text() == ""


@pytest.mark.parametrize("line", [postgres, valkey], ids=["postgres", "valkey"])
def test_engines_lines_are_read_too(
    other: Tenant, tmp_path: Path, at: datetime, line: object
) -> None:
    assert callable(line)
    log = tmp_path / "engine.log"
    old, new = line(at), line(at + timedelta(days=2))
    log.write_text(old + new)

    trim_logs(tmp_path, now=at + WEEK)

    assert log.read_text() == new


@pytest.mark.engines
def test_real_lines_of_the_engines_of_this_run_have_a_time_that_is_read(
    other: Tenant, harness: Harness, tmp_path: Path
) -> None:
    copy = tmp_path / "postgres.log"
    copy.write_bytes((harness.run.directory / "log" / "postgres-main.log").read_bytes())
    assert copy.stat().st_size > 0
    # As if it had been written to in a week: not by this is it known to be old.
    changed = (clock.now() + WEEK).timestamp()
    os.utime(copy, (changed, changed))

    assert trim_logs(tmp_path, now=clock.now()) == 0
    assert trim_logs(tmp_path, now=clock.now() + WEEK - timedelta(minutes=30)) > 0

    assert copy.read_bytes() == b""


def test_file_without_a_time_is_as_old_as_its_last_change(
    other: Tenant, tmp_path: Path, at: datetime
) -> None:
    log, set_aside = tmp_path / "worker.log", tmp_path / "web.old"
    for file in (log, set_aside):
        file.write_text("a warning of some library\n")
    changed = at.timestamp()
    os.utime(log, (changed, changed))
    os.utime(set_aside, (changed - 86_400, changed - 86_400))

    trim_logs(tmp_path, now=at + WEEK - timedelta(hours=2))

    assert [log.read_text() != "", set_aside.read_text() != ""] == [True, False]


def test_who_goes_on_writing_writes_behind_what_is_kept(
    other: Tenant, tmp_path: Path, at: datetime
) -> None:
    log = tmp_path / "web.log"
    later = ours(at + timedelta(days=1), "later")
    log.write_text(ours(at, "first") + later)

    with log.open("a", encoding="utf-8") as writer:
        trim_logs(tmp_path, now=at + WEEK)
        writer.write("and on\n")

    assert log.read_text() == later + "and on\n"


def test_command_follows_the_clock_and_tells_how_much_is_gone(
    other: Tenant, tmp_path: Path, at: datetime
) -> None:
    log = tmp_path / "web.log"
    line = ours(at, "first")
    log.write_text(line)
    said = StringIO()

    call_command("trim_logs", str(tmp_path), stdout=said)
    move_clock(at + WEEK)
    call_command("trim_logs", str(tmp_path), stdout=said)

    assert said.getvalue() == (
        f"0 bytes of old lines are gone.\n{len(line)} bytes of old lines are gone.\n"
    )


def test_without_a_promise_nothing_is_cut(
    transactional_db: None, tmp_path: Path, at: datetime
) -> None:
    log = tmp_path / "web.log"
    log.write_text(ours(at, "first"))

    assert trim_logs(tmp_path, now=at + 100 * WEEK) == 0
