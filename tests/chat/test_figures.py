"""What happened at a line, counted: nothing of a talk is in it, and no small number comes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chat.calls import call, scoped_call
from chat.figures import Figures, Minutes, figures, told
from chat.models import Conversation, Tally
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
from retention import clock
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope
from tests import clients
from tests.talks import owner_rows
from tests.world import move_clock

# A Wednesday; the weeks before it are over.
NOON = datetime(2031, 3, 19, 11, 0, tzinfo=UTC)


def seen(tenant: Tenant, period: str, *, now: datetime = NOON) -> Figures:
    with tenant_scope(tenant):
        return figures(
            tenant, period, now=now, reasons=["done", "abuse", "other"],
            categories=["family", "school", "other"],
        )  # fmt: skip


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
        # One that is hidden alone could be reckoned from the sum of all.
        ({"a": 9, "b": 7, "c": 3}, {"a": 9, "b": None, "c": None}),
        # Two that are hidden, and fewer than five in them together.
        ({"a": 9, "b": 7, "c": 2, "d": 2}, {"a": 9, "b": None, "c": None, "d": None}),
        ({"a": 9, "b": 4, "c": 4}, {"a": 9, "b": None, "c": None}),
        # A closed day costs nobody's secret.
        ({"a": 9, "b": 0, "c": 0}, {"a": 9, "b": None, "c": None}),
        ({"a": 9, "b": 8, "c": 0, "d": 1}, {"a": 9, "b": None, "c": None, "d": None}),
        ({"a": 4}, {"a": None}),
        ({}, {}),
    ],
)
def test_small_numbers_are_hidden_with_what_would_give_them_away(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert told(counts) == shown


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
def test_hour_is_kept_once_a_line_has_many_talks_and_medians_come_from_classes(
    tenant: Tenant, other: Tenant
) -> None:
    yesterday = NOON - timedelta(days=1)
    talks(tenant, FEW_TALKS // 4, yesterday - timedelta(days=9), waited=4)
    assert set(_hours(tenant)) == {None}
    for day in (8, 7, 6):
        talks(tenant, FEW_TALKS // 4, yesterday - timedelta(days=day))
    talks(tenant, 12, yesterday, waited=4)
    talks(tenant, 3, yesterday + timedelta(hours=3), waited=50)

    found = seen(tenant, "week")

    # In Oslo it is an hour later than in UTC.
    assert set(_hours(tenant)) == {None, 12, 15}
    assert (found.answered, found.lost, found.waits.median) == (
        15 + FEW_TALKS // 4,
        None,
        Minutes(4),
    )
    assert found.hours[12].answered is None  # with it, the three at fifteen could be reckoned
    assert [found.hours[hour].median_wait for hour in (-1, 12, 15)] == [Minutes(4), None, None]
    assert found.days[date(2031, 3, 18)] == 15
    assert seen(other, "week").answered is None


@pytest.mark.django_db(transaction=True)
def test_what_was_said_is_told_of_weeks_that_are_over_and_of_no_day(tenant: Tenant) -> None:
    move_clock(NOON)
    talks(tenant, 9, NOON - timedelta(days=7), about="family")
    talks(tenant, 6, NOON - timedelta(days=6), about="school")
    talks(tenant, 8, NOON - timedelta(days=1), about="school")
    talks(tenant, 5, NOON - timedelta(days=5), about="of-an-earlier-charter")

    assert seen(tenant, "today").categories == {"family": None, "school": None, "other": None}
    week = seen(tenant, "week")
    assert week.weeks == (date(2031, 3, 10), date(2031, 3, 16))
    assert week.categories == {"family": 9, "school": 6, "other": 5}
    assert week.reasons == {"done": 20, "abuse": None, "other": None}
    later = seen(tenant, "week", now=NOON + timedelta(days=7))
    assert later.categories == {"family": None, "school": 8, "other": None}


@pytest.mark.django_db(transaction=True)
def test_today_is_told_up_to_the_last_full_hour_and_not_at_all_without_hours(
    tenant: Tenant, other: Tenant
) -> None:
    for day in range(2, 6):
        talks(tenant, FEW_TALKS // 4, NOON - timedelta(days=day))
    for line in (tenant, other):
        talks(line, 9, NOON - timedelta(hours=1), waited=200)
    talks(tenant, 8, NOON + timedelta(minutes=10))

    found = seen(tenant, "today", now=NOON + timedelta(minutes=50))

    assert (found.answered, found.until, found.is_early) == (None, 12, False)
    found = seen(tenant, "today", now=NOON + timedelta(hours=4))
    assert (found.answered, found.until) == (17, 16)
    assert found.waits.median == Minutes(120, is_more=True)
    few = seen(other, "today", now=NOON + timedelta(hours=4))
    assert (few.answered, few.is_early) == (None, True)


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
