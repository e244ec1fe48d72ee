"""Whether a line is open, when that changes, and what its week looks like.

``Schedule`` is the pure part: it turns dates into spans of UTC. An interval belongs to the date
on which it begins, so an evening that runs past midnight is not cut by a closed day after it.
Everything is asked of the spans of the days around ``now``; touching spans are one, so that a
line that never closes has no closing time at midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenants.calendars import holiday_names, is_holiday, moment
from tenants.models import Hours, HoursException, Tenant

LOOK_AHEAD = timedelta(days=60)
# How far ahead a page tells of days that differ: three weeks hold the whole of Christmas or Easter.
SHOWN_DAYS = 21
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Interval:
    """Opening and closing on the wall; ``closes`` at or before ``opens`` is the next day."""

    opens: time
    closes: time

    @property
    def is_whole_day(self) -> bool:
        return self.opens == self.closes == time(0)


@dataclass(frozen=True)
class Span:
    """From one moment (UTC) up to, and without, another."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Dated:
    """What holds on one date instead of the usual; no intervals means closed."""

    intervals: tuple[Interval, ...]
    reason: Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """Now: ``opens_at`` only while closed, ``closes_at`` only while open; both UTC.

    Either is None where it lies more than 60 days ahead.
    """

    open: bool
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class Day:
    """A date as a page shows it; ``usual`` differs from ``intervals`` on an exceptional day."""

    on: date
    intervals: tuple[Interval, ...]
    usual: tuple[Interval, ...]
    reason: Mapping[str, str]
    is_exception: bool
    is_holiday: bool
    is_today: bool
    holiday: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """A tenant's hours without its database."""

    zone: ZoneInfo
    country: str
    closed_on_holidays: bool
    usual: Mapping[int, tuple[Interval, ...]]
    dated: Mapping[date, Dated]

    def intervals_on(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals that begin on ``day``, earliest first."""
        if day in self.dated:
            return self.dated[day].intervals
        if self.closed_on_holidays and is_holiday(day, country=self.country):
            return ()
        return self.usual.get(day.weekday(), ())

    def spans(self, first: date, last: date) -> list[Span]:
        """Return the open spans that begin from ``first`` to ``last``, joined, in order."""
        joined: list[Span] = []
        for span in sorted(self._each_span(first, last), key=lambda span: span.starts_at):
            if joined and span.starts_at <= joined[-1].ends_at:
                ends_at = max(joined[-1].ends_at, span.ends_at)
                joined[-1] = Span(joined[-1].starts_at, ends_at)
            else:
                joined.append(span)
        return joined

    def _each_span(self, first: date, last: date) -> Iterator[Span]:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            for interval in self.intervals_on(day):
                closing = day if interval.closes > interval.opens else day + _DAY
                span = Span(
                    moment(datetime.combine(day, interval.opens), zone=self.zone),
                    moment(datetime.combine(closing, interval.closes), zone=self.zone),
                )
                if span.starts_at < span.ends_at:
                    yield span

    def standing(self, now: datetime, *, ahead: timedelta = LOOK_AHEAD) -> Standing:
        today = now.astimezone(self.zone).date()
        horizon = now + ahead
        for span in self.spans(today - _DAY, horizon.astimezone(self.zone).date()):
            if span.ends_at <= now:
                continue
            if span.starts_at <= now:
                closes_at = span.ends_at if span.ends_at <= horizon else None
                return Standing(open=True, opens_at=None, closes_at=closes_at)
            opens_at = span.starts_at if span.starts_at <= horizon else None
            return Standing(open=False, opens_at=opens_at, closes_at=None)
        return Standing(open=False, opens_at=None, closes_at=None)

    def closed_since(self, now: datetime) -> datetime | None:
        today = now.astimezone(self.zone).date()
        ended = None
        for span in self.spans(today - LOOK_AHEAD, today):
            if span.starts_at <= now < span.ends_at:
                return None
            if span.ends_at <= now:
                ended = span.ends_at
        return ended

    def days(self, now: datetime) -> list[Day]:
        today = now.astimezone(self.zone).date()
        return [self._day(today + timedelta(days=offset), today) for offset in range(SHOWN_DAYS)]

    def _day(self, day: date, today: date) -> Day:
        dated = self.dated.get(day)
        return Day(
            on=day,
            intervals=self.intervals_on(day),
            usual=self.usual.get(day.weekday(), ()),
            reason=dated.reason if dated else {},
            is_exception=dated is not None,
            is_holiday=is_holiday(day, country=self.country),
            is_today=day == today,
            holiday=holiday_names(day, country=self.country),
        )


def schedule_of(tenant: Tenant) -> Schedule:
    """Return ``tenant``'s schedule; two queries, inside its scope."""
    usual: dict[int, tuple[Interval, ...]] = {}
    for row in Hours.objects.order_by("weekday", "opens"):
        usual[row.weekday] = (*usual.get(row.weekday, ()), Interval(row.opens, row.closes))
    return Schedule(
        zone=tenant.tzinfo,
        country=tenant.country,
        closed_on_holidays=tenant.closed_on_holidays,
        usual=usual,
        dated=_dated(HoursException.objects.order_by("on", "opens")),
    )


def _dated(rows: Iterable[HoursException]) -> dict[date, Dated]:
    dated: dict[date, Dated] = {}
    for row in rows:
        before = dated.get(row.on, Dated((), {}))
        # A row without times only closes the day; another row of the date may still open it,
        # comes first in the order and has the word.
        opened = (
            (Interval(row.opens, row.closes),)
            if row.opens is not None and row.closes is not None
            else ()
        )
        dated[row.on] = Dated(before.intervals + opened, before.reason or row.reason)
    return dated


def standing(tenant: Tenant, *, now: datetime) -> Standing:
    """Tell whether the line is open at ``now`` and when that changes.  Rule: S1, D2, T1, B1.

    One that is paused is not, and nobody knows until when.
    """
    if tenant.paused_on is not None:
        return Standing(open=False, opens_at=None, closes_at=None)
    return schedule_of(tenant).standing(now)


def coming_days(tenant: Tenant, *, now: datetime) -> list[Day]:
    """Return the ``SHOWN_DAYS`` dates from today on, as dates in the tenant's zone."""
    return schedule_of(tenant).days(now)


def closed_since(tenant: Tenant, *, now: datetime) -> datetime | None:
    """Return when the line last closed (UTC); None while open or after 60 days of closure."""
    return schedule_of(tenant).closed_since(now)
