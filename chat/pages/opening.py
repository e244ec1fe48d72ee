"""Opening hours in words: open or closed now, the usual week, the days that differ.

Every function speaks the language that is active (``translation.override``) and thinks in
the tenant's own zone.  Rule: S1, D2, D3, T1, B1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from babel.dates import format_date, get_day_names
from django.utils.translation import gettext as _

from chat.pages.languages import in_language, locale_of
from tenants.hours import Day, Interval, Standing
from tenants.models import Tenant

_WEEK = 7
_DATES = {"nb": "EEEE d. MMMM", "sv": "EEEE d MMMM", "en": "EEEE d MMMM"}


@dataclass(frozen=True)
class UsualRow:
    """Neighbouring weekdays with the same hours."""

    days: str
    times: str
    is_today: bool
    is_closed: bool


@dataclass(frozen=True)
class DatedRow:
    """One date on which the usual hours do not hold, what is usual then, and why."""

    day: str
    times: str
    usual: str
    reason: str


def standing_in_words(standing: Standing, tenant: Tenant, *, now: datetime, language: str) -> str:
    """Say when the line closes, if open, or when it opens next."""
    changes_at = standing.closes_at if standing.open else standing.opens_at
    if changes_at is None:
        return _("Round the clock, every day") if standing.open else ""
    there = changes_at.astimezone(tenant.tzinfo)
    at = f"{there:%H:%M}"
    if standing.open and there.time() == time(0):
        # Nobody says that a line closes tomorrow at 00:00 when it closes tonight at 24:00.
        there, at = there - timedelta(minutes=1), "24:00"
    today = now.astimezone(tenant.tzinfo).date()
    when = {"time": at, "day": _day_in_words(there.date(), today=today, language=language)}
    days_ahead = (there.date() - today).days
    return (_until(days_ahead) if standing.open else _from(days_ahead)) % when


def _until(days_ahead: int) -> str:
    if days_ahead == 0:
        return _("Closes at %(time)s")
    if days_ahead == 1:
        return _("Closes tomorrow at %(time)s")
    return _("Closes %(day)s at %(time)s")


def _from(days_ahead: int) -> str:
    if days_ahead == 0:
        return _("Opens today at %(time)s")
    if days_ahead == 1:
        return _("Opens tomorrow, %(day)s, at %(time)s")
    return _("Opens %(day)s at %(time)s")


def _day_in_words(day: date, *, today: date, language: str) -> str:
    if (day - today).days < _WEEK:
        return str(get_day_names("wide", locale=locale_of(language))[day.weekday()])
    return _date_in_words(day, language)


def _date_in_words(day: date, language: str) -> str:
    return str(format_date(day, format=_DATES[language], locale=locale_of(language)))


def usual_rows(week: Iterable[Day], *, language: str) -> list[UsualRow]:
    """Return the usual hours from Monday on, equal neighbours in one row; of seven days or more."""
    days = sorted(list(week)[:_WEEK], key=lambda day: day.on.weekday())
    return [_usual_row(list(run), language) for _key, run in groupby(days, key=lambda d: d.usual)]


def _usual_row(run: list[Day], language: str) -> UsualRow:
    names = get_day_names("wide", locale=locale_of(language))
    first, last = (str(names[day.on.weekday()]) for day in (run[0], run[-1]))
    days = first if len(run) == 1 else f"{first}–{last}"
    if len(run) == _WEEK:
        days = _("Every day")
    return UsualRow(
        days=days[:1].upper() + days[1:],
        times=times_in_words(run[0].usual),
        is_today=any(day.is_today for day in run),
        is_closed=not run[0].usual,
    )


def dated_rows(days: Iterable[Day], *, language: str) -> list[DatedRow]:
    """Return the days that are not as usual, corrections and holidays, in order.  Rule: D2."""
    rows = []
    for day in days:
        if day.intervals == day.usual:
            continue
        named = _date_in_words(day.on, language)
        rows.append(
            DatedRow(
                day=named[:1].upper() + named[1:],
                times=times_in_words(day.intervals),
                usual=times_in_words(day.usual),
                reason=in_language(day.reason, language) or _holiday_in_words(day, language),
            )
        )
    return rows


def _holiday_in_words(day: Day, language: str) -> str:
    return day.holiday.get(language) or (_("Public holiday") if day.is_holiday else "")


def times_in_words(intervals: Iterable[Interval]) -> str:
    """Return the intervals of one day, such as "10:30–18:00"."""
    spans = [
        _("round the clock")
        if interval.is_whole_day
        else f"{interval.opens:%H:%M}–{interval.closes:%H:%M}"
        for interval in intervals
    ]
    return ", ".join(spans) or _("closed")
