"""What a date and a time of day mean in a tenant's zone and country.

Two things go wrong when this is left to the usual arithmetic. On the night when the clocks go
forward a wall time such as 02:30 does not exist; on the night when they go back it exists
twice. And a Swedish holiday list without the days that everybody takes off (Midsommarafton,
julafton, nyårsafton) promises working days on which nobody works.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

# Half days are in neither: a tenant closes early by a dated exception of its own.
_CATEGORIES = {"NO": ("public",), "SE": ("public", "de_facto")}
# In what each country's days have names, by the languages of our own pages.
_NAMED_IN = {"NO": {"nb": "no", "en": "en_US"}, "SE": {"sv": "sv", "en": "en_US"}}
_SATURDAY = 5


def moment(wall: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which a clock in ``zone`` shows ``wall`` or later.

    ``wall`` is naive. A time that exists twice is the earlier one; a time that is skipped is
    the moment of the jump.
    """
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while found - before > timedelta(seconds=1):
        middle = before + (found - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            found = middle
    return found.replace(microsecond=0)


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the days of ``year`` on which ``country`` does not work, weekends aside."""
    return frozenset(
        holidays.country_holidays(country, years=year, categories=_CATEGORIES[country])
    )


def is_holiday(day: date, *, country: str) -> bool:
    return day in public_holidays(country, day.year)


@lru_cache(maxsize=64)
def _names_of(country: str, year: int) -> dict[str, dict[date, str]]:
    return {
        language: dict(
            holidays.country_holidays(
                country, years=year, categories=_CATEGORIES[country], language=named_in
            )
        )
        for language, named_in in _NAMED_IN[country].items()
    }


def holiday_names(day: date, *, country: str) -> dict[str, str]:
    """Return what the holiday is called, by language; nothing on any other day."""
    by_language = _names_of(country, day.year)
    return {language: names[day] for language, names in by_language.items() if day in names}


def is_working_day(day: date, *, country: str, closed_on: Collection[date] = ()) -> bool:
    """Tell whether ``day`` is neither weekend, nor holiday, nor one of the tenant's own."""
    if day.weekday() >= _SATURDAY or day in closed_on:
        return False
    return not is_holiday(day, country=country)
