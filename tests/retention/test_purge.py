from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from chat.conversations import end_conversation
from chat.forgetting import CONVERSATION
from chat.models import Conversation
from chat.states import By
from helpline.processes import wait_until
from retention import clock, keys
from retention.purge import Purged, expire_keyless, purge, purge_batch
from tenants.jobs import Stopped
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.trial import open_line
from tests.talks import GONE, Seen, begin, ledger_of, owner_rows, seen, segments_of, texts_in
from tests.world import move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

FOUR_MONTHS = timedelta(days=123)
WHOLE = Seen(conversations=1, segments=1, messages=1, bodies=1, keys=1)


@pytest.fixture
def other(other: Tenant) -> Tenant:
    """A queue that is long enough for many talks."""
    other.queue_cap = 1_000
    other.save(update_fields=["queue_cap"])
    return other


def ended_talks(tenant: Tenant, count: int) -> dict[UUID, list[UUID]]:
    """Return talks of one message that are over and due, each with its segments."""
    talks = {talk: segments_of(talk) for talk in (begin(tenant, "hej") for _ in range(count))}
    for talk in talks:
        assert end_conversation(tenant, talk, by=By.VISITOR)
    move_clock(clock.now() + FOUR_MONTHS)
    return talks


def left(talks: dict[UUID, list[UUID]]) -> set[Seen]:
    return {seen(talk, segments) for talk, segments in talks.items()}


@contextmanager
def locked(talk: UUID) -> Iterator[None]:
    """Keep everybody else from deleting a talk's row."""
    with psycopg.connect(settings.DATABASE_OWNER_URLS["default"]) as connection:
        connection.execute("SELECT 1 FROM chat_conversation WHERE id = %s FOR UPDATE", [talk])
        yield
        connection.rollback()


def purged_beside(tenant: Tenant) -> int:
    try:
        # Not the whole purge: that begins with the keys whose own time is over.
        return purge_batch(CONVERSATION, tenant)
    finally:
        connections.close_all()


def purged_in_twos() -> Purged:
    try:
        return purge(batch=2)
    finally:
        connections.close_all()


def test_what_is_alive_is_left_alone(other: Tenant) -> None:
    talk = begin(other, "hej")
    segments = segments_of(talk)

    assert purge() == Purged(keys=0, things=0)

    assert seen(talk, segments) == WHOLE
    assert texts_in(other, talk) == ["hej"]


def test_what_is_due_loses_its_key_and_its_rows_and_enters_the_ledger(other: Tenant) -> None:
    talks = ended_talks(other, 3)
    assert left(talks) == {WHOLE}

    # Three talks, and the farewells that told their tabs of the end.
    assert purge() == Purged(keys=3, things=6)

    assert left(talks) == {GONE}
    assert ledger_of(other) == [("conversation", "T9", 3, 3), ("farewell", "ours", 3, 3)]


def test_keys_are_destroyed_before_rows(other: Tenant) -> None:
    talks = ended_talks(other, 1)
    ((talk, segments),) = talks.items()

    with ThreadPoolExecutor(1) as threads:
        with locked(talk):
            running = threads.submit(purged_beside, other)
            assert wait_until(lambda: seen(talk, segments).keys == 0, seconds=20)
            assert seen(talk, segments) == Seen(1, 1, 1, 1, keys=0)
            assert not running.done()
        assert running.result(timeout=20) == 1

    assert seen(talk, segments) == GONE


def test_purge_goes_in_batches_and_ends(other: Tenant) -> None:
    talks = ended_talks(other, 5)

    assert purge(batch=2) == Purged(keys=5, things=10)

    assert left(talks) == {GONE}
    assert ledger_of(other) == [
        (kind, rule, n, n)
        for n in (2, 2, 1)
        for kind, rule in (("conversation", "T9"), ("farewell", "ours"))
    ]


def test_line_with_little_that_is_due_does_not_wait_for_one_with_much(other: Tenant) -> None:
    many = ended_talks(other, 3)
    *_, last = many
    (later,) = open_tenants("urph")
    few = ended_talks(later, 1)

    with ThreadPoolExecutor(1) as threads:
        with locked(last):
            running = threads.submit(purged_in_twos)
            assert wait_until(lambda: left(few) == {GONE}, seconds=20)
            assert not running.done()
        assert running.result(timeout=20) == Purged(keys=4, things=8)

    assert left(many) == {GONE}


