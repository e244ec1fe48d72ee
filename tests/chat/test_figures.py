"""What happened at a line, counted: nothing of a talk is in it, and no small number comes out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from chat.calls import call, scoped_call
from chat.figures import Course, Figures, Lasted, Minutes, Slugs, course, figures
from chat.models import Conversation, Tally
from chat.periods import MANY_TALKS, Period, periods_over
from chat.states import By
from chat.tallies import (
    FEW_TALKS,
    KEPT,
    About,
    count_answer,
    count_end,
    count_start,
    forget_tallies,
)
from chat.withheld import merged, told
from retention import clock
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope
from tests import clients
from tests.talks import owner_rows
from tests.world import move_clock

# A Monday on which four weeks are over.
NOON = datetime(2031, 3, 17, 11, 0, tzinfo=UTC)
MONTH = Period(date(2031, 2, 17), date(2031, 3, 16))
SLUGS = Slugs(["done", "abuse", "other"], ["family", "school", "other"])


def over(tenant: Tenant, *, now: datetime = NOON) -> list[Period]:
    with tenant_scope(tenant):
        return periods_over(tenant, now=now)


def seen(tenant: Tenant, period: Period = MONTH, *, slugs: Slugs = SLUGS) -> Figures:
    with tenant_scope(tenant):
        return figures(period, slugs)


def in_a_row(tenant: Tenant, periods: Sequence[Period]) -> Course:
    with tenant_scope(tenant):
        return course(periods, SLUGS)


def talks(tenant: Tenant, count: int, at: datetime, *, waited: int = 4, about: str = "") -> None:
    """Count talks that began at ``at``, waited so many minutes and lasted twenty."""
    claimed = at + timedelta(minutes=waited)
    row = Conversation(queued_at=at, front=True, claimed_at=claimed)
    with tenant_scope(tenant):
        for _ in range(count):
            count_start(tenant, now=at)
            count_answer(tenant, queued_at=at, now=claimed)
            count_end(
                tenant, row, by=By.COUNSELLOR, about=About("done", about),
                now=claimed + timedelta(minutes=20),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 9, "b": 7}, {"a": 9, "b": 7}),
        # One that is withheld alone could be reckoned from the sum of all.
        ({"a": 9, "b": 7, "c": 3}, {"a": 9, "b": None, "c": None}),
        # With the sum of eight and a rule that takes the least, each of the two would be four.
        ({"a": 9, "b": 4, "c": 4}, {"a": None, "b": None, "c": None}),
        ({"a": 9, "b": 9, "c": 4}, {"a": None, "b": None, "c": None}),
        # Nobody is in what is nothing, unless it stands beside what is little.
        ({"a": 9, "b": 0, "c": 0}, {"a": 9, "b": 0, "c": 0}),
        ({"a": 9, "b": 8, "c": 0, "d": 1}, {"a": 9, "b": None, "c": None, "d": None}),
        ({"a": 4, "b": 0}, {"a": None, "b": None}),
        ({}, {}),
    ],
)
def test_small_numbers_are_withheld_with_what_would_give_them_away(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert told(counts) == shown


def _tables(cells: int, most: int) -> Iterator[tuple[int, ...]]:
    return (one for one in product(range(most + 1), repeat=cells) if sum(one) <= most)


def _told(table: tuple[int, ...]) -> tuple[object, set[int]]:
    shown = told(dict(enumerate(table)))
    said = tuple(shown.values()), sum(table) if sum(table) >= 5 else None
    return said, {place for place, count in shown.items() if count is None}


def _merged(table: tuple[int, ...]) -> tuple[object, set[int]]:
    spans = merged(table)
    wide = [range(one.first, one.end) for one in spans if one.number and one.end - one.first > 1]
    return tuple(spans), {place for span in wide for place in span}


@pytest.mark.parametrize("tell", [_told, _merged])
@pytest.mark.parametrize(("cells", "most"), [(2, 24), (3, 20), (4, 14), (5, 10)])
def test_who_knows_the_sum_and_the_rules_reckons_no_number_that_is_withheld(
    tell: Callable[[tuple[int, ...]], tuple[object, set[int]]], cells: int, most: int
) -> None:
    possible: dict[tuple[object, int], set[int]] = defaultdict(set)

    for table in _tables(cells, most):
        said, withheld = tell(table)
        for place in withheld:
            possible[said, place].add(table[place])

    assert {key: only for key, only in possible.items() if len(only) < 2} == {}
    assert len(possible) > 20


def test_lengths_are_told_in_steps_of_five_talks_or_more() -> None:
    assert merged([0, 6, 2, 4, 0, 5, 0]) == [
        (0, 1, 0), (1, 2, 6), (2, 4, 6), (4, 5, 0), (5, 6, 5), (6, 7, 0),
    ]  # fmt: skip
    assert merged([2, 0, 7]) == [(0, 3, 9)]
    assert merged([1, 3]) == merged([]) == []


@pytest.mark.django_db(transaction=True)
async def test_talks_are_counted_as_they_happen_and_nothing_of_them_stays(
    tenant: Tenant, other: Tenant
) -> None:
    async with clients.visitor(tenant) as gives_up:
        await gives_up.leave()
    async with clients.talk(tenant) as talk:
        await talk.desk.request(
            {"type": "close", "conversation": talk.conversation, "category": "violence"}
        )
    await scoped_call(tenant, lambda: HoursException.objects.update(opens=None, closes=None))
    assert (await clients.start(tenant)).status == 409

    rows = await call(
        owner_rows, "default",
        'SELECT tenant_id, what, key, "on", hour, count, classes FROM chat_tally ORDER BY what, key',
    )  # fmt: skip
    today = (await call(clock.now)).astimezone(tenant.tzinfo).date()
    monday = today - timedelta(days=today.weekday())
    at_once = [1, *[0] * 13]
    # A line with few talks: of each no more than its day, and of what was said its week. Whoever
    # tries a closed line is not counted.
    assert rows == [
        (tenant.pk, "answered", "", today, None, 1, at_once),
        (tenant.pk, "category", "violence", monday, None, 1, []),
        (tenant.pk, "ended", "counsellor", today, None, 1, at_once),
        (tenant.pk, "lost", "visitor", today, None, 1, at_once),
        (tenant.pk, "started", "", today, None, 2, []),
    ]


@pytest.mark.django_db(transaction=True)
async def test_talk_that_is_taken_again_is_answered_once(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:

        def free() -> None:
            row = Conversation.objects.filter(pk=talk.conversation)
            row.update(state="waiting", counsellor=None, claimed_at=None, front=True)

        await scoped_call(tenant, free)
        async with clients.desk(tenant, number=2) as colleague:
            await colleague.ready()
            assert (await colleague.take_next())["type"] == "assigned"
    answered = await scoped_call(tenant, lambda: Tally.objects.get(what="answered").count)
    assert answered == 1


@pytest.mark.django_db(transaction=True)
def test_hour_is_kept_once_a_line_has_many_talks_and_medians_come_from_what_is_told(
    tenant: Tenant, other: Tenant
) -> None:
    last = NOON - timedelta(days=3)
    talks(tenant, FEW_TALKS // 4, last - timedelta(days=9), waited=4)
    assert set(_hours(tenant)) == {None}
    for day in (8, 7, 6):
        talks(tenant, FEW_TALKS // 4, last - timedelta(days=day))
    talks(tenant, 12, last, waited=4)
    talks(tenant, 6, last + timedelta(hours=1), waited=16)
    talks(tenant, 3, last + timedelta(hours=3), waited=50)

    found = seen(tenant)

    # In Oslo it is an hour later than in UTC.
    assert set(_hours(tenant)) == {None, 12, 13, 15}
    assert (found.answered, found.lost, found.waits.median) == (21 + FEW_TALKS, None, Minutes(4))
    # The three that waited longest are told of with the six, at their hour and by how long it was.
    told_hours = {hour: one.answered for hour, one in found.hours.items() if one.answered != None}  # noqa: E711
    assert told_hours == {-1: FEW_TALKS, 12: 12}
    assert found.waits.lengths[-2:] == [Lasted(15, 60, 9), Lasted(60, None, 0)]
    assert [found.hours[hour].median_wait for hour in (-1, 12, 13)] == [
        Minutes(5),
        Minutes(5),
        None,
    ]
    assert seen(other).answered is None


@pytest.mark.django_db(transaction=True)
def test_day_is_told_of_in_one_period_and_only_once_that_is_over(
    tenant: Tenant, other: Tenant
) -> None:
    with tenant_scope(tenant):
        Tally.objects.create(
            tenant=tenant, what="started", on=MONTH.first - timedelta(days=1), count=MANY_TALKS
        )

    weeks = over(tenant)[:5]

    assert [one.first.day for one in weeks] == [10, 3, 24, 17, 20]
    assert weeks[4] == over(other)[1] == Period(date(2031, 1, 20), date(2031, 2, 16))
    assert over(other)[0] == MONTH
    for line in (tenant, other):
        # What is told today is told in the same way ever after, and no day a second time.
        later = over(line, now=NOON + timedelta(days=200))
        both = [one for one in over(line) if one.first >= later[-1].first]
        assert [one for one in later if one.first < NOON.date()] == both
        days = [(one.first - later[-1].first).days for one in reversed(later)]
        assert days == sorted(set(days))
        assert sum((one.last - one.first).days + 1 for one in later) == 11 * 28
    # At midnight in Oslo the week is over, and an hour later it is told of.
    midnight = datetime(2031, 3, 16, 23, 0, tzinfo=UTC)
    assert over(tenant, now=midnight + timedelta(minutes=59))[0] == weeks[1]
    assert over(tenant, now=midnight + timedelta(minutes=60))[0] == weeks[0]


@pytest.mark.django_db(transaction=True)
def test_two_days_looks_at_the_figures_differ_by_no_talk(tenant: Tenant) -> None:
    talks(tenant, 9, NOON - timedelta(days=3))
    before = [seen(tenant, one) for one in over(tenant)]

    talks(tenant, 2, NOON)

    assert [seen(tenant, one) for one in over(tenant, now=NOON + timedelta(days=1))] == before


@pytest.mark.django_db(transaction=True)
def test_what_was_said_is_told_where_it_was_said_of_many(tenant: Tenant) -> None:
    move_clock(NOON)
    talks(tenant, 9, NOON - timedelta(days=7), about="family")
    talks(tenant, 6, NOON - timedelta(days=13), about="school")
    talks(tenant, 4, NOON - timedelta(days=20), about="of-an-earlier-charter")
    nothing = dict.fromkeys(("family", "school", "other"))
    assert (seen(tenant).categories, seen(tenant).answered) == (nothing, 19)

    talks(tenant, 5, NOON - timedelta(days=8), about="of-an-earlier-charter")

    assert seen(tenant).categories == {"family": 9, "school": 6, "other": 9}
    assert seen(tenant).reasons == {"done": 24, "abuse": 0, "other": 0}
    # A line that drops a topic says nothing more by that of one that is withheld.
    talks(tenant, 2, NOON - timedelta(days=8), about="other")
    assert seen(tenant).categories == {"family": 9, "school": None, "other": None}
    fewer = Slugs(SLUGS.reasons, ["school", "other"])
    assert seen(tenant, slugs=fewer).categories == {"school": None, "other": None}


@pytest.mark.django_db(transaction=True)
def test_periods_in_a_row_have_the_sums_of_what_is_told_of_each(tenant: Tenant) -> None:
    talks(tenant, 20, NOON - timedelta(days=3), about="family")
    talks(tenant, 4, NOON - timedelta(days=30), about="school")
    talks(tenant, 25, NOON - timedelta(days=60), about="family")
    talks(tenant, 3, NOON - timedelta(days=60), about="school")

    found = in_a_row(tenant, over(tenant)[:3])

    assert list(found.answered.values()) == [28, None, 20]
    assert list(found.answered)[-1] == MONTH
    assert list(found.lost.values()) == [None] * 3
    assert found.categories == {"family": 20, "school": 0, "other": 0}
    assert found.reasons == {"done": 48, "abuse": 0, "other": 0}


@pytest.mark.django_db(transaction=True)
def test_counts_are_gone_once_no_figure_looks_back_to_them(tenant: Tenant, other: Tenant) -> None:
    now = clock.now()
    for line, age in ((tenant, KEPT), (other, KEPT + timedelta(days=1))):
        with tenant_scope(line):
            count_start(line, now=now - age)

    assert (forget_tallies(), forget_tallies()) == (1, 0)

    assert owner_rows("default", "SELECT tenant_id FROM chat_tally") == [(tenant.pk,)]


def _hours(tenant: Tenant) -> list[int | None]:
    with tenant_scope(tenant):
        return list(Tally.objects.filter(what="answered").values_list("hour", flat=True))
