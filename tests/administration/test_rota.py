"""A week's plan against the opening hours: what is missing, filled with two clicks, and copied."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest

from retention import clock
from tenants.fitness import today_at
from tenants.models import Hours, HoursException, Qualification, Shift, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    """Open on Mondays from ten to two, whatever the date is."""
    tenant = world.open_tenants("sexogsamfunn", "tidaholm")[0]
    Tenant.objects.filter(pk=tenant.pk).update(closed_on_holidays=False)
    with tenant_scope(tenant):
        HoursException.objects.all().delete()
        Hours.objects.all().delete()
        Hours.objects.create(tenant=tenant, weekday=0, opens=time(10), closes=time(14), rule="ours")
    return tenant


def monday_after(tenant: Tenant, weeks: int) -> date:
    today = today_at(tenant, now=clock.now())
    return today - timedelta(days=today.weekday()) + timedelta(days=7 * weeks)


def gaps(inside: Inside, monday: date) -> list[str]:
    html = inside.get("rota/", week=str(monday)).content.decode()
    return re.findall(r'data-gap="([^"]*)"', html)


def test_gap_is_seen_filled_by_who_may_answer_and_copied(tenant: Tenant) -> None:
    inside, member = Inside.of(tenant), world.hire(tenant)
    foreign = world.hire(Tenant.objects.get(slug="tidaholm"))
    first, second = monday_after(tenant, 1), monday_after(tenant, 2)
    assert gaps(inside, first) == ["10:00–14:00"]
    shift = {"member": str(member.pk), "day": str(first), "begins": "09:00", "ends": "12:00"}

    assert inside.post("rota/plan/", shift).status_code == 302
    assert inside.post("rota/plan/", {**shift, "member": str(foreign.pk)}).status_code == 404
    assert inside.post("rota/plan/", {**shift, "begins": "late"}).status_code == 409
    assert gaps(inside, first) == ["12:00–14:00"]
    assert gaps(inside, second) == ["10:00–14:00"]
    for _again in range(2):
        assert inside.post("rota/copy/", {"week": str(second)}).status_code == 302

    assert gaps(inside, second) == ["12:00–14:00"]
    with tenant_scope(tenant):
        there = [
            row.begins_at.astimezone(tenant.tzinfo) for row in Shift.objects.order_by("begins_at")
        ]
        held = Qualification.objects.filter(membership=member)[0]
    assert [(at.date(), at.hour) for at in there] == [(first, 9), (second, 9)]
    taken_out = {**shift, "week": str(second), "begins_at": there[1].isoformat()}
    assert inside.post("rota/cancel/", taken_out).status_code == 302
    assert gaps(inside, second) == ["10:00–14:00"]
    # Whose papers run out before that day is there, and does not fill it.
    with tenant_scope(tenant):
        Qualification.objects.filter(pk=held.pk).update(valid_until=first - timedelta(days=1))
    assert gaps(inside, first) == ["10:00–14:00"]


def test_week_that_goes_on_can_be_copied_once_its_shifts_are_over(tenant: Tenant) -> None:
    inside, member = Inside.of(tenant), world.hire(tenant)
    first, second = monday_after(tenant, 1), monday_after(tenant, 2)
    shift = {"member": str(member.pk), "day": str(first), "begins": "10:00", "ends": "14:00"}
    inside.post("rota/plan/", shift)
    world.move_clock(
        clock.now().replace(hour=12)
        + (first - today_at(tenant, now=clock.now()))
        + timedelta(days=5)
    )

    inside.post("rota/plan/", {**shift, "day": str(second + timedelta(days=1))})
    inside.post("rota/copy/", {"week": str(second)})

    assert gaps(inside, second) == []
