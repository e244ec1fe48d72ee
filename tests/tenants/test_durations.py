from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.durations import deadline


class Place(TypedDict):
    zone: str
    country: str


NORWAY: Place = {"zone": "Europe/Oslo", "country": "NO"}
SWEDEN: Place = {"zone": "Europe/Stockholm", "country": "SE"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "place", "due"),
    [
        pytest.param("2026-11-22T10:00", 0, "seconds", NORWAY, "2026-11-22T10:00", id="at-once-D5"),
        pytest.param("2026-11-22T10:00", 90, "minutes", NORWAY, "2026-11-22T11:30", id="minutes"),
        pytest.param("2026-11-22T10:00", 36, "hours", NORWAY, "2026-11-23T22:00", id="hours"),
        pytest.param("2026-10-24T10:00", 7, "days", NORWAY, "2026-10-31T10:00", id="days-autumn"),
        pytest.param("2026-03-28T10:00", 7, "days", NORWAY, "2026-04-04T10:00", id="days-spring"),
        pytest.param("2026-11-30T10:00", 3, "months", SWEDEN, "2027-02-28T10:00", id="30-nov-T9"),
        pytest.param("2027-11-30T10:00", 3, "months", SWEDEN, "2028-02-29T10:00", id="30-nov-leap"),
        pytest.param("2028-02-29T10:00", 12, "months", SWEDEN, "2029-02-28T10:00", id="leap-day"),
        pytest.param("2026-12-31T10:00", 2, "months", SWEDEN, "2027-02-28T10:00", id="new-year"),
        pytest.param("2026-07-15T10:00", 4, "months", SWEDEN, "2026-11-15T11:00", id="wall-time"),
        pytest.param("2026-12-29T01:30", 3, "months", SWEDEN, "2027-03-29T00:30", id="spring-past"),
        pytest.param("2026-12-28T01:30", 3, "months", SWEDEN, "2027-03-28T01:00", id="no-such-hour"),
        pytest.param("2027-07-31T00:30", 3, "months", SWEDEN, "2027-10-31T00:30", id="hour-twice"),
        pytest.param("2026-11-19T10:00", 1, "working_days", NORWAY, "2026-11-20T10:00", id="thursday"),
        pytest.param("2026-11-20T22:59", 1, "working_days", NORWAY, "2026-11-23T22:59", id="fri-2359"),
        pytest.param("2026-11-21T12:00", 1, "working_days", NORWAY, "2026-11-23T12:00", id="saturday"),
        pytest.param("2026-04-01T10:00", 1, "working_days", NORWAY, "2026-04-07T10:00", id="easter"),
        pytest.param("2026-04-02T10:00", 1, "working_days", SWEDEN, "2026-04-07T10:00", id="easter-se"),
        pytest.param("2027-05-14T10:00", 1, "working_days", NORWAY, "2027-05-18T10:00", id="17-may"),
        pytest.param("2026-06-18T10:00", 1, "working_days", SWEDEN, "2026-06-22T10:00", id="midsommar"),
        pytest.param("2026-06-18T10:00", 1, "working_days", NORWAY, "2026-06-19T10:00", id="no-midsommar"),
        pytest.param("2026-12-23T10:00", 2, "working_days", SWEDEN, "2026-12-29T10:00", id="julafton"),
        pytest.param("2026-03-27T12:00", 1, "working_days", NORWAY, "2026-03-30T11:00", id="spring-night"),
        pytest.param("2026-10-23T12:00", 1, "working_days", NORWAY, "2026-10-26T13:00", id="autumn-night"),
    ],
)  # fmt: skip
def test_deadline(start: str, amount: int, unit: str, place: Place, due: str) -> None:
    assert deadline(utc(start), amount=amount, unit=unit, **place) == utc(due)


def test_working_day_on_which_the_tenant_is_closed_does_not_count() -> None:
    due = deadline(
        utc("2026-11-19T10:00"),
        amount=1,
        unit="working_days",
        closed_on={date(2026, 11, 20)},
        **NORWAY,
    )

    assert due == utc("2026-11-23T10:00")


@pytest.mark.parametrize(
    ("start", "amount", "unit", "problem"),
    [
        pytest.param(datetime(2026, 1, 1), 1, "days", "a deadline needs an aware start", id="naive"),  # noqa: DTZ001  # what is refused
        pytest.param(utc("2026-01-01"), -1, "days", "a deadline of -1 days lies before its start", id="negative"),
        pytest.param(utc("2026-01-01"), 1, "weeks", "no unit weeks", id="unknown-unit"),
    ],
)  # fmt: skip
def test_deadline_refuses(start: datetime, amount: int, unit: str, problem: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the text is compared whole
        deadline(start, amount=amount, unit=unit, **NORWAY)

    assert str(refused.value) == problem


@given(
    start=st.datetimes(
        min_value=datetime(2024, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
        max_value=datetime(2031, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
        timezones=st.just(UTC),
    ),
    months=st.integers(1, 36),
    days=st.integers(1, 10),
    place=st.sampled_from([NORWAY, SWEDEN]),
)
def test_deadline_lies_ahead_and_never_beyond_the_longest_reading(
    start: datetime, months: int, days: int, place: Place
) -> None:
    in_months = deadline(start, amount=months, unit="months", **place)
    in_working_days = deadline(start, amount=days, unit="working_days", **place)

    assert start < in_months <= start + timedelta(days=31 * months, hours=1)
    # The longest run of days off is six: Thursday to Monday at Easter, julafton and its weekend.
    assert start < in_working_days <= start + timedelta(days=7 * days, hours=1)
