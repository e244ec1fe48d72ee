"""How often what has become of handoffs, by partner and month, at each of the two lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from chat.withheld import Told, told
from referrals.models import Partnership, ReferralCount
from referrals.states import Outcome
from tenants.models import Tenant

Side = Partnership.Side

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
    (Outcome.TAKEN, Outcome.RETURNED, Outcome.REPLAYED),
)


def _told(numbers: Mapping[str, int]) -> Told[str]:
    shown: Told[str] = {}
    is_told = True
    for step in _STEPS:
        here = {str(each): numbers[each] for each in step}
        shown |= told(here) if is_told else dict.fromkeys(here)
        is_told = shown[step[-1]] is not None
    return shown
