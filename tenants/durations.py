"""When a promise falls due.

Each unit is read in the way that never keeps anything longer than the sentence on the page:
a day is 24 hours, a month ends on the last day where the month is too short, a working day
ends at the time of day at which it began.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tenants.calendars import is_working_day, moment

_FIXED = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}


def deadline(
    start: datetime,
    *,
    amount: int,
    unit: str,
    zone: str,
    country: str,
    closed_on: Collection[date] = (),
) -> datetime:
    """Return the moment (UTC) at which ``amount`` ``unit``s from ``start`` are over.

    ``start`` is aware. Months and working days are counted in ``zone``; working days are
    those of ``country`` without ``closed_on``. Raises ValueError for an unknown unit, a
    negative amount or a naive start.  Rule: T9, U7, D5, D7.
    """
    if start.tzinfo is None:
        raise ValueError("a deadline needs an aware start")
    if amount < 0:
        raise ValueError(f"a deadline of {amount} {unit} lies before its start")
    if amount == 0:
        return start.astimezone(UTC)
    if unit in _FIXED:
        return start.astimezone(UTC) + amount * _FIXED[unit]
    local = start.astimezone(ZoneInfo(zone))
    if unit == "months":
        day = _months_later(local.date(), amount)
    elif unit == "working_days":
        day = _working_days_later(local.date(), amount, country, closed_on)
    else:
        raise ValueError(f"no unit {unit}")
    wall = datetime.combine(day, local.time().replace(fold=0))
    return moment(wall, zone=ZoneInfo(zone))


def _months_later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _working_days_later(day: date, amount: int, country: str, closed_on: Collection[date]) -> date:
    while amount:
        day += timedelta(days=1)
        amount -= is_working_day(day, country=country, closed_on=closed_on)
    return day
