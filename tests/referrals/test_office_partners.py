"""What those who lead a line see of passing on: what was agreed, and counts of months that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from referrals.counts import count, forget_counts
from referrals.models import Partnership, ReferralCount
from referrals.states import Outcome
from retention import clock
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/office/partners/"


def page(door: Door) -> str:
    return door.get(PAGE).content.decode()


def passed_on(line: Tenant, partner: Tenant, side: str, *, at: datetime) -> None:
    """Count twenty who said yes and came, and three who never did."""
    with tenant_scope(line):
        for outcome, many in (
            (Outcome.ACCEPTED, 23),
            (Outcome.ARRIVED, 20),
            (Outcome.NEVER_ARRIVED, 3),
        ):
            for _ in range(many):
                count(line, partner.slug, Partnership.Side(side), outcome, now=at)


def test_both_lines_see_what_was_agreed_and_the_same_counts_and_no_small_one(
    giver: Tenant, taker: Tenant, third: Tenant
) -> None:
    now = clock.now()
    passed_on(giver, taker, "gives", at=now)
    passed_on(taker, giver, "takes", at=now)
    gives, takes = (Door.of(line, Role.SUPERVISOR) for line in (giver, taker))
    this_month = page(gives)
    move_clock(now + timedelta(days=32))

    left, right = page(gives), page(takes)
    elsewhere = page(Door.of(third, Role.SUPERVISOR))

    assert taker.name in left
    assert giver.name in right
    # Nothing of a month that goes on, and of none a number below five.
    assert "<td>23</td>" not in this_month
    for html in (left, right):
        assert "<td>23</td>" in html
        assert "<td>3</td>" not in html
        assert "<td>20</td>" not in html
    assert taker.name not in elsewhere
    assert "<td>" not in elsewhere


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.OFFICER])
def test_page_is_for_those_who_lead_the_line_alone(giver: Tenant, role: str) -> None:
    assert Door.of(giver, role).get(PAGE).status_code == 404


def test_counts_are_gone_a_year_after_their_month(giver: Tenant, taker: Tenant) -> None:
    now = clock.now()
    month = now.astimezone(giver.tzinfo).replace(day=1)
    for line, partner, side in ((giver, taker, "gives"), (taker, giver, "takes")):
        with tenant_scope(line):
            count(line, partner.slug, Partnership.Side(side), Outcome.ACCEPTED, now=now)

    # The last day of the twelfth month after theirs, and the day after that.
    ends = month.replace(year=month.year + 1) + timedelta(days=32)
    move_clock(ends.replace(day=1) - timedelta(days=1))
    before = forget_counts()
    move_clock(ends.replace(day=1))

    assert (before, forget_counts(), forget_counts()) == (0, 2, 0)
    for line in (giver, taker):
        with tenant_scope(line):
            assert not ReferralCount.objects.exists()
