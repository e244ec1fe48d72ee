"""Who is fit to answer, what is verified by whom, and what is warned of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from retention import clock
from retention.purge import purge
from tenants import staff
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.expiry import warn_of_expiry, warnings
from tenants.fitness import Why, fit_members, lacks_of, today_at
from tenants.models import AuditEntry, Membership, Qualification, Role, Tenant
from tenants.qualifications import (
    end_qualification,
    enter_qualification,
    verify_qualification,
)
from tenants.scope import tenant_scope
from tests.world import hire, member_in, move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("sexogsamfunn", "snakkompsyken", "snakkommobbing")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Iterator[Tenant]:
    with tenant_scope(lines[0]):
        yield lines[0]


def lacks(tenant: Tenant, member: Membership) -> dict[str, Why]:
    """Return what is lacking today, and see that both ways to ask agree."""
    today = today_at(tenant, now=clock.now())
    found = {lack.group: lack.why for lack in lacks_of(member.pk, on=today)}
    assert fit_members(on=today).filter(pk=member.pk).exists() is not bool(found)
    return found


def hold(
    tenant: Tenant,
    member: Membership,
    kind: str = "nurse",
    years: int = 3,
    *,
    until: date | None = None,
    by: Membership | None = None,
    seen: bool = True,
    issuer: str = "HPR",
) -> None:
    enter_qualification(
        tenant,
        by or hire(tenant, Role.ADMINISTRATOR),
        member.pk,
        kind=kind,
        years=years,
        issuer=issuer,
        valid_until=until,
        seen=seen,
    )


@pytest.mark.parametrize(
    ("held", "years", "why"),
    [
        ("medical_student", 3, None),
        ("medical_student", 2, Why.TOO_FEW_YEARS),
        ("nurse", 3, None),
    ],
)
def test_medical_student_answers_with_three_completed_years(
    tenant: Tenant, held: str, years: int, why: Why | None
) -> None:
    """Rule: S3, S4"""
    member = hire(tenant)
    Qualification.objects.filter(membership=member).delete()
    assert lacks(tenant, member) == {"health_education": Why.ABSENT, "chat_training": Why.ABSENT}

    hold(tenant, member, held, years)
    hold(tenant, member, "chat_training", 0)

    assert lacks(tenant, member) == ({"health_education": why} if why else {})
    Qualification.objects.filter(membership=member, kind="chat_training").delete()
    assert lacks(tenant, member)["chat_training"] is Why.ABSENT


def test_only_what_somebody_else_of_this_line_has_seen_counts(
    tenant: Tenant, lines: list[Tenant]
) -> None:
    member, boss = hire(tenant), hire(tenant, Role.SUPERVISOR)
    peer, office = hire(tenant, number=2), hire(tenant, Role.ADMINISTRATOR)
    Qualification.objects.filter(membership=member).exclude(kind="chat_training").delete()
    hold(tenant, member, by=boss, seen=False)
    assert lacks(tenant, member) == {"health_education": Why.UNVERIFIED}

    for actor in (member, peer, hire(tenant, Role.OFFICER)):
        with pytest.raises(NotAllowed):
            verify_qualification(tenant, actor, member.pk, kind="nurse")
    for actor, of in ((boss, office), (office, office), (boss, boss)):
        with pytest.raises(NotAllowed):
            end_qualification(tenant, actor, of.pk, kind="nurse", reason="x")
    for kind in ("doctor", "nonsense"):
        with pytest.raises(NotFound):
            verify_qualification(tenant, boss, member.pk, kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.filter(kind="nurse", membership=member).update(
            verified_by=member, verified_on=date(2026, 1, 1)
        )
    verify_qualification(tenant, boss, member.pk, kind="nurse")

    found = Qualification.objects.get(membership=member, kind="nurse")
    assert (found.verified_by, found.verified_on) == (boss, today_at(tenant, now=clock.now()))
    assert lacks(tenant, member) == {}
    # Nothing that nobody has seen takes the place of what counts.
    with pytest.raises(Invalid):
        hold(tenant, member, by=boss, seen=False)
    with pytest.raises(Invalid):
        hold(tenant, member, "pilot")
    with pytest.raises(Invalid):
        hold(tenant, member, issuer="")
    with pytest.raises(Invalid):
        hold(tenant, member, until=date(2020, 1, 1))
    with pytest.raises(Invalid):
        end_qualification(tenant, boss, member.pk, kind="nurse", reason="")
    end_qualification(tenant, boss, member.pk, kind="nurse", reason="withdrawn")
    assert lacks(tenant, member) == {"health_education": Why.ABSENT}
    trail = AuditEntry.objects.filter(action__startswith="qualification.").order_by("pk")
    assert [(row.action, row.actor, row.subject, row.basis) for row in trail] == [
        ("qualification.entered", boss.pk, member.pk, "nurse, HPR"),
        ("qualification.verified", boss.pk, member.pk, "nurse, HPR"),
        ("qualification.ended", boss.pk, member.pk, "nurse, HPR, withdrawn"),
    ]


def test_one_person_at_two_lines_shows_their_papers_at_each(lines: list[Tenant]) -> None:
    """Rule: B7"""
    _, psyken, mobbing = lines
    member, boss = hire(psyken), hire(psyken, Role.SUPERVISOR)
    with tenant_scope(mobbing):
        twin = member_in(mobbing, member.user, Role.SUPERVISOR, 1)
        Qualification.objects.filter(membership=twin).update(verified_on=None)
        assert set(lacks(mobbing, twin).values()) == {Why.UNVERIFIED}
        # Whoever has verified it there is nobody here.
        with pytest.raises(NotAllowed):
            verify_qualification(mobbing, boss, twin.pk, kind="college")
        with pytest.raises(NotFound):
            verify_qualification(
                mobbing, hire(mobbing, Role.SUPERVISOR, 2), member.pk, kind="college"
            )
    with tenant_scope(psyken):
        assert lacks(psyken, member) == {}
        staff.leave(psyken, member.pk, actor=None)
    with tenant_scope(mobbing):
        hold(mobbing, twin, "college")
        hold(mobbing, twin, "talks_with_young_people", 0)
        assert lacks(mobbing, twin) == {}


def test_end_is_warned_of_once_for_each_step_until_it_is_renewed(lines: list[Tenant]) -> None:
    tenant, other, _ = lines
    end = (clock.now() + timedelta(days=100)).date()
    noon = datetime.combine(end, datetime.min.time(), UTC) + timedelta(hours=11)
    with tenant_scope(tenant):
        member, seen = hire(tenant), []
        Qualification.objects.filter(membership=member, kind="nurse").update(valid_until=end)
        # What nobody has seen does not count, and is not missed.
        hire(tenant, number=2)
        Qualification.objects.exclude(membership=member).update(valid_until=end, verified_on=None)
    hire(other)

    for days in (61, 60, 15, 14, 2, 1, 0):
        move_clock(noon - timedelta(days=days))
        written = warn_of_expiry(), warn_of_expiry()
        with tenant_scope(tenant):
            seen.append((days, *written, [one.warned_days for one in warnings(tenant)]))

    assert seen == [
        (61, 0, 0, []),
        (60, 1, 0, [60]),
        (15, 0, 0, [60]),
        (14, 1, 0, [14]),
        (2, 0, 0, [14]),
        (1, 1, 0, [1]),
        (0, 0, 0, [1]),
    ]
    with tenant_scope(tenant):
        assert AuditEntry.objects.filter(action="qualification.expires").count() == 3
        hold(tenant, member, until=end + timedelta(days=365))
        assert list(warnings(tenant, of=member)) == []
    with tenant_scope(other):
        assert list(warnings(other)) == []
    assert warn_of_expiry() == 0


def test_who_has_verified_is_forgotten_and_what_they_have_seen_stays_seen(
    lines: list[Tenant],
) -> None:
    tenant = lines[0]
    with tenant_scope(tenant):
        member = hire(tenant)
        hold(tenant, member, "nurse")
        staff.leave(tenant, hire(tenant, Role.ADMINISTRATOR).pk, actor=None)
    move_clock(clock.now() + timedelta(days=100))

    purge()

    with tenant_scope(tenant):
        assert not Membership.objects.filter(role=Role.ADMINISTRATOR).exists()
        held = Qualification.objects.get(membership=member, kind="nurse")
        assert (held.verified_by, held.verified_on is not None) == (None, True)
        assert lacks(tenant, member) == {}
