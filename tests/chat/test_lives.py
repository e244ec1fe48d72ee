"""Which of several versions of a promise ends a talk, and when it is known to hold personal data."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chat.conversations import end_conversation
from chat.lives import flag_talk
from chat.models import Conversation
from chat.states import By
from retention import clock, keys
from retention.purge import purge
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import AuditEntry, HoursException, Policy, Role, Tenant
from tenants.scope import tenant_scope
from tenants.trial import open_line
from tests.talks import GONE, begin, owner_rows, seen, segments_of, texts_in
from tests.versions import A_MONTH, A_WEEK, A_YEAR, AT_CLOSE, FLAGGED, publish
from tests.world import hire, move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

ALIVE = 1_000


def ended(tenant: Tenant, text: str = "hej") -> UUID:
    talk = begin(tenant, text)
    assert end_conversation(tenant, talk, by=By.VISITOR)
    return talk


def life(tenant: Tenant, talk: UUID) -> tuple[datetime, str]:
    with tenant_scope(tenant):
        row = Conversation.objects.get(pk=talk)
    return row.expires_at, row.expiry_rule


def key_ends(talk: UUID) -> set[datetime]:
    query = "SELECT expires_at FROM segment_key WHERE segment = ANY (%s)"
    return {row[0].astimezone(UTC) for row in owner_rows("keys", query, segments_of(talk))}


def test_stricter_version_shortens_what_is_kept_and_its_key(other: Tenant) -> None:
    """Rule: T9, U7"""
    talk = ended(other)
    with tenant_scope(other):
        ended_at = Conversation.objects.get(pk=talk).ended_at
    assert ended_at is not None

    publish(other, A_MONTH, begins_at=clock.now() + timedelta(days=2))
    publish(other, A_WEEK, begins_at=clock.now() + timedelta(days=3))

    assert life(other, talk) == (ended_at + timedelta(days=7), "ours")
    assert key_ends(talk) == {ended_at + timedelta(days=7)}


def test_end_of_a_short_month_costs_no_hours(other: Tenant) -> None:
    """Three months from tomorrow morning are over before three months from tonight.  Rule: T9"""
    night = datetime(2030, 11, 28, 22, 30, tzinfo=other.tzinfo)
    move_clock(night)
    open_line(other, now=night, hours=24)

    talk = begin(other, "hej")
    move_clock(night + timedelta(minutes=3))
    assert end_conversation(other, talk, by=By.VISITOR)

    assert life(other, talk) == (datetime(2031, 2, 28, 22, 33, tzinfo=other.tzinfo), "T9")
    assert key_ends(talk) == {datetime(2031, 2, 28, 22, 33, tzinfo=other.tzinfo)}


def test_stricter_version_shortens_from_its_beginning_with_every_job_stopped(
    other: Tenant,
) -> None:
    talk = ended(other)
    begins_at = clock.now() + timedelta(days=2)

    publish(other, AT_CLOSE, begins_at=begins_at)

    move_clock(begins_at - timedelta(seconds=1))
    assert texts_in(other, talk) == ["hej"]
    move_clock(begins_at)
    assert texts_in(other, talk) is None
    with tenant_scope(other):
        assert keys.open_keys(other, conversation=talk, segments=segments_of(talk)) == {}


def test_looser_version_lengthens_nothing(other: Tenant) -> None:
    talk, alive = ended(other), begin(other, "hej")
    before = life(other, talk)

    publish(other, A_YEAR)

    assert life(other, talk) == before
    assert end_conversation(other, alive, by=By.VISITOR)
    months = life(other, alive)[0] - clock.now()
    assert timedelta(days=88) < months < timedelta(days=93)


def test_talk_that_goes_on_ends_under_the_strictest_version_since_it_began(other: Tenant) -> None:
    talk = begin(other, "hej")
    publish(other, AT_CLOSE)
    publish(other, A_YEAR)
    segments = segments_of(talk)

    assert end_conversation(other, talk, by=By.VISITOR)

    assert seen(talk, segments) == GONE


def test_version_that_has_not_begun_holds_for_nobody_new(other: Tenant) -> None:
    publish(other, A_WEEK, begins_at=clock.now() + timedelta(days=1))

    talk = begin(other, "hej")

    with tenant_scope(other):
        bound = Conversation.objects.get(pk=talk).policy_id
        assert Policy.objects.get(pk=bound).version == 1


def test_versions_do_not_begin_in_the_past_nor_before_each_other(other: Tenant) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    publish(other, A_MONTH, begins_at=tomorrow)

    for begins_at in (clock.now() - timedelta(minutes=1), tomorrow - timedelta(minutes=1)):
        with pytest.raises(Invalid, match="at the earliest"):
            publish(other, A_WEEK, begins_at=begins_at)


def test_change_of_policy_reaches_a_thousand_talks_in_five_seconds(other: Tenant) -> None:
    """Stricter shortens, looser does nothing; neither takes long."""
    talk = begin(other, "hej")
    copies = (
        "INSERT INTO chat_conversation SELECT (jsonb_populate_record(c, jsonb_build_object("
        " 'id', gen_random_uuid(), 'secret_hash', '\\x' || md5(n::text) || md5(n::text)))).*"
        " FROM chat_conversation c, generate_series(2, %s) n"
    )
    owner_rows("default", copies, ALIVE)
    outsider = open_tenants("urph")[0]
    foreign = begin(outsider, "hei")
    before = life(outsider, foreign)

    took = time.monotonic()
    publish(other, A_WEEK)
    took = time.monotonic() - took
    shorter = life(other, talk)
    publish(other, A_YEAR)

    query = (
        "SELECT count(*), count(DISTINCT expires_at) FROM chat_conversation WHERE tenant_id = %s"
    )
    assert owner_rows("default", query, other.pk) == [(ALIVE, 1)]
    assert life(other, talk) == shorter
    assert life(outsider, foreign) == before
    assert took < 5  # as promised to whoever publishes; it takes a fraction of it


# Personal data in a talk.


@pytest.fixture
def urph(transactional_db: None) -> Tenant:
    return open_tenants("urph", "tidaholm")[0]


def claimed(tenant: Tenant, *texts: str) -> UUID:
    talk = begin(tenant, *texts)
    member = hire(tenant)
    with tenant_scope(tenant):
        Conversation.objects.filter(pk=talk).update(counsellor=member, state="active")
    return talk


def flag(tenant: Tenant, talk: UUID, *, number: int = 1, role: str = Role.COUNSELLOR) -> datetime:
    member = hire(tenant, role, number)
    with tenant_scope(tenant):
        return flag_talk(tenant, member, talk)


def test_flagged_talk_is_gone_within_one_working_day_of_the_flag(urph: Tenant) -> None:
    """Rule: U7"""
    talk = claimed(urph, "jeg heter noe")
    segments = segments_of(talk)

    until = flag(urph, talk)
    assert end_conversation(urph, talk, by=By.VISITOR)

    local = until.astimezone(urph.tzinfo)
    assert timedelta(hours=22) < until - clock.now() < timedelta(days=6)
    assert local.weekday() < 5
    assert life(urph, talk) == (until, "U7")
    assert key_ends(talk) == {until}
    move_clock(until - timedelta(seconds=1))
    assert texts_in(urph, talk) == ["jeg heter noe"]
    move_clock(until)
    assert texts_in(urph, talk) is None
    purge()
    assert seen(talk, segments) == GONE


def test_flag_counts_from_the_first_time_and_is_on_the_trail(urph: Tenant) -> None:
    talk = claimed(urph, "hei")

    first = flag(urph, talk)
    move_clock(clock.now() + timedelta(hours=3))
    again = flag(urph, talk)

    assert again == first
    with tenant_scope(urph):
        trail = list(AuditEntry.objects.values_list("action", "subject", "basis"))
    assert trail[-1] == ("talk.flagged", talk, "U7")
    assert [entry[0] for entry in trail].count("talk.flagged") == 1


def test_own_closing_day_is_no_working_day(urph: Tenant) -> None:
    talk = claimed(urph, "hei")
    today = clock.now().astimezone(urph.tzinfo).date()
    with tenant_scope(urph):
        HoursException.objects.all().delete()
        for day in range(1, 8):
            HoursException.objects.create(
                tenant=urph,
                on=today + timedelta(days=day),
                reason={},
                origin="charter",
                rule="ours",
            )

    until = flag(urph, talk)

    assert until.astimezone(urph.tzinfo).date() > today + timedelta(days=7)


def test_talk_is_flagged_by_its_own_counsellor_alone(urph: Tenant) -> None:
    talk = claimed(urph, "hei")
    outsider = Tenant.objects.get(slug="tidaholm")
    before = life(urph, talk)

    for tenant, number, role in (
        (urph, 2, Role.COUNSELLOR),
        (urph, 1, Role.SUPERVISOR),
        (outsider, 1, Role.COUNSELLOR),
    ):
        with pytest.raises(NotFound):
            flag(tenant, talk, number=number, role=role)

    assert life(urph, talk) == before
    assert flag(urph, talk) < before[0]


def test_line_that_promises_no_shorter_life_takes_no_flag(other: Tenant) -> None:
    talk = claimed(other, "hej")

    with pytest.raises(NotAllowed):
        flag(other, talk)

    publish(other, FLAGGED)
    assert flag(other, talk) < clock.now() + timedelta(days=6)
