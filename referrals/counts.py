"""How often what has become of handoffs, by partner and month, at each of the two lines.

A year after its month is over a count is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from chat.withheld import Told, told
from referrals.models import Partnership, ReferralCount
from referrals.states import Outcome
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

Side = Partnership.Side
# Whole months that are over; the one that is not comes on top.
KEPT_MONTHS = 12

_ONE_MORE = """
INSERT INTO referrals_referralcount AS c (tenant_id, partner, side, month, outcome, number)
VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT (tenant_id, partner, side, month, outcome) DO UPDATE SET number = c.number + 1
"""


def count(tenant: Tenant, partner: str, side: Side, outcome: Outcome, *, now: datetime) -> None:
    """Count one, in the transaction in which it happens, and last in it: others wait for this row.

    In the scope.
    """
    month = now.astimezone(tenant.tzinfo).date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [tenant.pk, partner, str(side), month, str(outcome)])


def forget_counts() -> int:
    """Delete, for every tenant, counts of months that no page shows; return how many rows."""
    return sum(_forget(tenant) for tenant in Tenant.objects.all())


def _forget(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        today = clock.now().astimezone(tenant.tzinfo).date()
        oldest = month_before(today, months=KEPT_MONTHS)
        return ReferralCount.objects.filter(month__lt=oldest).delete()[0]


def month_before(day: date, *, months: int) -> date:
    """Return the first day of the month that is so many before the one of ``day``."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def counts_of(month: date) -> Mapping[tuple[str, str], Told[str]]:
    """Return what has become of handoffs in a month, by partner and side. In the scope; one query.

    None for a number that is not told: a small one, and others from which it could be reckoned.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in ReferralCount.objects.filter(month=month).order_by("partner", "side"):
        numbers = found.setdefault((row.partner, row.side), dict.fromkeys(Outcome.values, 0))
        numbers[row.outcome] = row.number
    return {place: _told(numbers) for place, numbers in found.items()}


# Each is what becomes of the last of the one before, nearly: some are still under way.
_STEPS = (
    (Outcome.DECLINED, Outcome.ACCEPTED),
    (Outcome.REFUSED, Outcome.NEVER_ARRIVED, Outcome.ARRIVED),
    (Outcome.TAKEN, Outcome.RETURNED, Outcome.LEFT, Outcome.REPLAYED),
)


def _told(numbers: Mapping[str, int]) -> Told[str]:
    shown: Told[str] = {}
    is_told = True
    for step in _STEPS:
        here = {str(each): numbers[each] for each in step}
        shown |= told(here) if is_told else dict.fromkeys(here)
        is_told = shown[step[-1]] is not None
    return shown
