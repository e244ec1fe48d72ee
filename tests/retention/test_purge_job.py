"""The purge as a job: two at once do the work of one, and a killed one is finished by the next."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from chat.conversations import end_conversation
from chat.states import By
from helpline.processes import wait_until
from retention import clock
from retention.purge import JOB, Purged, purge
from tenants import jobs
from tenants.models import JobRun, Tenant
from tests.killed import die_in
from tests.talks import GONE, Seen, begin, ledger_of, seen, segments_of, texts_in
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

FOUR_MONTHS = timedelta(days=123)
DUE_KEYS, KEYS = "retention.keys.destroy_due_keys", "retention.keys.destroy_keys"
ROWS, LEDGER = "chat.forgetting:CONVERSATION.forget", "retention.ledger.enter"
COMPACT = "retention.keys.compact"
# Each step, how many keys it leaves, and how many rows of the talk.
STEPS = [
    pytest.param("before", DUE_KEYS, 1, 1, id="before the keys"),
    pytest.param("after", DUE_KEYS, 0, 1, id="after the keys"),
    pytest.param("before", KEYS, 0, 1, id="before the look at the keys"),
    pytest.param("after", KEYS, 0, 1, id="after the look at the keys"),
    pytest.param("before", ROWS, 0, 1, id="before the rows"),
    pytest.param("after", ROWS, 0, 1, id="after the rows"),
    pytest.param("before", LEDGER, 0, 1, id="before the ledger"),
    pytest.param("after", LEDGER, 0, 1, id="before the commit"),
    pytest.param("before", COMPACT, 0, 0, id="before the last trace"),
]


def due_talk(tenant: Tenant) -> tuple[UUID, list[UUID]]:
    """Return a talk whose three months are over, and its segments."""
    talk = begin(tenant, "hej")
    segments = segments_of(talk)
    assert end_conversation(tenant, talk, by=By.VISITOR)
    move_clock(clock.now() + FOUR_MONTHS)
    return talk, segments


def outcome() -> tuple[str, bool]:
    run = jobs.last_run(JOB)
    assert run is not None
    return run.outcome, run.done_at is not None


@contextmanager
def locked(talk: UUID) -> Iterator[None]:
    """Keep everybody else from deleting a talk's row."""
    with psycopg.connect(settings.DATABASE_OWNER_URLS["default"]) as connection:
        connection.execute("SELECT 1 FROM chat_conversation WHERE id = %s FOR UPDATE", [talk])
        yield
        connection.rollback()


def purge_beside() -> Purged | None:
    try:
        return jobs.run(JOB, purge)
    finally:
        connections.close_all()


def test_second_purge_leaves_the_work_to_the_first(other: Tenant) -> None:
    talk, segments = due_talk(other)

    with ThreadPoolExecutor(1) as threads:
        with locked(talk):
            first = threads.submit(purge_beside)
            assert wait_until(lambda: seen(talk, segments).keys == 0, seconds=20)
            assert jobs.run(JOB, purge) is None
            assert not first.done()
            assert seen(talk, segments) == Seen(1, 1, 1, 1, keys=0)
        # The talk and the farewell that told its tab of the end.
        assert first.result(timeout=20) == Purged(keys=1, things=2)

    assert seen(talk, segments) == GONE
    assert ledger_of(other) == [("conversation", "T9", 1, 1), ("farewell", "ours", 1, 1)]
    assert jobs.run(JOB, purge) == Purged(keys=0, things=0)


@pytest.mark.parametrize(("when", "step", "keys", "rows"), STEPS)
def test_purge_that_is_killed_is_finished_by_the_next(
    other: Tenant, when: str, step: str, keys: int, rows: int
) -> None:
    """Rule: T9"""
    talk, segments = due_talk(other)

    die_in("purge", other, talk, when, step)

    assert seen(talk, segments) == Seen(rows, rows, rows, rows, keys)
    assert texts_in(other, talk) is None
    assert outcome() == ("", False)
    assert wait_until(lambda: jobs.run(JOB, purge) is not None, seconds=20)
    assert outcome() == (JobRun.Outcome.DONE, True)
    assert seen(talk, segments) == GONE
    assert sorted(ledger_of(other)) == [("conversation", "T9", 1, 1), ("farewell", "ours", 1, 1)]
