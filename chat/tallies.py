"""What is counted of talks in the moment that it happens; of none of them anything is kept.  Rule: D7

A count is one more in a row of its hour, and where a line has few talks of its day alone: an hour
with one talk in it would say when somebody talked. What a counsellor says of a talk is counted by
the week, without even the day or how long it was. Waits and lengths are counted in classes. After
53 weeks a row is gone.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from chat.models import Conversation, Tally
from chat.states import By
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

What = Tally.What
# The upper ends of the classes in minutes; what is longer is in one more.
WAIT_MINUTES = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120)
LENGTH_MINUTES = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 180)
CLASSES = len(WAIT_MINUTES) + 1
# A line whose last four weeks had fewer talks than this has few: about five a day.
FEW_TALKS, LOOKED_BACK = 140, timedelta(days=28)
# A year of whole weeks, and the one that is not over.
KEPT = timedelta(weeks=53)


@dataclass(frozen=True, slots=True)
class About:
    """What a counsellor says of a talk that they end: slugs of the line's own, or nothing."""

    reason: str = ""
    category: str = ""


NOTHING_SAID = About()


def count_start(tenant: Tenant, *, now: datetime) -> None:
    """Count a visitor who has come into the queue, in the transaction that takes them."""
    _count(tenant, What.STARTED, now)


def count_refusal(tenant: Tenant, *, now: datetime) -> None:
    """Count somebody whom an open line could not take. In the scope."""
    _count(tenant, What.REFUSED, now)


def count_answer(tenant: Tenant, *, queued_at: datetime, now: datetime) -> None:
    """Count a visitor whom somebody has taken for the first time, and how long they waited."""
    _count(tenant, What.ANSWERED, now, length=_class(now - queued_at, WAIT_MINUTES))


def count_end(tenant: Tenant, talk: Conversation, *, by: By, about: About, now: datetime) -> None:
    """Count the end of ``talk``, in the transaction that ends it; ``talk`` is as it was before."""
    if talk.counsellor_id is None and not talk.front:
        length = _class(now - talk.queued_at, WAIT_MINUTES)
        _count(tenant, What.LOST, now, key=str(by), length=length)
        return
    lasted = _class(now - talk.claimed_at, LENGTH_MINUTES) if talk.claimed_at else None
    _count(tenant, What.ENDED, now, key=str(by), length=lasted)
    if about.reason:
        _count(tenant, What.REASON, now, key=about.reason)
    if about.category:
        _count(tenant, What.CATEGORY, now, key=about.category)


def forget_tallies() -> int:
    """Delete what is older than any figure looks back, for every tenant; return how many rows."""
    return sum(_forget(tenant) for tenant in Tenant.objects.all())


def _forget(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        today = clock.now().astimezone(tenant.tzinfo).date()
        return Tally.objects.filter(on__lt=today - KEPT).delete()[0]


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _class(length: timedelta, ends: tuple[int, ...]) -> int:
    return bisect_right(ends, max(0.0, length.total_seconds()) / 60)


# Rows of one talk are counted in the order of their kinds, so that two ends never wait for each
# other crosswise.
_ONE_MORE = """
INSERT INTO chat_tally AS t (tenant_id, what, "on", hour, key, count, classes)
SELECT %(tenant)s, %(what)s, %(on)s, CASE WHEN %(hour)s::smallint IS NOT NULL AND (
    SELECT coalesce(sum(count), 0) FROM chat_tally
    WHERE tenant_id = %(tenant)s AND what = 'started' AND "on" >= %(since)s AND "on" < %(on)s
  ) >= %(few)s THEN %(hour)s::smallint END, %(key)s, 1, %(classes)s
ON CONFLICT (tenant_id, what, "on", hour, key) DO UPDATE SET count = t.count + 1,
  classes = ARRAY (SELECT coalesce(a, 0) + coalesce(b, 0)
    FROM unnest(t.classes, EXCLUDED.classes) WITH ORDINALITY AS u (a, b, place) ORDER BY place)
"""
_BY_THE_WEEK = frozenset({What.REASON, What.CATEGORY})


def _count(
    tenant: Tenant, what: What, now: datetime, *, key: str = "", length: int | None = None
) -> None:
    local = now.astimezone(tenant.tzinfo)
    by_week = what in _BY_THE_WEEK
    day = week_of(local.date()) if by_week else local.date()
    said: dict[str, Any] = {
        "tenant": tenant.pk,
        "what": str(what),
        "on": day,
        "hour": None if by_week else local.hour,
        "since": day - LOOKED_BACK,
        "few": FEW_TALKS,
        "key": key,
        "classes": [] if length is None else [int(n == length) for n in range(CLASSES)],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, said)
