"""What the database itself says of holds, and how the next run brings both instances in line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from chat.models import Conversation, Message, Segment
from retention import clock, keys
from retention.holds import confirm_hold
from retention.models import Hold
from retention.releases import reconcile_holds, release_hold
from tenants.models import Tenant
from tenants.scope import database_role, tenant_scope
from tenants.wall import HOLD
from tests import world
from tests.holds import (
    FREE,
    HELD,
    ended,
    hold,
    marks,
    outcome_of,
    owner_of,
    pass_by,
    place,
    read_through,
    run_jobs,
    second_of,
    trail_of,
)
from tests.talks import GONE, ledger_of, owner_rows, seen, segments_of
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

SENT = ["jeg er redd", "han vet hvor jeg bor"]


@pytest.fixture
def line(transactional_db: None) -> Tenant:
    (line,) = world.open_tenants("urph")
    return line


def seen_by_the_role(tenant: Tenant) -> list[int]:
    """Count what the role that reads held things sees: talks, segments, messages."""
    with tenant_scope(tenant), database_role(HOLD):
        return [rows.objects.count() for rows in (Conversation, Segment, Message)]


def test_role_that_reads_held_rows_sees_those_of_confirmed_holds(line: Tenant) -> None:
    """Rule: U8"""
    ended(line, *SENT)
    held = place(line, ended(line, *SENT))
    assert seen_by_the_role(line) == [0, 0, 0]

    confirm_hold(line, second_of(line), held.pk)
    assert seen_by_the_role(line) == [1, 1, 2]
    pass_by(held.thing)
    assert seen_by_the_role(line) == [1, 1, 2]

    owner_rows("default", "UPDATE retention_hold SET outcome = 'over'")
    assert seen_by_the_role(line) == [0, 0, 0]


def test_rows_are_marked_only_as_the_holds_say(line: Tenant) -> None:
    """The database's own word, whoever asks."""
    free, held = ended(line, *SENT), ended(line, *SENT)
    place(line, held)
    calls: dict[str, tuple[str, list[Any]]] = {
        "held_by_somebody": ("SELECT chat_hold(%s, %s, %s)", [line.pk, free, segments_of(free)]),
        "held_to_the_last": ("SELECT chat_let_go(%s, %s)", [line.pk, held]),
    }

    for name, (call, values) in calls.items():
        with (
            tenant_scope(line),
            pytest.raises(IntegrityError, match=name),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(call, values)

    assert (marks(free), marks(held)) == (FREE, HELD)


def test_marks_and_keys_without_a_hold_are_let_go(line: Tenant) -> None:
    """After a restore, say: what no hold keeps is due like anything else."""
    talk, other = ended(line, *SENT), ended(line, *SENT)
    place(line, talk)
    owner_rows("default", "DELETE FROM retention_hold")
    keys.hold_keys(line, segments_of(other))
    pass_by(other)

    assert run_jobs().keys == 1

    assert (seen(talk, []), seen(other, [])) == (GONE, GONE)
    assert owner_rows("keys", "SELECT segment FROM segment_key") == []


def test_keys_that_a_standing_hold_has_lost_are_held_again(line: Tenant) -> None:
    talk = ended(line, *SENT)
    held = hold(line, talk)
    keys.release_keys(line, segments_of(talk))

    assert reconcile_holds() == 0

    assert marks(talk) == HELD
    pass_by(talk)
    run_jobs()
    assert read_through(line, owner_of(line), held) == SENT


def test_hold_on_what_is_not_there_any_more_is_over(line: Tenant) -> None:
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    held = hold(line, talk)
    owner_rows("keys", "DELETE FROM segment_key")
    pass_by(talk)

    assert reconcile_holds() == 1

    assert outcome_of(held) == ("gone", True)
    assert seen(talk, segments) == GONE
    assert trail_of(line)[-1] == "hold.gone"


def test_record_of_a_hold_goes_with_the_trail(line: Tenant) -> None:
    held = hold(line, ended(line, *SENT))
    release_hold(line, owner_of(line), held.pk, outcome="over")
    ((until,),) = owner_rows("default", "SELECT expires_at FROM retention_hold")
    assert until > clock.now() + timedelta(days=300)

    move_clock(until)
    with tenant_scope(line):
        assert not Hold.objects.exists()
    run_jobs()

    assert owner_rows("default", "SELECT id FROM retention_hold") == []
    assert ("hold", "ours", 1, 1) in ledger_of(line)
