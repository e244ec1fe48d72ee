"""kill -9 at every step of forgetting: unreadable, nothing stored afterwards, and healed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.states import State
from chat.writer import Answer, Outcome
from retention import clock
from retention.purge import Purged, purge
from tenants.models import Tenant
from tests.killed import die_in
from tests.talks import (
    GONE,
    Seen,
    begin,
    ledger_of,
    owner_rows,
    post_all,
    say,
    sealed,
    seen,
    segments_of,
    texts_in,
)
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

DESTROY, FORGET = "retention.keys.destroy_keys", "chat.forgetting:CONVERSATION.forget"
LEDGER, TELL = "retention.ledger.enter", "chat.conversations.tell"
# Each step after the commit that makes the content unreadable, and how many keys it leaves.
STEPS = [
    pytest.param("before", "retention.purge.forget", 1, id="expired"),
    pytest.param("before", DESTROY, 1, id="before the key"),
    pytest.param("after", DESTROY, 0, id="after the key"),
    pytest.param("before", FORGET, 0, id="before the rows"),
    pytest.param("after", FORGET, 0, id="after the rows"),
    pytest.param("before", LEDGER, 0, id="before the ledger"),
    pytest.param("after", LEDGER, 0, id="before the commit"),
]
TOLD = pytest.param("before", TELL, 0, id="before it is told")
SENT = ["en", "to"]


@pytest.mark.parametrize(("when", "step", "keys"), [*STEPS, TOLD])
def test_end_that_is_killed_has_ended(tenant: Tenant, when: str, step: str, keys: int) -> None:
    """Rule: D5"""
    talk = begin(tenant, *SENT)
    segments = segments_of(talk)
    late: list[Answer] = []
    flying = sealed(tenant, talk, "for sent", late)

    die_in("end", tenant, talk, when, step)

    rows = 0 if step == TELL else 1
    left = Seen(rows, rows, 2 * rows, 2 * rows, keys)
    assert seen(talk, segments) == left
    assert texts_in(tenant, talk) is None
    post_all([flying])
    assert late[0].outcome in (Outcome.ENDED, Outcome.UNKNOWN)
    assert seen(talk, segments) == left

    assert purge() == Purged(keys=0, things=rows)
    assert seen(talk, segments) == GONE
    assert ledger_of(tenant) == [("conversation", "D5", 1, 1)]


@pytest.mark.parametrize(("when", "step", "keys"), [*STEPS, TOLD])
def test_erasure_that_is_killed_has_erased(tenant: Tenant, when: str, step: str, keys: int) -> None:
    """Rule: D6"""
    talk = begin(tenant, *SENT)
    segments = segments_of(talk)
    late: list[Answer] = []
    flying = sealed(tenant, talk, "for sent", late)

    die_in("erase", tenant, talk, when, step)

    bodies = 0 if step == TELL else 2
    assert seen(talk, segments) == Seen(1, 2, messages=2, bodies=bodies, keys=keys)
    assert texts_in(tenant, talk) == []
    post_all([flying])
    assert late[0].outcome is Outcome.SEGMENT_MOVED
    # The talk itself goes on under the new segment.
    assert [answer.outcome for answer in say(tenant, talk, "tre")] == [Outcome.STORED]
    assert texts_in(tenant, talk) == ["tre"]

    assert purge() == Purged(keys=0, things=1 if bodies else 0)
    assert seen(talk, segments) == Seen(1, 2, messages=3, bodies=1, keys=0)
    assert texts_in(tenant, talk) == ["tre"]
    assert ledger_of(tenant) == [("conversation", "D6", 1, 1)]


@pytest.mark.parametrize(
    ("act", "step"),
    [
        ("end", "chat.conversations._end"),
        ("erase", "chat.conversations._erase"),
        ("erase", "retention.keys.create_key"),
    ],
)
def test_what_is_killed_before_its_commit_has_not_happened(
    tenant: Tenant, act: str, step: str
) -> None:
    talk = begin(tenant, *SENT)

    die_in(act, tenant, talk, "after", step)

    assert texts_in(tenant, talk) == SENT
    assert say(tenant, talk, "tre")[0].seq == 3
    assert purge() == Purged(keys=0, things=0)
    assert texts_in(tenant, talk) == [*SENT, "tre"]


def test_end_killed_before_it_shortens_the_keys_keeps_its_promise(other: Tenant) -> None:
    """The row's own time stands already; the key dies with it at the next purge.  Rule: T9"""
    talk = begin(other, *SENT)
    segments = segments_of(talk)
    die_in("end", other, talk, "before", "retention.keys.shorten_keys")
    query = "SELECT state, expires_at FROM chat_conversation"
    ((state, last),) = owner_rows("default", query)
    assert (state, texts_in(other, talk)) == (State.ENDED, SENT)
    assert last < clock.now() + timedelta(days=93)

    move_clock(last)

    assert texts_in(other, talk) is None
    purge()
    assert seen(talk, segments) == GONE
