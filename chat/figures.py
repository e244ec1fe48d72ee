"""What the tallies of a line say together, with every small number hidden.  Rule: D7

A number below ``FEW`` is not told. Nor is what would let it be computed: where cells add up to
something that is told, at least two are hidden, with ``FEW`` or more in them together, or nothing. What counsellors said of talks is told of whole weeks that are over, so that nobody who
looks before and after a talk learns what was said of it; how many they said it of is told nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db import connection
from django.db.models import Sum

from chat.models import Conversation, Presence, Tally
from chat.states import State
from chat.tallies import CLASSES, LENGTH_MINUTES, WAIT_MINUTES, has_few_talks, week_of
from retention.chain import FEW
from tenants.models import Tenant

What = Tally.What
K = TypeVar("K", bound=Hashable)
Told = dict[K, int | None]

# Each period by its days that are over, and the whole weeks that stand for it.
PERIODS: Mapping[str, tuple[int, int]] = {
    "today": (0, 0),
    "week": (7, 1),
    "month": (30, 4),
    "year": (365, 52),
}
# Of fewer than twice five the longest tenth would be one talk or none.
FEW_FOR_TENTH = 2 * FEW


class Minutes(NamedTuple):
    """A length; ``is_more`` where it is only known to be more than the longest class."""

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something lasted: ``None`` is not told."""

    count: int | None
    median: Minutes | None
    tenth: Minutes | None
    classes: Told[int]


@dataclass(frozen=True, slots=True)
class HourFigures:
    answered: int | None
    lost: int | None
    median_wait: Minutes | None


