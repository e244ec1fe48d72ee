"""What the tallies of a line say together, with every small number withheld.  Rule: D7

Of periods that share no day (chat/periods.py), of which each table is told once, and by numbers of
which none lets a small one be reckoned (chat/withheld.py). What is told of several periods together
is made of what is told of each. What counsellors said of talks is told where they said it of many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from chat.models import Conversation, Presence, Tally
from chat.periods import Period
from chat.states import State
from chat.tallies import CLASSES, LENGTH_MINUTES, WAIT_MINUTES
from chat.withheld import K, Span, Told, few_hidden, merged, told
from retention.chain import FEW

What = Tally.What
# Of fewer than twice five the longest tenth would be one talk or none.
FEW_FOR_TENTH = 2 * FEW
# Of fewer, what one topic has would say of nearly everybody who came what they spoke about.
FEW_FOR_SAID = 4 * FEW


class Minutes(NamedTuple):
    """A length; ``is_more`` where it is only known to be more than that."""

    number: int
    is_more: bool = False


class Lasted(NamedTuple):
    """How many lasted from ``low`` to ``high`` minutes; longer than ``low`` where that is None."""

    low: int
    high: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something lasted: ``None``, or no lengths, is not told."""

    median: Minutes | None
    tenth: Minutes | None
    lengths: list[Lasted]


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
    """One period of a line. ``hours`` has the hour -1 for what is known by its day alone."""

    answered: int | None
    lost: int | None
    refused: int | None
    waits: Spread
    lengths: Spread
    weekdays: Told[int]
    hours: Mapping[int, HourFigures]
    reasons: Told[str]
    categories: Told[str]


@dataclass(frozen=True, slots=True)
class Course:
    """Several periods: what is told of each, and the sums of what is told of them."""

    answered: Told[Period]
    lost: Told[Period]
    reasons: Told[str]
    categories: Told[str]


@dataclass(frozen=True, slots=True)
class Slugs:
    """The reasons and categories that the line has now; others are told as its ``other``."""

    reasons: Sequence[str]
    categories: Sequence[str]

    def of(self, what: What) -> Sequence[str]:
        return self.reasons if what == What.REASON else self.categories


def load_now() -> Load:
    """Count who waits, is in a talk and is ready. In the scope; three queries."""
    here = Presence.objects.filter(ready=True, lost_at__isnull=True)
    return Load(
        waiting=Conversation.objects.filter(state=State.WAITING).count(),
        going_on=Conversation.objects.filter(state__in=[State.ACTIVE, State.PAUSED]).count(),
        ready=here.count(),
    )


def figures(period: Period, slugs: Slugs) -> Figures:
    """Return what is told of a period that is over. In the scope; three queries."""
    rows, classes = _counts(period), _classes(period)
    waits = merged(_all_hours(classes, What.ANSWERED))
    said = _said([period])[period]
    return Figures(
        answered=_total(rows, What.ANSWERED),
        lost=_total(rows, What.LOST),
        refused=_total(rows, What.REFUSED),
        waits=_spread(waits, WAIT_MINUTES),
        lengths=_spread(merged(_all_hours(classes, What.ENDED)), LENGTH_MINUTES),
        weekdays=told(_weekdays(rows)),
        hours=_hours(rows, classes, waits),
        reasons=_told_of(said, What.REASON, slugs),
        categories=_told_of(said, What.CATEGORY, slugs),
    )


def course(periods: Sequence[Period], slugs: Slugs) -> Course:
    """Return what is told of each of ``periods``, the latest first. In the scope; two queries."""
    whole = Period(periods[-1].first, periods[0].last)
    days = _counts(whole)
    said = _said(periods)

    def sums(what: What) -> Told[Period]:
        return {
            one: few_hidden(
                sum(row.number for row in days if row.what == what and _is_in(row.on, one))
            )
            for one in reversed(periods)
        }

    return Course(
        answered=sums(What.ANSWERED),
        lost=sums(What.LOST),
        reasons=_sum_of_told([_told_of(one, What.REASON, slugs) for one in said.values()]),
        categories=_sum_of_told([_told_of(one, What.CATEGORY, slugs) for one in said.values()]),
    )


class Row(NamedTuple):
    """How often something happened in one hour, -1 where that is not known."""

    what: str
    hour: int
    on: date
    number: int


def _counts(period: Period) -> list[Row]:
    rows = (
        Tally.objects.filter(on__range=period, what__in=[What.ANSWERED, What.LOST, What.REFUSED])
        .values_list("what", "hour", "on")
        .annotate(total=Sum("count"))
        .order_by()
    )
    return [Row(what, -1 if hour is None else hour, on, n) for what, hour, on, n in rows]


_CLASSES = """
SELECT what, coalesce(hour, -1), place - 1, sum(n)
FROM chat_tally, unnest(classes) WITH ORDINALITY AS u (n, place)
WHERE "on" BETWEEN %s AND %s AND what IN ('answered', 'ended') GROUP BY 1, 2, 3
"""


