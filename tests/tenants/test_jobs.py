"""Every task goes through one function: one of a name at a time, and a row that tells how it went."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from django.db import connections

from helpline.celery import app
from helpline.processes import wait_until
from tenants import clock, jobs
from tenants.jobs import Stopped
from tenants.models import JobRun
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
NAME = "tests.work"


def how_it_went() -> tuple[str, bool]:
    """Return how the job of these tests ended last, and whether it has ever come to its end."""
    run = jobs.last_run(NAME)
    assert run is not None
    return run.outcome, run.done_at is not None


def beside(work: Callable[[], object]) -> object:
    """Run the job in another session with the database."""

    def run() -> object:
        try:
            return jobs.run(NAME, work)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(run).result(timeout=20)


def breaks() -> None:
    raise ZeroDivisionError


def does_not_dare() -> None:
    raise Stopped


def test_job_that_comes_to_its_end_says_when(transactional_db: None) -> None:
    before = clock.now()

    assert jobs.run(NAME, lambda: 7) == 7

    run = jobs.last_run(NAME)
    assert run is not None
    assert run.done_at is not None
    assert before <= run.called_at <= run.done_at <= clock.now()
    assert run.outcome == JobRun.Outcome.DONE


def test_job_that_breaks_says_so_and_keeps_when_it_last_went_well() -> None:
    with pytest.raises(ZeroDivisionError):
        jobs.run(NAME, breaks)
    assert how_it_went() == (JobRun.Outcome.FAILED, False)
    jobs.run(NAME, lambda: None)
    first = jobs.last_run(NAME)

    with pytest.raises(ZeroDivisionError):
        jobs.run(NAME, breaks)

    last = jobs.last_run(NAME)
    assert first
    assert last
    assert (last.outcome, last.done_at) == (JobRun.Outcome.FAILED, first.done_at)
    assert last.called_at > first.called_at
    # Nothing is left locked.
    assert jobs.run(NAME, lambda: 7) == 7


def test_job_that_does_not_dare_is_no_failure() -> None:
    assert jobs.run(NAME, does_not_dare) is None

    assert how_it_went() == (JobRun.Outcome.STOPPED, False)


def test_second_one_returns_at_once_and_is_seen_to_have_come() -> None:
    called: list[datetime] = []

    def first() -> str:
        run = jobs.last_run(NAME)
        assert run is not None
        assert beside(lambda: "done twice") is None
        again = jobs.last_run(NAME)
        assert again is not None
        called.extend([run.called_at, again.called_at])
        return "done once"

    assert jobs.run(NAME, first) == "done once"

    assert called[0] < called[1]
    assert how_it_went() == (JobRun.Outcome.DONE, True)
    assert beside(lambda: "done again") == "done again"


def test_another_job_does_not_wait_for_this_one() -> None:
    assert jobs.run("tests.other", lambda: beside(lambda: 7)) == 7


def test_one_who_waits_does_it_after_the_other() -> None:
    order: list[str] = []
    began, may_end = Event(), Event()

    def first() -> None:
        began.set()
        assert may_end.wait(20)
        order.append("first")

    def run(work: Callable[[], None]) -> None:
        try:
            jobs.run(NAME, work, wait=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(run, first)
        assert began.wait(20)
        other = threads.submit(run, lambda: order.append("second"))
        may_end.set()
        one.result(timeout=20)
        other.result(timeout=20)

    assert order == ["first", "second"]


def test_killed_job_leaves_nothing_locked(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    program = (
        "import sys, time, pathlib, django; django.setup(); from tenants import jobs;"
        "jobs.run(sys.argv[1], lambda: (pathlib.Path(sys.argv[2]).touch(), time.sleep(60)))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "helpline.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, NAME, str(begun)], cwd=PROJECT, env=environment
    )
    assert wait_until(begun.exists, seconds=30)
    assert jobs.run(NAME, lambda: 7) is None

    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)

    assert wait_until(lambda: jobs.run(NAME, lambda: 7) == 7, seconds=20)


def test_every_task_goes_through_a_job_and_every_entry_of_beat_has_a_task() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert scheduled == ours
    assert JobRun.objects.count() == 0

    for name in sorted(ours):
        app.tasks[name]()

    outcomes = dict(JobRun.objects.values_list("name", "outcome"))
    assert outcomes == dict.fromkeys(ours, JobRun.Outcome.DONE)


def test_time_of_a_run_is_the_one_clock() -> None:
    later = clock.now() + timedelta(days=3)
    move_clock(later)

    jobs.run(NAME, lambda: None)

    run = jobs.last_run(NAME)
    assert run is not None
    assert run.called_at >= later