@dataclass(frozen=True, slots=True)
class Load:
    """The desk at this moment, as everybody at it sees it."""

    waiting: int
    going_on: int
    ready: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One period of a line. ``hours`` has the hour -1 for what is known by its day alone.

    Of today ``until`` is the full hour up to which it is told. ``is_early`` where nothing of today
    is, since the line has so few talks that their hours are not kept.
    """

    period: str
    first: date
    last: date
    answered: int | None
    lost: int | None
    refused: int | None
    waits: Spread
    lengths: Spread
    days: Told[date]
    weekdays: Told[int]
    hours: Mapping[int, HourFigures]
    reasons: Told[str]
    categories: Told[str]
    weeks: tuple[date, date] | None
    until: int | None
    is_early: bool


def told(counts: Mapping[K, int]) -> Told[K]:
    """Return ``counts``, whose sum is told as well, without what is small or gives that away."""
    hidden = {key for key, count in counts.items() if count < FEW}
    shown = sorted(counts.keys() - hidden, key=lambda key: (counts[key], str(key)), reverse=True)
    # Where all that are hidden are nothing, as on days on which a line is closed, they give nobody away.
    while (
        shown and (left := sum(counts[key] for key in hidden)) and (left < FEW or len(hidden) < 2)
    ):
        hidden.add(shown.pop())
    return {key: None if key in hidden else count for key, count in counts.items()}


def told_alone(counts: Mapping[K, int]) -> Told[K]:
    """Return ``counts``, whose sum is told nowhere, without what is small."""
    return {key: few_hidden(count) for key, count in counts.items()}


def few_hidden(count: int) -> int | None:
    return count if count >= FEW else None


def load_now(*, now: datetime) -> Load:
    """Count who waits, is in a talk and is ready. In the scope; three queries."""
    here = Presence.objects.filter(ready=True, lost_at__isnull=True)
    return Load(
        waiting=Conversation.objects.filter(state=State.WAITING).count(),
        going_on=Conversation.objects.filter(state__in=[State.ACTIVE, State.PAUSED]).count(),
        ready=here.count(),
    )


def figures(
    tenant: Tenant,
    period: str,
    *,
    now: datetime,
    reasons: Sequence[str],
    categories: Sequence[str],
) -> Figures:
    """Return what the tallies say of a period of ``PERIODS``. In the scope; five queries at most.

    ``reasons`` and ``categories`` are the slugs that the line has now; others are told as
    ``other``, if the line has that one.
    """
    days, weeks = PERIODS[period]
    local = now.astimezone(tenant.tzinfo)
    today = local.date()
    first, last = (
        (today - timedelta(days=days), today - timedelta(days=1)) if days else (today,) * 2
    )
    until = None if days else local.hour
    # Of hours that are over: who looks before and after a talk learns nothing of it.
    told_hours = range(-1, 24) if until is None else range(until)
    rows = [row for row in _counts(first, last) if row[2] in told_hours]
    classes = {of: n for of, n in _classes(first, last).items() if of[1] in told_hours}
    hours, by_day = bool(days), days == PERIODS["week"][0]
    monday = week_of(today)
    of_weeks = (monday - timedelta(weeks=weeks), monday - timedelta(days=1)) if weeks else None
    said = _said(of_weeks, reasons, categories)
    return Figures(
        period=period,
        first=first,
        last=last,
        answered=few_hidden(sum(n for what, _, _, _, n in rows if what == What.ANSWERED)),
        lost=few_hidden(sum(n for what, _, _, _, n in rows if what == What.LOST)),
        refused=few_hidden(sum(n for what, _, _, _, n in rows if what == What.REFUSED)),
        waits=_spread(_all_hours(classes, What.ANSWERED), WAIT_MINUTES),
        lengths=_spread(_all_hours(classes, What.ENDED), LENGTH_MINUTES),
        days=told(_days(first, last, rows)) if by_day else {},
        weekdays=told(_weekdays(rows)) if hours and not by_day else {},
        hours=_hours(rows, classes) if hours else {},
        reasons=told_alone(said[What.REASON]),
        categories=told_alone(said[What.CATEGORY]),
        weeks=of_weeks,
        until=until,
        is_early=until is not None and has_few_talks(today),
    )


# what, key, hour (-1 for none), day, count
Row = tuple[str, str, int, date, int]


def _counts(first: date, last: date) -> list[Row]:
    rows = (
        Tally.objects.filter(on__range=(first, last))
        .exclude(what__in=[What.REASON, What.CATEGORY])
        .values_list("what", "key", "hour", "on")
        .annotate(total=Sum("count"))
        .order_by()
    )
    return [(what, key, -1 if hour is None else hour, on, n) for what, key, hour, on, n in rows]


_CLASSES = """
SELECT what, coalesce(hour, -1), place - 1, sum(n)
FROM chat_tally, unnest(classes) WITH ORDINALITY AS u (n, place)
WHERE "on" BETWEEN %s AND %s AND what IN ('answered', 'ended') GROUP BY 1, 2, 3
"""


def _classes(first: date, last: date) -> dict[tuple[str, int], list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_CLASSES, [first, last])
        found: dict[tuple[str, int], list[int]] = {}
        for what, hour, place, count in cursor.fetchall():
            found.setdefault((what, hour), [0] * CLASSES)[place] = int(count)
    return found


def _all_hours(classes: Mapping[tuple[str, int], list[int]], what: What) -> list[int]:
    of_it = [counts for (one, _), counts in classes.items() if one == what]
    return [sum(column) for column in zip(*of_it, strict=True)] if of_it else [0] * CLASSES


def _sum(keys: Iterable[K], counted: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums = Counter(dict.fromkeys(keys, 0))
    for key, count in counted:
        sums[key] += count
    return dict(sums)


def _days(first: date, last: date, rows: Sequence[Row]) -> dict[date, int]:
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return _sum(every, ((on, n) for what, _, _, on, n in rows if what == What.ANSWERED))


def _weekdays(rows: Sequence[Row]) -> dict[int, int]:
    return _sum(range(7), ((on.weekday(), n) for w, _, _, on, n in rows if w == What.ANSWERED))


def _hours(
    rows: Sequence[Row], classes: Mapping[tuple[str, int], list[int]]
) -> dict[int, HourFigures]:
    known = range(-1, 24) if any(hour < 0 for _, _, hour, _, _ in rows) else range(24)
    answered = told(_sum(known, ((h, n) for w, _, h, _, n in rows if w == What.ANSWERED)))
    lost = told(_sum(known, ((h, n) for w, _, h, _, n in rows if w == What.LOST)))
    return {
        hour: HourFigures(
            answered[hour],
            lost[hour],
            # Told with its count and not otherwise: with others' it would tell of hidden ones.
            _quantile(classes.get((What.ANSWERED, hour), []), WAIT_MINUTES, 0.5)
            if answered[hour] is not None
            else None,
        )
        for hour in known
    }


def _spread(classes: Sequence[int], ends: Sequence[int]) -> Spread:
    count = sum(classes)
    return Spread(
        count=few_hidden(count),
        median=_quantile(classes, ends, 0.5) if count >= FEW else None,
        tenth=_quantile(classes, ends, 0.9) if count >= FEW_FOR_TENTH else None,
        classes=told(dict(enumerate(classes))),
    )


def _quantile(classes: Sequence[int], ends: Sequence[int], share: float) -> Minutes | None:
    """Return the minutes that ``share`` of them did not exceed, as far as the classes know."""
    wanted, before = share * sum(classes), 0
    if not wanted:
        return None
    for place, count in enumerate(classes):
        if before + count >= wanted and count:
            if place == len(ends):
                break
            low, high = ends[place - 1] if place else 0, ends[place]
            return Minutes(max(1, round(low + (high - low) * (wanted - before) / count)))
        before += count
    return Minutes(ends[-1], is_more=True)


def _said(
    weeks: tuple[date, date] | None, reasons: Sequence[str], categories: Sequence[str]
) -> dict[What, dict[str, int]]:
    rows = (
        Tally.objects.filter(what__in=[What.REASON, What.CATEGORY], on__range=weeks)
        if weeks
        else ()
    )
    sums = {What.REASON: dict.fromkeys(reasons, 0), What.CATEGORY: dict.fromkeys(categories, 0)}
    for row in rows:
        of = sums[What(row.what)]
        key = row.key if row.key in of else "other"
        if key in of:
            of[key] += row.count
    return sums
