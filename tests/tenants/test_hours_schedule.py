"""The schedule against a plain oracle that walks a clock minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.calendars import is_holiday
from tenants.hours import Dated, Interval, Schedule, Standing

OSLO, STOCKHOLM = ZoneInfo("Europe/Oslo"), ZoneInfo("Europe/Stockholm")
MINUTE = timedelta(minutes=1)
WHOLE_DAY = (Interval(time(0), time(0)),)

WEEKS = {
    "plain": date(2026, 11, 16),
    "spring-night": date(2026, 3, 23),
    "autumn-night": date(2026, 10, 19),
    "easter": date(2026, 3, 30),
    "17-may": date(2027, 5, 11),
    "midsommar": date(2026, 6, 15),
    "new-year": date(2026, 12, 28),
}


def every_day(*intervals: Interval) -> dict[int, tuple[Interval, ...]]:
    return dict.fromkeys(range(7), intervals)


def schedule(
    usual: dict[int, tuple[Interval, ...]],
    *,
    zone: ZoneInfo = OSLO,
    closed_on_holidays: bool = False,
    dated: dict[date, Dated] | None = None,
) -> Schedule:
    country = "NO" if zone == OSLO else "SE"
    return Schedule(zone, country, closed_on_holidays, usual, dated or {})


def on_the_clock(plan: Schedule, first: date, days: int) -> dict[datetime, bool]:
    """Walk the wall clock from ``first``: each interval turns on and off when it is reached."""
    waiting = list(_switches(plan, first - timedelta(days=2), days + 3))
    running: list[datetime] = []
    minutes: dict[datetime, bool] = {}
    minute = datetime.combine(first - timedelta(days=2), time(0), UTC)
    while minute < datetime.combine(first + timedelta(days=days), time(0), UTC):
        wall = minute.astimezone(plan.zone).replace(tzinfo=None)
        running += [closes for opens, closes in waiting if opens <= wall]
        waiting = [switch for switch in waiting if switch[0] > wall]
        running = [closes for closes in running if closes > wall]
        if minute >= datetime.combine(first, time(0), UTC):
            minutes[minute] = bool(running)
        minute += MINUTE
    return minutes


def _switches(plan: Schedule, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    for offset in range(days):
        day = first + timedelta(days=offset)
        intervals = plan.usual.get(day.weekday(), ())
        if plan.closed_on_holidays and is_holiday(day, country=plan.country):
            intervals = ()
        if day in plan.dated:
            intervals = plan.dated[day].intervals
        for each in intervals:
            after = timedelta(days=0 if each.closes > each.opens else 1)
            yield datetime.combine(day, each.opens), datetime.combine(day + after, each.closes)


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
intervals = st.lists(st.builds(Interval, times, times), max_size=2).map(tuple)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    usual=st.fixed_dictionaries(dict.fromkeys(range(7), intervals)),
    exceptions=st.dictionaries(st.integers(0, 6), intervals, max_size=2),
    week=st.sampled_from(sorted(WEEKS)),
    zone=st.sampled_from([OSLO, STOCKHOLM]),
    closed_on_holidays=st.booleans(),
)
def test_schedule_agrees_with_a_walk_along_the_clock(
    usual: dict[int, tuple[Interval, ...]],
    exceptions: dict[int, tuple[Interval, ...]],
    week: str,
    zone: ZoneInfo,
    closed_on_holidays: bool,
) -> None:
    first = WEEKS[week]
    dated = {first + timedelta(days=day): Dated(each, {}) for day, each in exceptions.items()}
    plan = schedule(usual, zone=zone, closed_on_holidays=closed_on_holidays, dated=dated)

    walked = on_the_clock(plan, first, 7)

    spans = plan.spans(first - timedelta(days=2), first + timedelta(days=8))
    assert walked == {
        minute: any(span.starts_at <= minute < span.ends_at for span in spans) for minute in walked
    }
    edges = [minute for minute in walked if walked[minute] != walked.get(minute - MINUTE)]
    for minute in edges:
        assert plan.standing(minute).open is walked[minute]


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="clocks-go-forward"),
        pytest.param(date(2026, 10, 25), 25, id="clocks-go-back"),
    ],
)
def test_whole_day_is_whole_on_the_nights_when_the_clock_changes(night: date, hours: int) -> None:
    (span,) = schedule({6: WHOLE_DAY}).spans(night, night)

    assert span.ends_at - span.starts_at == timedelta(hours=hours)


def test_opening_time_that_does_not_exist_moves_forward() -> None:
    (span,) = schedule({6: (Interval(time(2, 30), time(5)),)}).spans(
        date(2026, 3, 29), date(2026, 3, 29)
    )

    assert span.starts_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert span.ends_at == datetime(2026, 3, 29, 3, 0, tzinfo=UTC)


def test_interval_within_the_skipped_hour_does_not_open() -> None:
    plan = schedule({6: (Interval(time(2), time(3)),)})

    assert plan.spans(date(2026, 3, 29), date(2026, 3, 29)) == []


def test_line_that_never_closes_has_no_closing_time() -> None:
    plan = schedule(every_day(*WHOLE_DAY))

    standing = plan.standing(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))

    assert standing == Standing(open=True, opens_at=None, closes_at=None)
    assert plan.closed_since(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)) is None


def test_line_without_hours_never_opens() -> None:
    now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    assert schedule({}).standing(now) == Standing(open=False, opens_at=None, closes_at=None)
    assert schedule({}).closed_since(now) is None


def test_evening_past_midnight_is_not_cut_by_a_closed_day_after_it() -> None:
    late = (Interval(time(20), time(2)),)
    plan = schedule(every_day(*late), dated={date(2026, 11, 19): Dated((), {})})

    standing = plan.standing(datetime(2026, 11, 18, 23, 30, tzinfo=UTC))

    assert standing == Standing(
        open=True, opens_at=None, closes_at=datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
    )
    assert plan.standing(datetime(2026, 11, 19, 1, 0, tzinfo=UTC)) == Standing(
        open=False, opens_at=datetime(2026, 11, 20, 19, 0, tzinfo=UTC), closes_at=None
    )


@pytest.mark.parametrize(
    ("zone", "now", "opens_at"),
    [
        # Easter: Skjærtorsdag to 2. påskedag.
        pytest.param(OSLO, "2026-04-01T12:00", "2026-04-07T09:00", id="easter-NO"),
        pytest.param(STOCKHOLM, "2026-06-18T12:00", "2026-06-22T09:00", id="midsommarafton-SE"),
        pytest.param(OSLO, "2027-05-14T12:00", "2027-05-18T09:00", id="17-may-NO"),
    ],
)
def test_line_closed_on_holidays_opens_on_the_next_working_day(
    zone: ZoneInfo, now: str, opens_at: str
) -> None:
    midday = (Interval(time(11), time(13)),)
    plan = schedule(dict.fromkeys(range(5), midday), zone=zone, closed_on_holidays=True)

    standing = plan.standing(datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert standing.opens_at == datetime.fromisoformat(opens_at).replace(tzinfo=UTC)


def test_opening_beyond_the_look_ahead_is_not_told() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    plan = schedule({}, dated={date(2027, 1, 21): Dated((Interval(time(14), time(15)),), {})})

    assert plan.standing(now).opens_at is None
    assert plan.standing(now + timedelta(hours=2)).opens_at is not None