def test_second_run_finds_nothing_and_writes_nothing(other: Tenant) -> None:
    ended_talks(other, 2)
    purge()
    written = ledger_of(other)

    assert purge() == Purged(keys=0, things=0)

    assert ledger_of(other) == written


def test_two_runs_at_once_forget_each_thing_once(other: Tenant) -> None:
    talks = ended_talks(other, 40)

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(purged_in_twos) for _ in range(2)]
    done = sum(run.result().things for run in runs)

    assert left(talks) == {GONE}
    entries = ledger_of(other)
    assert done == 80
    assert sum(entry[2] for entry in entries) == sum(entry[3] for entry in entries) == 80


def test_purge_of_one_tenant_leaves_the_others(tenant: Tenant, other: Tenant) -> None:
    talks = ended_talks(other, 1)

    assert purge_batch(CONVERSATION, tenant) == 0

    assert left(talks) == {WHOLE}


def test_talk_held_in_keys_keeps_its_rows(other: Tenant) -> None:
    talks = ended_talks(other, 2)
    held, free = talks
    owner_rows("keys", "UPDATE segment_key SET held = true WHERE segment = %s", talks[held][0])

    assert purge_batch(CONVERSATION, other) == 1

    assert seen(held, talks[held]) == WHOLE
    assert seen(free, talks[free]) == GONE
    assert ledger_of(other) == [("conversation", "T9", 2, 1)]


def test_talk_held_in_main_is_not_due(other: Tenant) -> None:
    talks = ended_talks(other, 1)
    ((talk, segments),) = talks.items()
    owner_rows("keys", "UPDATE segment_key SET held = true")
    owner_rows("default", "UPDATE chat_conversation SET held = true")
    owner_rows("default", "UPDATE chat_segment SET held = true")

    assert purge_batch(CONVERSATION, other) == 0

    assert seen(talk, segments) == WHOLE
    assert ledger_of(other) == []


def test_row_without_a_key_is_due_at_once(other: Tenant) -> None:
    orphan, whole = begin(other, "hej"), begin(other, "du")
    keys.destroy_keys(other, segments_of(orphan))
    gone_segments = segments_of(orphan)
    assert texts_in(other, orphan) == []

    assert expire_keyless() == 1
    assert texts_in(other, orphan) is None
    assert purge() == Purged(keys=0, things=1)

    assert seen(orphan, gone_segments) == GONE
    assert texts_in(other, whole) == ["du"]


def test_row_without_a_key_is_found_among_many(other: Tenant) -> None:
    talks = [begin(other) for _ in range(7)]
    for talk in talks[::3]:
        keys.destroy_keys(other, segments_of(talk))

    assert expire_keyless(batch=2) == 3

    with tenant_scope(other):
        alive = set(Conversation.objects.values_list("pk", flat=True))
    assert alive == set(talks) - set(talks[::3])


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(minutes=-6)])
def test_jumping_clock_stops_the_purge_and_alarms(
    other: Tenant,
    jump: timedelta,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One of this test's own: the process remembers a jump for half a minute.
    monkeypatch.setattr(clock, "steadiness", clock.Steadiness())
    talks = ended_talks(other, 1)

    with (
        caplog.at_level(logging.ERROR, "helpline.retention"),
        time_machine.travel(datetime.now(UTC) + jump),
        pytest.raises(Stopped),
    ):
        purge()

    assert [record.getMessage() for record in caplog.records] == ["clock_jumped"]
    assert left(talks) == {WHOLE}
    # Once the clock goes right again, so does the purge.
    assert purge() == Purged(keys=1, things=2)


def test_slowly_corrected_clock_is_followed(other: Tenant) -> None:
    ended_talks(other, 1)
    steadiness = clock.Steadiness()

    found = []
    for minutes in (4, 8, 12):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
            found.append(steadiness.ok())
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=18)):
        found.append(steadiness.ok())

    assert found == [True, True, True, False]


def test_command_heals_and_tells_what_it_did(other: Tenant) -> None:
    talks = ended_talks(other, 1)
    open_line(other, now=clock.now(), hours=1)
    orphan = begin(other)
    keys.destroy_keys(other, segments_of(orphan))
    said = StringIO()

    call_command("purge", stdout=said)

    assert said.getvalue() == (
        "1 segments had lost their key; 1 keys destroyed by their own time; 3 things forgotten.\n"
    )
    assert left(talks) == {GONE}
