"""Opening hours as pictures: bars of a week, and of the days to come.

Everything is taken from ``tenants.hours.Schedule``, which also decides whether a visitor is let
in: what is drawn is what is kept, with exceptions, holidays and changes of the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from django.utils.translation import gettext as _

from chat.pages.languages import in_language, locale_of
from chat.pages.opening import times_in_words
from tenants.calendars import moment
from tenants.hours import Day, Schedule

DAY_MINUTES = 24 * 60
SHOWN_DAYS = 14
_DAY = timedelta(days=1)
# A Monday like any other, where the clock does not change.
_MONDAY, _PLAIN = date(2001, 1, 1), ZoneInfo("UTC")


@dataclass(frozen=True)
class Bar:
    """An opening on its day, in minutes from midnight on the wall."""

    begins: int
    length: int


@dataclass(frozen=True)
class Row:
    """A day as a page shows it; ``note`` says why it differs, where it does."""

    day: str
    bars: list[Bar]
    times: str
    usual: str
    note: str
    is_today: bool


def week_rows(schedule: Schedule, *, language: str) -> list[Row]:
    """Return the seven days of the usual week, Monday first."""
    usual = replace(schedule, zone=_PLAIN, dated={}, closed_on_holidays=False)
    names = get_day_names("wide", locale=locale_of(language))
    # What runs past the midnight of Sunday is seen on Monday: the week before is asked as well.
    return [
        Row(
            day=_capital(str(names[weekday])),
            bars=_bars(usual, _MONDAY + weekday * _DAY),
            times=times_in_words(usual.usual.get(weekday, ())),
            usual="",
            note="",
            is_today=False,
        )
        for weekday in range(7)
    ]


def coming_rows(schedule: Schedule, *, now: datetime, language: str) -> list[Row]:
    """Return the two weeks from today on, as visitors will meet them.  Rule: S1, D2, T1"""
    days = schedule.days(now)[:SHOWN_DAYS]
    return [_coming(schedule, day, language) for day in days]


def _coming(schedule: Schedule, day: Day, language: str) -> Row:
    shown = format_date(day.on, format="EEE d MMM", locale=locale_of(language))
    differs = day.intervals != day.usual
    return Row(
        day=_capital(str(shown)),
        bars=_bars(schedule, day.on),
        times=times_in_words(day.intervals),
        usual=times_in_words(day.usual) if differs else "",
        note=" ".join(filter(None, _notes(schedule, day, language))),
        is_today=day.is_today,
    )


def _notes(schedule: Schedule, day: Day, language: str) -> Iterable[str]:
    yield in_language(day.reason, language)
    yield day.holiday.get(language, "")
    midnights = [
        moment(datetime.combine(each, time(0)), zone=schedule.zone)
        for each in (day.on, day.on + _DAY)
    ]
    hours = round((midnights[1] - midnights[0]).total_seconds() / 3600)
    if hours != 24:
        yield _("The clock is changed: this day has %(hours)s hours.") % {"hours": hours}


def _bars(schedule: Schedule, day: date) -> list[Bar]:
    bars = []
    for span in schedule.spans(day - _DAY, day):
        begins = _minute(span.starts_at, day, schedule.zone)
        ends = _minute(span.ends_at, day, schedule.zone)
        if ends > begins:
            bars.append(Bar(begins, ends - begins))
    return bars


def _minute(at: datetime, day: date, zone: ZoneInfo) -> int:
    """Return where ``at`` is on ``day``: its beginning before it, its end after it."""
    there = at.astimezone(zone)
    if there.date() != day:
        return 0 if there.date() < day else DAY_MINUTES
    return there.hour * 60 + there.minute


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
