"""A hold and the purge at the same time, again and again: whoever is told "held" has it whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Barrier, Event
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from chat.forgetting import CONVERSATION
from retention import clock, keys
from retention.holds import Demand, place_hold
from retention.models import Hold
from retention.purge import purge_batch
from retention.releases import reconcile_holds, release_hold
from tenants.errors import NotFound
from tenants.models import Membership, Tenant
from tests import world
from tests.holds import (
    HELD,
    demand,
    ended,
    hold,
    marks,
    owner_of,
    place,
    run_jobs,
    second_of,
)
from tests.sizes import sized
from tests.talks import begin
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = sized(1_000, otherwise=200)


@pytest.fixture
def line(transactional_db: None) -> Tenant:
    (line,) = world.open_tenants("urph")
    line.queue_cap = ROUNDS
    line.save(update_fields=["queue_cap"])
    return line


@contextmanager
def two_threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that keep their connections, as those of a web process with a pool do."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        gate = Barrier(2)

        def let_go() -> None:
            gate.wait(20)
            connections.close_all()

        for one in [pool.submit(let_go) for _ in range(2)]:
            one.result(timeout=20)


class Owners:
    """The owners' connections: they say when a talk's time is over, and count what is left."""

    def __init__(self) -> None:
        self.main, self.keys = (
            psycopg.connect(settings.DATABASE_OWNER_URLS[alias], autocommit=True)
            for alias in ("default", "keys")
        )

    def close(self) -> None:
        self.main.close()
        self.keys.close()

    def begin_all(self, line: Tenant) -> None:
        """Begin one talk as a visitor does, and the others like it, each under a key of its own."""
        first = begin(line, "hei")
        for statement in COPIES.split(";\n")[:-1]:
            values = [ROUNDS - 1] if "%s)" in statement[-4:] else [first]
            self.main.execute(statement.encode(), values)
        expires_at = clock.now() + timedelta(hours=12)
        for (segment,) in self.main.execute("SELECT segment FROM copy").fetchall():
            self.keys.execute(
                "SELECT key_create(%s, %s, %s, %s)", [line.pk, segment, bytes(32), expires_at]
            )

    def let_end(self, talk: UUID, segment: UUID, *, after: float) -> None:
        moment = clock.now() + timedelta(seconds=after)
        change = "UPDATE {} SET expires_at = %s WHERE {} = %s"
        self.keys.execute(change.format("segment_key", "segment").encode(), [moment, segment])
        for table, name in (("chat_segment", "conversation_id"), ("chat_conversation", "id")):
            self.main.execute(change.format(table, name).encode(), [moment, talk])

    def left(self) -> dict[UUID, tuple[UUID, int]]:
        """Return the talks that are there, each with its segment and its count of bodies."""
        rows = self.main.execute(
            "SELECT c.id, c.segment_id, count(m.body) FROM chat_conversation c"
            " JOIN chat_message m ON m.conversation_id = c.id GROUP BY c.id"
        ).fetchall()
        return {talk: (segment, bodies) for talk, segment, bodies in rows}

    def segments(self) -> set[UUID]:
        return {row[0] for row in self.keys.execute("SELECT segment FROM segment_key").fetchall()}


@dataclass
class Round:
    """One talk whose time is over in a moment, at which somebody holds it and the purge runs."""

    line: Tenant
    owner: Membership
    talk: UUID
    asked: Demand
    gate: Barrier
    reconciles: bool
    placed: Event = field(default_factory=Event)

    def place(self) -> bool:
        self.gate.wait(20)
        try:
            place_hold(self.line, self.owner, self.asked, kind="conversation", thing=self.talk)
        except NotFound:
            return False
        finally:
            self.placed.set()
        return True

    def purge(self) -> None:
        self.gate.wait(20)
        if self.reconciles:
            reconcile_holds()
        while not self.placed.is_set():
            keys.destroy_due_keys()
            purge_batch(CONVERSATION, self.line)


# One talk as the application has made it, and more of its kind in a moment's time.
COPIES = """
CREATE TEMPORARY TABLE copy AS SELECT gen_random_uuid() AS talk, gen_random_uuid() AS segment
    FROM generate_series(1, %s);
INSERT INTO chat_conversation SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', talk, 'segment_id', segment, 'secret_hash', sha256(talk::text::bytea)))).*
    FROM chat_conversation c, copy WHERE c.id = %s;
INSERT INTO chat_segment SELECT (jsonb_populate_record(s, jsonb_build_object(
    'id', segment, 'conversation_id', talk))).*
    FROM chat_segment s, copy WHERE s.conversation_id = %s;
INSERT INTO chat_message SELECT (jsonb_populate_record(m, jsonb_build_object(
    'segment_id', segment, 'conversation_id', talk))).*
    FROM chat_message m, copy WHERE m.conversation_id = %s;
"""


def race_all(line: Tenant, segments: dict[UUID, UUID], owners: Owners) -> set[UUID]:
    """Hold and purge one talk after the other; return those whose hold was acknowledged."""
    owner, asked, after = owner_of(line), demand(line), 0.01
    held: set[UUID] = set()
    with two_threads() as threads:
        for number, talk in enumerate(segments):
            race = Round(line, owner, talk, asked, Barrier(2), reconciles=number % 50 == 0)
            owners.let_end(talk, segments[talk], after=after)
            purging = threads.submit(race.purge)
            if threads.submit(race.place).result(timeout=20):
                held.add(talk)
            purging.result(timeout=20)
            # Whoever won has it harder the next time, so that it stays close.
            after *= 0.9 if talk in held else 1.1
    return held


def test_nothing_is_destroyed_after_its_hold_was_acknowledged(line: Tenant) -> None:
    """Rule: U8"""
    owners = Owners()
    owners.begin_all(line)
    segments = {talk: segment for talk, (segment, _) in owners.left().items()}
    assert len(segments) == ROUNDS

    held = race_all(line, segments, owners)

    move_clock(clock.now() + timedelta(minutes=1))
    run_jobs()
    # What was acknowledged is whole, and of what was refused nothing is left.
    assert owners.left() == {talk: (segments[talk], 1) for talk in held}
    assert owners.segments() == {segments[talk] for talk in held}
    owners.close()
    # The rounds were races: both sides won often.
    assert ROUNDS // 10 < len(held) < ROUNDS - ROUNDS // 10


def test_one_hold_ends_while_another_is_placed(line: Tenant) -> None:
    """Whoever comes first, the talk is held by the one that stands.  Rule: U8"""
    owner_of(line), second_of(line)
    outcomes: Counter[bool] = Counter()

    with two_threads() as threads:
        for _ in range(60):
            talk = ended(line, "hei")
            first, gate = hold(line, talk), Barrier(2)

            def wait_and(act: partial[Hold], gate: Barrier = gate) -> Hold:
                gate.wait(20)
                return act()

            end = partial(release_hold, line, owner_of(line), first.pk, outcome="over")
            both = [threads.submit(wait_and, act) for act in (end, partial(place, line, talk))]
            for one in both:
                one.result(timeout=20)
            outcomes[marks(talk) == HELD] += 1

    assert outcomes == {True: 60}