def _classes(period: Period) -> dict[tuple[str, int], list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_CLASSES, period)
        found: dict[tuple[str, int], list[int]] = {}
        for what, hour, place, count in cursor.fetchall():
            found.setdefault((what, hour), [0] * CLASSES)[place] = int(count)
    return found


def _all_hours(classes: Mapping[tuple[str, int], list[int]], what: What) -> list[int]:
    of_it = [counts for (one, _), counts in classes.items() if one == what]
    return [sum(column) for column in zip(*of_it, strict=True)] if of_it else [0] * CLASSES


def _total(rows: Sequence[Row], what: What) -> int | None:
    return few_hidden(sum(row.number for row in rows if row.what == what))


def _sum(keys: Iterable[K], counted: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums = Counter(dict.fromkeys(keys, 0))
    for key, count in counted:
        sums[key] += count
    return dict(sums)


def _weekdays(rows: Sequence[Row]) -> dict[int, int]:
    answered = [row for row in rows if row.what == What.ANSWERED]
    return _sum(range(7), ((row.on.weekday(), row.number) for row in answered))


def _hours(
    rows: Sequence[Row], classes: Mapping[tuple[str, int], list[int]], waits: Sequence[Span]
) -> dict[int, HourFigures]:
    known = range(-1, 24) if any(row.hour < 0 for row in rows) else range(24)

    def by_hour(what: What) -> Told[int]:
        return told(_sum(known, ((row.hour, row.number) for row in rows if row.what == what)))

    answered, lost = by_hour(What.ANSWERED), by_hour(What.LOST)
    return {
        hour: HourFigures(
            answered[hour],
            lost[hour],
            # As finely as all hours together are told, and never beside a number that is withheld.
            _end_of(_median_in(waits, classes.get((What.ANSWERED, hour), ())), WAIT_MINUTES)
            if answered[hour]
            else None,
        )
        for hour in known
    }


def _median_in(spans: Sequence[Span], counts: Sequence[int]) -> Span | None:
    """Return in which of ``spans`` the median of ``counts`` is, which they have a part of."""
    wanted, before = sum(counts) / 2, 0
    for span in spans:
        before += sum(counts[span.first : span.end])
        if before and before >= wanted:
            return span
    return None


def _end_of(span: Span | None, ends: Sequence[int]) -> Minutes | None:
    if span is None:
        return None
    low, high, _ = _lasted(span, ends)
    return Minutes(high) if high is not None else _more_than(low)


def _lasted(span: Span, ends: Sequence[int]) -> Lasted:
    low = ends[span.first - 1] if span.first else 0
    return Lasted(low, ends[span.end - 1] if span.end <= len(ends) else None, span.number)


def _more_than(low: int) -> Minutes | None:
    return Minutes(low, is_more=True) if low else None


def _spread(spans: Sequence[Span], ends: Sequence[int]) -> Spread:
    lengths = [_lasted(span, ends) for span in spans]
    count = sum(span.number for span in spans)
    return Spread(
        median=_quantile(lengths, 0.5),
        tenth=_quantile(lengths, 0.9) if count >= FEW_FOR_TENTH else None,
        lengths=lengths,
    )


def _quantile(lengths: Sequence[Lasted], share: float) -> Minutes | None:
    """Return the minutes that ``share`` of them did not exceed, as far as what is told says."""
    wanted, before = share * sum(one.number for one in lengths), 0
    for low, high, count in lengths:
        if count and before + count >= wanted:
            if high is None:
                return _more_than(low)
            return Minutes(max(1, round(low + (high - low) * (wanted - before) / count)))
        before += count
    return None


Said = dict[What, dict[str, int]]


def _said(periods: Sequence[Period]) -> dict[Period, Said]:
    whole = (periods[-1].first, periods[0].last)
    rows = list(Tally.objects.filter(what__in=[What.REASON, What.CATEGORY], on__range=whole))
    return {
        period: {
            what: _sum(
                (), ((r.key, r.count) for r in rows if r.what == what and _is_in(r.on, period))
            )
            for what in (What.REASON, What.CATEGORY)
        }
        for period in periods
    }


def _is_in(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _told_of(said: Said, what: What, slugs: Slugs) -> Told[str]:
    """Return what is told of reasons or categories.

    Withheld by what was said then, and put under today's names afterwards: a line that drops one
    tells by that nothing more.
    """
    now = slugs.of(what)
    if sum(said[what].values()) < FEW_FOR_SAID:
        return dict.fromkeys(now)
    shown = told({**dict.fromkeys(now, 0), **said[what]})
    dropped = sum(count or 0 for slug, count in shown.items() if slug not in now)
    found = {slug: shown[slug] for slug in now}
    if (other := found.get("other")) is not None:
        found["other"] = other + dropped
    return found


def _sum_of_told(parts: Sequence[Told[str]]) -> Told[str]:
    """Return the sums of what is told: of a slug that is told nowhere, None."""
    sums: Told[str] = dict.fromkeys(parts[0]) if parts else {}
    for part in parts:
        for slug, count in part.items():
            if count is not None:
                sums[slug] = (sums[slug] or 0) + count
    return sums
