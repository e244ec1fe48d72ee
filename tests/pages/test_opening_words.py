"""Opening hours as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from chat.pages import opening
from tenants.hours import Day, Interval, Standing
from tenants.models import Tenant

OSLO = Tenant(slug="x", zone="Europe/Oslo", languages=["nb"])
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday, 13:00 in Oslo
OPEN = Standing(open=True, opens_at=None, closes_at=None)


def _closes(month: int, day: int, hour: int) -> Standing:
    closes_at = datetime(2026, month, day, hour, tzinfo=UTC)
    return Standing(open=True, opens_at=None, closes_at=closes_at)


def _opens(month: int, day: int, hour: int, minute: int = 0) -> Standing:
    opens_at = datetime(2026, month, day, hour, minute, tzinfo=UTC)
    return Standing(open=False, opens_at=opens_at, closes_at=None)


@pytest.mark.parametrize(
    ("standing", "nb", "sv", "en"),
    [
        (OPEN, "Døgnet rundt, hver dag", "Dygnet runt, varje dag", "Round the clock, every day"),
        (
            _closes(11, 23, 17),
            "Stenger klokken 18:00", "Stänger klockan 18:00", "Closes at 18:00",
        ),
        (
            _closes(11, 23, 23),
            "Stenger klokken 24:00", "Stänger klockan 24:00", "Closes at 24:00",
        ),
        (
            _opens(11, 23, 13),
            "Åpner i dag klokken 14:00", "Öppnar i dag klockan 14:00", "Opens today at 14:00",
        ),
        (
            _opens(11, 24, 9, 30),
            "Åpner i morgen, tirsdag, klokken 10:30", "Öppnar i morgon, tisdag, klockan 10:30",
            "Opens tomorrow, Tuesday, at 10:30",
        ),
        (
            _opens(11, 26, 9, 30),
            "Åpner torsdag klokken 10:30", "Öppnar torsdag klockan 10:30",
            "Opens Thursday at 10:30",
        ),
        (
            _opens(12, 24, 9),
            "Åpner torsdag 24. desember klokken 10:00", "Öppnar torsdag 24 december klockan 10:00",
            "Opens Thursday 24 December at 10:00",
        ),
        (Standing(open=False, opens_at=None, closes_at=None), "", "", ""),
    ],
)  # fmt: skip
def test_standing_in_words(standing: Standing, nb: str, sv: str, en: str) -> None:
    said = {}
    for language in ("nb", "sv", "en"):
        with translation.override(language):
            said[language] = opening.standing_in_words(standing, OSLO, now=NOW, language=language)

    assert said == {"nb": nb, "sv": sv, "en": en}


def _day(
    on: int, usual: tuple[Interval, ...], *, instead: tuple[Interval, ...] | None = None
) -> Day:
    return Day(
        on=date(2026, 11, on),
        intervals=usual if instead is None else instead,
        usual=usual,
        reason={"nb": "Kurs"} if instead is not None else {},
        is_exception=instead is not None,
        is_holiday=False,
        is_today=on == 25,
    )


def test_week_joins_equal_days_and_tells_what_differs() -> None:
    hours = (Interval(time(10, 30), time(18)),)
    week = [_day(25, hours), _day(26, hours, instead=()), _day(27, ()), _day(28, ()), _day(29, ())]
    week += [_day(30, hours), Day(date(2026, 12, 1), hours, hours, {}, False, False, False)]

    with translation.override("nb"):
        usual = opening.usual_rows(week, language="nb")
        dated = opening.dated_rows(week, language="nb")

    assert usual == [
        opening.UsualRow("Mandag–torsdag", "10:30–18:00", is_today=True, is_closed=False),
        opening.UsualRow("Fredag–søndag", "stengt", is_today=False, is_closed=True),
    ]
    assert dated == [opening.DatedRow("Torsdag 26. november", "stengt", "10:30–18:00", "Kurs")]


def test_week_without_end_is_one_row() -> None:
    whole = (Interval(time(0), time(0)),)
    week = [_day(on, whole) for on in range(23, 30)]

    with translation.override("sv"):
        rows = opening.usual_rows(week, language="sv")

    assert rows == [opening.UsualRow("Varje dag", "dygnet runt", is_today=True, is_closed=False)]
