"""The schedule against a plain oracle that walks a clock minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.calendars import is_holiday
from tenants.hours import LOOK_AHEAD, Dated, Interval, Schedule, Span, Standing

OSLO, STOCKHOLM = ZoneInfo("Europe/Oslo"), ZoneInfo("Europe/Stockholm")
MINUTE = timedelta(minutes=1)
WHOLE_DAY = (Interval(time(0), time(0)),)

# Two whole years, their four nights when the clock changes among them.
FIRST, DAYS = date(2026, 1, 1), 730
# The walk begins a little before, in the middle of nothing.
BEGINS = datetime.combine(FIRST - timedelta(days=2), time(0), UTC)
ENDS = datetime.combine(FIRST + timedelta(days=DAYS), time(0), UTC) - timedelta(hours=2)
SHUT = -(10**9)
NIGHTS = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]


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


@cache
def wall_minutes(zone: ZoneInfo) -> list[int]:
    """What a clock on a wall in ``zone`` shows at each minute of two years, as a number."""
    minutes = (BEGINS + MINUTE * number for number in range((ENDS - BEGINS) // MINUTE))
    return [_number(minute.astimezone(zone).replace(tzinfo=None)) for minute in minutes]


def _number(wall: datetime) -> int:
    return (wall - BEGINS.replace(tzinfo=None)) // MINUTE


def on_the_clock(plan: Schedule) -> list[tuple[datetime, bool]]:
    """Walk two years minute by minute: each interval turns on and off when it is reached.

    Return each minute at which open becomes closed or closed open, and which it becomes.
    """
    waiting = sorted(_switches(plan), reverse=True)
    closes, was_open = SHUT, False
    edges: list[tuple[datetime, bool]] = []
    for minute, wall in enumerate(wall_minutes(plan.zone)):
        while waiting and waiting[-1][0] <= wall:
            closes = max(closes, waiting.pop()[1])
        if closes <= wall:
            # Reached, and not to be reached again in an hour that comes twice.
            closes = SHUT
        if (closes > wall) is not was_open:
            was_open = not was_open
            edges.append((BEGINS + MINUTE * minute, was_open))
    return edges


def _switches(plan: Schedule) -> Iterator[tuple[int, int]]:
    """Give each opening and closing of two years, as the clock on the wall shows them."""
    for offset in range(-2, DAYS + 1):
        day = FIRST + timedelta(days=offset)
        intervals = plan.usual.get(day.weekday(), ())
        if plan.closed_on_holidays and is_holiday(day, country=plan.country):
            intervals = ()
        if day in plan.dated:
            intervals = plan.dated[day].intervals
        for each in intervals:
            last = day + timedelta(days=0 if each.closes > each.opens else 1)
            yield (
                _number(datetime.combine(day, each.opens)),
                _number(datetime.combine(last, each.closes)),
            )


def spans_of(edges: list[tuple[datetime, bool]]) -> list[Span]:
    """Return the stretches between an opening and the closing after it."""
    moments = [at for at, _ in edges] + [ENDS] * (len(edges) % 2)
    return [Span(*pair) for pair in zip(moments[::2], moments[1::2], strict=True)]


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
# Half of all openings lie around the hour that is skipped or comes twice.
nightly = st.builds(time, st.integers(1, 3), st.sampled_from([0, 30, 59]))
intervals = st.lists(
    st.builds(Interval, times, times) | st.builds(Interval, nightly, nightly), max_size=3
).map(tuple)
days = st.integers(0, DAYS - 1).map(lambda number: FIRST + timedelta(days=number))
nights = st.sampled_from(NIGHTS).flatmap(
    lambda night: st.sampled_from([night - timedelta(days=1), night])
)


@pytest.mark.parametrize("zone", [OSLO, STOCKHOLM], ids=["oslo", "stockholm"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    usual=st.fixed_dictionaries(dict.fromkeys(range(7), intervals)),
    exceptions=st.dictionaries(days | nights, intervals, max_size=12),
    closed_on_holidays=st.booleans(),
    asked=st.lists(st.tuples(days | nights, st.integers(0, 24 * 60 - 1)), min_size=4, max_size=10),
)
def test_schedule_agrees_with_a_walk_through_two_years(
    usual: dict[int, tuple[Interval, ...]],
    exceptions: dict[date, tuple[Interval, ...]],
    zone: ZoneInfo,
    closed_on_holidays: bool,
    asked: list[tuple[date, int]],
) -> None:
    dated = {day: Dated(each, {}) for day, each in exceptions.items()}
    plan = schedule(usual, zone=zone, closed_on_holidays=closed_on_holidays, dated=dated)

    edges = on_the_clock(plan)

    planned = plan.spans(FIRST - timedelta(days=2), FIRST + timedelta(days=DAYS))
    assert _until_the_end(planned) == _until_the_end(spans_of(edges))
    for day, minute in asked:
        now = datetime.combine(day, time(0), UTC) + MINUTE * minute
        if now + LOOK_AHEAD < ENDS:
            assert plan.standing(now) == standing_after(edges, now)
            assert (plan.closed_since(now) is None) >= plan.standing(now).open


def _until_the_end(spans: list[Span]) -> list[Span]:
    """Return the spans as far as they lie before the walk ends."""
    return [Span(one.starts_at, min(one.ends_at, ENDS)) for one in spans if one.starts_at < ENDS]


def standing_after(edges: list[tuple[datetime, bool]], now: datetime) -> Standing:
    """Return how the line stands at ``now`` on the walk, and what it comes to next."""
    is_open = ([False] + [becomes for at, becomes in edges if at <= now])[-1]
    changes_at = next((at for at, _ in edges if now < at <= now + LOOK_AHEAD), None)
    return Standing(
        open=is_open,
        opens_at=None if is_open else changes_at,
        closes_at=changes_at if is_open else None,
    )


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
