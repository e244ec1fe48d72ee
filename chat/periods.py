"""The periods that figures are told of: whole weeks that are over, no day in two of them.  Rule: D7

Time is cut into stretches of four weeks, the same for every line. Where a line had many talks in
the four weeks before a stretch, each week of it is a period; elsewhere the four are one. What that
is decided by does not change any more, so that a day is told of in one way and in one period only,
and nothing can be reckoned from the difference of two that share days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Sum

from chat.models import Tally
from tenants.models import Tenant

FIRST_MONDAY = date(2024, 1, 1)
WEEK, STRETCH = timedelta(weeks=1), timedelta(weeks=4)
# With four weeks to look back from the first, what is kept of them (chat/tallies.py) reaches so far.
STRETCHES = 11
# About a hundred talks a week: with fewer most of what is told of a week would have to be withheld.
MANY_TALKS = 400
# What is being counted as a week ends is committed by then.
SETTLED = timedelta(hours=1)


class Period(NamedTuple):
    """From the first day to the last, both of them in it."""

    first: date
    last: date


def periods_over(tenant: Tenant, *, now: datetime) -> list[Period]:
    """Return the periods that are over, the latest first. In the scope; one query."""
    today = (now - SETTLED).astimezone(tenant.tzinfo).date()
    this = today - (today - FIRST_MONDAY) % STRETCH
    begins = [this - STRETCH * back for back in range(STRETCHES + 1)]
    started = _started(begins[-1] - STRETCH, this)
    found: list[Period] = []
    for begin in begins:
        length = WEEK if _before(begin, started) >= MANY_TALKS else STRETCH
        firsts = [begin + length * place for place in range(STRETCH // length)]
        found += [Period(first, first + length - timedelta(days=1)) for first in reversed(firsts)]
    return [period for period in found if period.last < today]


def _before(begin: date, started: Mapping[date, int]) -> int:
    return sum(count for day, count in started.items() if begin - STRETCH <= day < begin)


def _started(first: date, end: date) -> dict[date, int]:
    days = Tally.objects.filter(what=Tally.What.STARTED, on__gte=first, on__lt=end)
    return dict(days.values_list("on").annotate(total=Sum("count")).order_by())
