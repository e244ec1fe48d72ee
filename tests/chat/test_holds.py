"""U8: kept longer for an investigation, until it is handed over; then deleted at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from chat.conversations import end_conversation, erase_conversation
from chat.lives import flag_kept_talk
from chat.states import By
from retention import keys
from retention.holds import REVIEWED_WITHIN, Demand, Gone, NeverHeld, confirm_hold, place_hold
from retention.models import Hold
from retention.purge import Purged, expire_keyless
from retention.releases import refuse_hold, release_hold
from retention.reviews import today_at
from tenants.errors import HelplineError, Invalid, NotAllowed, NotFound
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.holds import (
    FREE,
    HELD,
    demand,
    ended,
    hold,
    hours_pass,
    last_moment,
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
from tests.talks import (
    GONE,
    Seen,
    begin,
    ledger_of,
    let_every_line_erase,
    owner_rows,
    say,
    seen,
    segments_of,
    texts_in,
)
from tests.world import hire, move_clock

pytestmark = pytest.mark.django_db(transaction=True)

SENT = ["jeg er redd", "han vet hvor jeg bor"]
WHOLE = Seen(conversations=1, segments=1, messages=2, bodies=2, keys=1)


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    """One that may hold for an investigation, and one that keeps nothing."""
    return world.open_tenants("urph", "detfinneshjelp")


@pytest.fixture
def line(lines: list[Tenant]) -> Tenant:
    return lines[0]


def refused(act: Callable[..., object], *args: Any, **more: Any) -> type[HelplineError]:
    """Return how ``act`` is refused; fail if it is not."""
    with pytest.raises(HelplineError) as problem:
        act(*args, **more)
    return type(problem.value)


def test_held_talk_outlives_every_deadline_and_every_run(line: Tenant) -> None:
    """Rule: U8"""
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    held = hold(line, talk)
    assert (marks(talk), texts_in(line, talk)) == (HELD, SENT)

    for later in (timedelta(0), timedelta(days=100), timedelta(days=4_000)):
        move_clock(last_moment(talk) + later)
        run_jobs()
        expire_keyless()
        assert seen(talk, segments) == WHOLE
        assert texts_in(line, talk) is None
        assert read_through(line, owner_of(line), held) == SENT

    assert [entry for entry in ledger_of(line) if entry[0] == "conversation"] == []


def test_handed_over_is_destroyed_before_the_answer(line: Tenant) -> None:
    """Rule: U8"""
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    held = hold(line, talk)
    pass_by(talk)

    release_hold(line, owner_of(line), held.pk, outcome="handed_over")

    assert seen(talk, segments) == GONE
    assert outcome_of(held) == ("handed_over", True)
    assert ledger_of(line) == [("conversation", "ours", 1, 1)]
    assert trail_of(line) == ["hold.placed", "hold.confirmed", "hold.handed_over"]
    assert run_jobs() == Purged(keys=0, things=1)  # the farewell


def test_hold_that_ends_early_leaves_the_talk_its_own_time(line: Tenant) -> None:
    talk = ended(line, *SENT)
    held = hold(line, talk)

    release_hold(line, owner_of(line), held.pk, outcome="over")

    assert (marks(talk), texts_in(line, talk)) == (FREE, SENT)
    run_jobs()
    assert texts_in(line, talk) == SENT
    pass_by(talk)
    run_jobs()
    assert seen(talk, []) == GONE


def test_talk_is_held_until_the_last_of_its_holds_is_over(line: Tenant) -> None:
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    first, second = hold(line, talk), hold(line, talk)
    pass_by(talk)

    release_hold(line, owner_of(line), first.pk, outcome="handed_over")
    run_jobs()
    assert (marks(talk), seen(talk, segments)) == (HELD, WHOLE)
    assert read_through(line, owner_of(line), first) is None
    assert read_through(line, owner_of(line), second) == SENT

    release_hold(line, owner_of(line), second.pk, outcome="over")
    assert seen(talk, segments) == GONE


def test_talk_with_personal_data_is_held_past_its_working_day(line: Tenant) -> None:
    """Rule: U7, U8"""
    talk = ended(line, *SENT)
    with tenant_scope(line):
        until = flag_kept_talk(line, owner_of(line), talk)
    held = hold(line, talk)

    move_clock(until)
    run_jobs()
    assert texts_in(line, talk) is None
    assert read_through(line, owner_of(line), held) == SENT

    release_hold(line, owner_of(line), held.pk, outcome="handed_over")
    assert seen(talk, []) == GONE
    assert ("conversation", "U7", 1, 1) in ledger_of(line)


def test_hold_without_a_second_person_lapses_and_what_is_due_goes(line: Tenant) -> None:
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    move_clock(last_moment(talk) - timedelta(minutes=1))
    held = place(line, talk)
    pass_by(talk)
    run_jobs()
    assert seen(talk, segments) == WHOLE
    assert read_through(line, owner_of(line), held) is None

    move_clock(held.confirm_by)
    # The clock alone: no job has run.
    assert refused(confirm_hold, line, second_of(line), held.pk) is NotAllowed
    assert read_through(line, owner_of(line), held) is None

    run_jobs()
    assert seen(talk, segments) == GONE
    assert outcome_of(held) == ("lapsed", True)
    assert trail_of(line) == ["hold.placed", "hold.lapsed"]


def test_hold_does_not_lapse_once_it_is_confirmed(line: Tenant) -> None:
    held = hold(line, ended(line, *SENT))

    hours_pass(48)
    run_jobs()

    assert outcome_of(held) == ("", False)


def test_second_person_is_somebody_else_who_may_say_no(line: Tenant, lines: list[Tenant]) -> None:
    talk = ended(line, *SENT)
    segments = segments_of(talk)
    move_clock(last_moment(talk) - timedelta(minutes=1))
    held = place(line, talk)
    strangers = [hire(line, role) for role in (Role.COUNSELLOR, Role.SUPERVISOR)]
    outsider = hire(lines[1], Role.OFFICER)

    assert refused(confirm_hold, line, owner_of(line), held.pk) is NotAllowed
    assert refused(refuse_hold, line, owner_of(line), held.pk) is NotAllowed
    for stranger in strangers:
        assert refused(confirm_hold, line, stranger, held.pk) is NotFound
        assert refused(refuse_hold, line, stranger, held.pk) is NotFound
    assert refused(confirm_hold, lines[1], outsider, held.pk) is NotFound
    # Nor does the database take an owner for the second person.
    with tenant_scope(line), pytest.raises(IntegrityError, match="hold_second_is_another"):
        Hold.objects.filter(pk=held.pk).update(second=held.owner, confirmed_at=held.placed_at)

    pass_by(talk)
    refuse_hold(line, second_of(line), held.pk)
    assert seen(talk, segments) == GONE
    assert outcome_of(held) == ("refused", True)


def test_confirmed_hold_is_neither_refused_nor_confirmed_again(line: Tenant) -> None:
    held = hold(line, ended(line, *SENT))

    assert confirm_hold(line, hire(line, Role.OFFICER, 3), held.pk).second == second_of(line)
    assert refused(refuse_hold, line, hire(line, Role.OFFICER, 3), held.pk) is NotAllowed


def test_only_what_the_promise_names_is_a_reason(lines: list[Tenant]) -> None:
    """Rule: U8, D5"""
    line, keeps_nothing = lines
    talk, alive = ended(line, *SENT), begin(keeps_nothing, "hei")

    for reason in ("danger", "access"):
        assert refused(place, line, talk, reason=reason) is NeverHeld
    for reason in Hold.Reason.values:
        assert refused(place, keeps_nothing, alive, reason=reason) is NeverHeld

    assert (marks(talk), marks(alive)) == (FREE, FREE)
    assert trail_of(line) == []


def test_access_is_a_reason_where_anyone_may_ask(transactional_db: None) -> None:
    """Rule: T10"""
    (tidaholm,) = world.open_tenants("tidaholm")
    talk = ended(tidaholm, *SENT)

    hold(tidaholm, talk, reason="access")
    pass_by(talk)
    run_jobs()

    assert marks(talk) == HELD


def test_what_is_gone_is_not_held(line: Tenant) -> None:
    talk, lost, unknown = ended(line, *SENT), ended(line, *SENT), uuid4()
    keys.destroy_keys(line, segments_of(lost))
    pass_by(talk)

    assert refused(place, line, talk) is NotFound
    assert refused(place, line, unknown) is NotFound

    # Unreadable since its moment, though no job has run: its key cannot be held either.
    assert keys.hold_keys(line, segments_of(talk)) == set()
    assert owner_rows("default", "SELECT * FROM retention_hold") == []


def test_row_without_a_key_cannot_be_held(line: Tenant) -> None:
    lost = ended(line, *SENT)
    keys.destroy_keys(line, segments_of(lost))

    assert refused(place, line, lost) is Gone

    assert owner_rows("default", "SELECT * FROM retention_hold") == []
    assert marks(lost) == ([False, False], [])


def test_talk_of_another_line_is_not_there_to_hold(lines: list[Tenant]) -> None:
    talk = ended(lines[0], *SENT)
    outsider = hire(lines[1], Role.OFFICER)

    def place_outside() -> None:
        place_hold(lines[1], outsider, demand(lines[1]), kind="conversation", thing=talk)

    assert refused(place_outside) is NotFound
    assert place(lines[0], talk).thing == talk


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SUPERVISOR])
def test_who_answers_places_no_hold(line: Tenant, role: Role) -> None:
    talk = ended(line, *SENT)

    assert refused(place, line, talk, by=hire(line, role)) is NotFound
    assert place(line, talk, by=hire(line, Role.ADMINISTRATOR)).thing == talk


@pytest.mark.parametrize(
    ("authority", "reference", "days"),
    [
        pytest.param("", "12", 1, id="no authority"),
        pytest.param("Politiet", "   ", 1, id="no reference"),
        pytest.param("Politiet", "x" * 81, 1, id="too long"),
        pytest.param("Politiet\nOslo", "12", 1, id="two lines"),
        pytest.param("Politiet", "12", 0, id="reviewed today"),
        pytest.param("Politiet", "12", REVIEWED_WITHIN.days + 1, id="reviewed too late"),
    ],
)
def test_demand_says_who_and_until_when(
    line: Tenant, authority: str, reference: str, days: int
) -> None:
    talk = ended(line, *SENT)
    asked = Demand("investigation", authority, reference, today_at(line) + timedelta(days=days))

    def place_it() -> None:
        place_hold(line, owner_of(line), asked, kind="conversation", thing=talk)

    assert refused(place_it) is Invalid
    assert marks(talk) == FREE


def test_living_talk_goes_on_under_a_hold_and_is_between_the_two_in_it(line: Tenant) -> None:
    talk = begin(line, SENT[0])
    held = hold(line, talk)

    assert say(line, talk, SENT[1])[0].seq == 2
    assert texts_in(line, talk) == SENT
    assert read_through(line, owner_of(line), held) is None

    assert end_conversation(line, talk, by=By.VISITOR)
    assert read_through(line, owner_of(line), held) == SENT
    pass_by(talk)
    run_jobs()
    assert (texts_in(line, talk), marks(talk)) == (None, HELD)
    assert read_through(line, owner_of(line), held) == SENT


def test_what_is_erased_under_a_hold_stays_for_the_hold_alone(line: Tenant) -> None:
    """Rule: D6, U8"""
    let_every_line_erase()
    talk = begin(line, "gone before the hold")
    erase_conversation(line, talk)
    say(line, talk, "held")
    held = hold(line, talk)

    erase_conversation(line, talk)
    say(line, talk, "after")

    assert texts_in(line, talk) == ["after"]
    assert sorted(marks(talk)[1]) == [True, True]
    assert end_conversation(line, talk, by=By.VISITOR)
    pass_by(talk)
    run_jobs()
    assert read_through(line, owner_of(line), held) == ["held", "after"]
    release_hold(line, owner_of(line), held.pk, outcome="handed_over")
    assert seen(talk, []) == GONE
    assert owner_rows("keys", "SELECT segment FROM segment_key") == []


def test_officer_flags_a_kept_talk_and_nobody_else_does(lines: list[Tenant]) -> None:
    """Rule: U7"""
    line, other = lines
    talk, alive = ended(line, *SENT), begin(line, "hei")
    last = last_moment(talk)

    def flag(tenant: Tenant, role: Role, which: UUID = talk) -> None:
        with tenant_scope(tenant):
            flag_kept_talk(tenant, hire(tenant, role), which)

    for role in (Role.COUNSELLOR, Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert refused(flag, line, role) is NotFound
    assert refused(flag, other, Role.OFFICER) is NotFound
    assert refused(flag, line, Role.OFFICER, alive) is NotFound
    assert last_moment(talk) == last

    flag(line, Role.OFFICER)
    assert last_moment(talk) < last
    ((rule,),) = owner_rows(
        "default", "SELECT expiry_rule FROM chat_conversation WHERE id = %s", talk
    )
    assert rule == "U7"
