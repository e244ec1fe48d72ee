"""When a service is open, by the week that it tells; holidays are told by none.

A service whose week has any closed hour is taken to be closed on the public holidays of the line's
country: whoever calls in vain has lost more than whoever reads "closed" and sees the number all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from tenants.hours import Interval, Schedule, Standing
from tenants.models import Tenant

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
# A week comes round; past Christmas it may take two.
LOOK_AHEAD = timedelta(days=14)
_ALWAYS = (Interval(time(0), time(0)),)

Week = Mapping[int, tuple[Interval, ...]]


def week_of(schedules: Sequence[Mapping[str, str]]) -> Week:
    """Return the intervals of each weekday (0 is Monday), earliest first; days without are closed."""
    week: dict[int, list[Interval]] = {}
    for row in schedules:
        opens, closes = (time.fromisoformat(row[name]) for name in ("opens_at", "closes_at"))
        for day in row["byday"].split(","):
            week.setdefault(DAYS.index(day), []).append(Interval(opens, closes))
    return {
        day: tuple(sorted(set(spans), key=lambda span: (span.opens, span.closes)))
        for day, spans in week.items()
    }


def is_always_open(week: Week) -> bool:
    """Return whether it is open round the clock, every day."""
    return all(week.get(day) == _ALWAYS for day in range(len(DAYS)))


def standing_of(
    schedules: Sequence[Mapping[str, str]], tenant: Tenant, *, now: datetime
) -> Standing | None:
    """Tell whether a service is open at ``now`` and when that changes; None: it does not say."""
    if not schedules:
        return None
    week = week_of(schedules)
    closes = not is_always_open(week)
    schedule = Schedule(tenant.tzinfo, tenant.country, closes, week, {})
    return schedule.standing(now, ahead=LOOK_AHEAD)
