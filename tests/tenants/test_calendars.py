from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tenants.calendars import is_working_day, moment, public_holidays

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("wall", "found"),
    [
        pytest.param("2026-11-22T12:00:00.5", "2026-11-22T11:00:00.5", id="ordinary"),
        pytest.param("2026-03-29T02:00", "2026-03-29T01:00", id="first-skipped"),
        pytest.param("2026-03-29T02:59:59.9", "2026-03-29T01:00", id="last-skipped"),
        pytest.param("2026-03-29T03:00", "2026-03-29T01:00", id="after-the-skip"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30", id="twice-is-the-first"),
        pytest.param("2026-10-25T03:00", "2026-10-25T02:00", id="after-both"),
    ],
)
def test_moment(wall: str, found: str) -> None:
    expected = datetime.fromisoformat(found).replace(tzinfo=UTC)

    assert moment(datetime.fromisoformat(wall), zone=OSLO) == expected


@pytest.mark.parametrize(
    ("day", "norway", "sweden"),
    [
        pytest.param(date(2026, 5, 18), True, True, id="monday"),
        pytest.param(date(2027, 5, 17), False, True, id="17-may"),
        pytest.param(date(2026, 6, 19), True, False, id="midsommarafton"),
        pytest.param(date(2026, 12, 24), True, False, id="julafton"),
        pytest.param(date(2026, 4, 2), False, True, id="skjaertorsdag"),
        pytest.param(date(2026, 4, 3), False, False, id="langfredag"),
        pytest.param(date(2026, 11, 21), False, False, id="saturday"),
    ],
)
def test_working_day(day: date, norway: bool, sweden: bool) -> None:
    assert is_working_day(day, country="NO") is norway
    assert is_working_day(day, country="SE") is sweden


def test_own_closing_day_is_no_working_day() -> None:
    assert not is_working_day(date(2026, 5, 18), country="NO", closed_on=[date(2026, 5, 18)])


def test_ordinary_sunday_is_no_holiday() -> None:
    assert date(2026, 11, 22) not in public_holidays("SE", 2026)
