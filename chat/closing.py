"""The end of the day, as those who wait are told of it: early, and without false hope.  Rule: S10

Some minutes before it closes (a row of the tenant's) a line says when, and until when those who
wait can still be taken. Whom it will not reach is told so, with those who are open now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants.hours import Standing, closed_since, standing
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Closing:
    """When the line closes or has closed, and when its last call is over; both UTC."""

    closes_at: datetime
    last_call_until: datetime


def closing(tenant: Tenant, *, now: datetime, hours: Standing | None = None) -> Closing | None:
    """Return the closing that those who wait must know of; None while it is far. In the scope.

    ``hours`` are those that stand at ``now``, where somebody has asked already.
    """
    hours = hours or standing(tenant, now=now)
    warning = timedelta(minutes=tenant.closing_warning_minutes)
    last_call = timedelta(minutes=tenant.last_call_minutes)
    if hours.open:
        closes_at = hours.closes_at
        soon = closes_at is not None and closes_at - now <= warning
    else:
        closes_at = closed_since(tenant, now=now)
        soon = closes_at is not None and now < closes_at + last_call
    return Closing(closes_at, closes_at + last_call) if closes_at and soon else None
