"""kill -9 at every step of placing and ending a hold: the next run brings both instances in line."""

from __future__ import annotations

import pytest

from chat.conversations import end_conversation
from chat.models import Conversation
from chat.states import By
from tenants.models import Tenant
from tenants.scope import tenant_scope
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
    read_through,
    run_jobs,
    second_of,
    trail_of,
)
from tests.killed import die_in
from tests.talks import (
    GONE,
    Seen,
    begin,
    ledger_of,
    let_every_line_erase,
    say,
    seen,
    segments_of,
    texts_in,
)

pytestmark = pytest.mark.django_db(transaction=True)

SENT = ["en", "to"]
WHOLE = Seen(conversations=1, segments=1, messages=2, bodies=2, keys=1)
KEYS_HELD = ([False, False], [True])
KEYS_FREE = ([True, True], [False])
HOLD_KEYS, RELEASE_KEYS = "retention.keys.hold_keys", "retention.keys.release_keys"
HOLDING = "chat.forgetting:CONVERSATION.holding"
DESTROY, FORGET = "retention.keys.destroy_keys", "chat.forgetting:CONVERSATION.forget"


@pytest.fixture
def line(transactional_db: None) -> Tenant:
    (line,) = world.open_tenants("urph")
    # Hired here: the process that dies finds them.
    owner_of(line), second_of(line)
    return line


@pytest.mark.parametrize(
    ("when", "step", "left"),
    [
        pytest.param("before", HOLD_KEYS, FREE, id="before the keys"),
        pytest.param("after", HOLD_KEYS, KEYS_HELD, id="after the keys"),
        pytest.param("before", f"{HOLDING}.mark", KEYS_HELD, id="before the rows"),
        pytest.param("after", f"{HOLDING}.mark", KEYS_HELD, id="after the rows"),
        pytest.param("after", "retention.holds.record", KEYS_HELD, id="before the commit"),
    ],
)
def test_hold_that_is_killed_before_its_commit_has_not_happened(
    line: Tenant, when: str, step: str, left: tuple[list[bool], list[bool]]
) -> None:
    """Nobody was told that it holds; the talk keeps its own time.  Rule: U8"""
    talk = ended(line, *SENT)
    segments = segments_of(talk)

    die_in("place", line, talk, when, step)
    assert (marks(talk), trail_of(line)) == (left, [])

    run_jobs()
    assert (marks(talk), texts_in(line, talk)) == (FREE, SENT)
    pass_by(talk)
    run_jobs()
    assert seen(talk, segments) == GONE


# Where it dies once the outcome is committed, and what is marked then.
STEPS = [
    pytest.param("before", "retention.releases.finish_release", HELD, id="after the outcome"),
    pytest.param("before", RELEASE_KEYS, HELD, id="before the keys"),
    pytest.param("after", RELEASE_KEYS, KEYS_FREE, id="after the keys"),
    pytest.param("after", f"{HOLDING}.let_go", KEYS_FREE, id="before the commit of the rows"),
    pytest.param("before", "retention.releases._forget_due", FREE, id="after the rows"),
    pytest.param("before", DESTROY, FREE, id="before it is destroyed"),
    pytest.param("after", DESTROY, ([False, False], []), id="after the key"),
    pytest.param("before", FORGET, ([False, False], []), id="before the deletion"),
    pytest.param("after", FORGET, ([False, False], []), id="before the commit of the deletion"),
]


@pytest.mark.parametrize(("when", "step", "left"), STEPS)
def test_release_that_is_killed_has_ended_the_hold(
    line: Tenant, when: str, step: str, left: tuple[list[bool], list[bool]]
) -> None:
    """Rule: U8"""
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    held = hold(line, talk)
    pass_by(talk)
    run_jobs()

    die_in("release", line, held.pk, when, step)
    assert marks(talk) == left
    assert read_through(line, owner_of(line), held) is None
    assert texts_in(line, talk) is None

    run_jobs()
    assert seen(talk, segments) == GONE
    assert outcome_of(held) == ("handed_over", True)
    assert [entry for entry in ledger_of(line) if entry[0] == "conversation"] == [
        ("conversation", "ours", 1, 1)
    ]


@pytest.mark.parametrize("when", ["before", "after"])
def test_release_that_is_killed_before_its_outcome_has_not_happened(
    line: Tenant, when: str
) -> None:
    """Rule: U8"""
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    held = hold(line, talk)
    pass_by(talk)

    die_in("release", line, held.pk, when, "retention.releases._begin")

    run_jobs()
    assert (marks(talk), seen(talk, segments)) == (HELD, WHOLE)
    assert read_through(line, owner_of(line), held) == SENT
    assert outcome_of(held) == ("", False)


def test_release_that_is_killed_leaves_what_another_hold_keeps(line: Tenant) -> None:
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    first, second = hold(line, talk), hold(line, talk)
    pass_by(talk)

    die_in("release", line, first.pk, "before", "retention.releases.finish_release")

    run_jobs()
    assert (marks(talk), seen(talk, segments)) == (HELD, WHOLE)
    assert (outcome_of(first), outcome_of(second)) == (("handed_over", True), ("", False))


def test_erasure_under_a_hold_that_is_killed_is_held_by_the_next_run(line: Tenant) -> None:
    """What is written after it is under a new key, which the dead process had not held yet."""
    let_every_line_erase()
    talk = begin(line, "en")
    held = hold(line, talk)

    die_in("erase", line, talk, "before", HOLD_KEYS)
    say(line, talk, "to")
    assert sorted(marks(talk)[1]) == [False, True]

    run_jobs()
    assert marks(talk)[1] == [True, True]
    with tenant_scope(line):
        assert Conversation.objects.get(pk=talk).held
    assert end_conversation(line, talk, by=By.VISITOR)
    pass_by(talk)
    run_jobs()
    assert read_through(line, owner_of(line), held) == SENT
