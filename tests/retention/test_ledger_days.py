"""Days of the ledger as the public gets them: whole, in order, and silent about small numbers."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from chat.conversations import end_conversation
from chat.states import By
from retention import clock
from retention.chain import ROWS, beginning
from retention.ledger import digest_of, enter, published, rows_of, seal_days
from retention.models import LedgerDay, LedgerEntry
from retention.verifying import check_ledger, read_ledger
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.talks import begin, owner_rows
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = {
    "id": "bigint",
    "tenant_id": "bigint",
    "on": "date",
    "through": "integer",
    "rows": "jsonb",
    "previous": "bytea",
    "digest": "bytea",
}


def next_day() -> date:
    """Move the clock to noon of the next day; return the day that is over."""
    now = clock.now()
    move_clock(now.replace(hour=12) + timedelta(days=1))
    return now.date()


def purged(tenant: Tenant, *counts: int, kind: str = "conversation", rule: str = "D5") -> None:
    for count in counts:
        with tenant_scope(tenant):
            enter(tenant, kind=kind, rule=rule, due=count, done=count)


def download(tenant: Tenant) -> dict[str, Any]:
    with tenant_scope(tenant):
        text = "".join(published(tenant))
    check_ledger(read_ledger(text))
    found: dict[str, Any] = json.loads(text)
    return found


def told(tenant: Tenant) -> dict[str, list[tuple[str, str, int, int]]]:
    return {
        day["on"]: [(one["kind"], one["rule"], one["due"], one["done"]) for one in day["counts"]]
        for day in download(tenant)["days"]
    }


def test_history_that_was_changed_is_not_sealed_and_raises_an_alarm(
    tenant: Tenant, other: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    purged(tenant, 6)
    purged(other, 6)
    yesterday = str(next_day())
    forgery = "UPDATE retention_ledgerentry SET done = 0 WHERE tenant_id = %s"
    owner_rows("default", forgery, tenant.pk)

    with caplog.at_level(logging.ERROR, "helpline.retention"):
        seal_days()

    alarms = [(one.getMessage(), one.__dict__["fields"]) for one in caplog.records]
    assert alarms == [("ledger_broken", {"tenant": tenant.slug, "count": 1})]
    assert yesterday not in told(tenant)
    assert yesterday in told(other)


def test_day_is_sealed_once_it_is_over_and_once_only(tenant: Tenant) -> None:
    purged(tenant, 6)
    seal_days()
    today = clock.now().date()
    before = told(tenant)
    assert str(today) not in before

    next_day()
    assert seal_days() == Tenant.objects.count()
    assert seal_days() == 0

    assert told(tenant) == {**before, str(today): [("conversation", "D5", 6, 6)]}


def test_missed_days_are_caught_up_and_none_is_left_out(tenant: Tenant) -> None:
    purged(tenant, 5)
    first = next_day()
    purged(tenant, 3, 4)
    second = next_day()
    next_day()
    move_clock(clock.now() + timedelta(days=3))

    seal_days()

    found = told(tenant)
    days = [str(first + timedelta(days=n)) for n in range(6)]
    assert list(found)[-6:] == days
    assert [found[day] for day in days] == [
        [("conversation", "D5", 5, 5)], [("conversation", "D5", 7, 7)], [], [], [], [],
    ]  # fmt: skip
    assert days[1] == str(second)


def test_small_counts_stand_nowhere_and_look_like_nothing(tenant: Tenant) -> None:
    shapes = {}
    for count in (6, 0, 1, 2, 3, 4, 5):
        purged(tenant, *[1] * count)
        day = next_day()
        shapes[str(day)] = count
    seal_days()

    days = {day["on"]: day for day in download(tenant)["days"]}
    for on, count in shapes.items():
        assert len(days[on]["commitments"]) == len(set(days[on]["commitments"])) == ROWS
        assert [one["done"] for one in days[on]["counts"]] == ([count] if count >= 5 else [])
    hidden = salts_of_hidden_rows(tenant, [on for on, count in shapes.items() if count < 5])
    text = json.dumps(days)
    assert len(hidden) == 5 * ROWS
    assert [salt for salt in hidden if salt in text] == []


def salts_of_hidden_rows(tenant: Tenant, days: list[str]) -> list[str]:
    with tenant_scope(tenant):
        return [
            row.salt.hex() for day in LedgerDay.objects.filter(on__in=days) for row in rows_of(day)
        ]


@pytest.mark.parametrize(
    ("entries", "shown"),
    [
        pytest.param([("a", "D5", 9, 9), ("a", "D6", 4, 4)], [], id="one-rule-of-a-kind-is-small"),
        pytest.param([("a", "D5", 9, 9), ("b", "D7", 4, 4)], [("a", "D5", 9, 9)], id="other-kind"),
        pytest.param([("a", "U8", 9, 8)], [], id="few-were-held"),
        pytest.param([("a", "U8", 15, 10)], [("a", "U8", 15, 10)], id="five-were-held"),
        pytest.param([("a", "U8", 9, 0)], [], id="all-were-held"),
        pytest.param([("a", "D5", 2, 2), ("a", "D5", 3, 3)], [("a", "D5", 5, 5)], id="summed"),
    ],
)
def test_what_is_told_lets_nobody_reckon_what_is_not(
    tenant: Tenant, entries: list[tuple[str, str, int, int]], shown: list[tuple[str, str, int, int]]
) -> None:
    for kind, rule, due, done in entries:
        with tenant_scope(tenant):
            enter(tenant, kind=kind, rule=rule, due=due, done=done)
    day = next_day()

    seal_days()

    assert told(tenant)[str(day)] == shown


def test_days_of_one_tenant_say_nothing_of_another(tenant: Tenant, other: Tenant) -> None:
    purged(tenant, 8)
    day = next_day()
    seal_days()

    mine, theirs = download(tenant), download(other)

    assert (mine["tenant"], theirs["tenant"]) == (tenant.slug, other.slug)
    assert told(tenant)[str(day)] == [("conversation", "D5", 8, 8)]
    assert told(other)[str(day)] == []
    assert theirs["days"][0]["previous"] == beginning(other.slug).hex()
    sealed = [set(one["commitments"]) for found in (mine, theirs) for one in found["days"]]
    assert len(set.union(*sealed)) == sum(map(len, sealed))


def test_real_purges_are_summed(tenant: Tenant) -> None:
    for _ in range(5):
        assert end_conversation(tenant, begin(tenant, "hej"), by=By.VISITOR)
    day = next_day()

    seal_days()

    assert told(tenant)[str(day)] == [("conversation", "D5", 5, 5)]


def test_entry_of_a_day_that_is_sealed_is_counted_in_the_next(tenant: Tenant) -> None:
    purged(tenant, 6)
    first = next_day()
    seal_days()
    purged(tenant, 7)
    # As if the clock had gone back while the second purge ran.
    with tenant_scope(tenant):
        entry = LedgerEntry.objects.get(number=2)
    entry.on = first
    digest = digest_of(entry, slug=tenant.slug)
    earlier = 'UPDATE retention_ledgerentry SET "on" = %s, digest = %s WHERE number = 2'
    owner_rows("default", earlier, first, digest)
    second = next_day()

    seal_days()

    assert told(tenant)[str(first)] == [("conversation", "D5", 6, 6)]
    assert told(tenant)[str(second)] == [("conversation", "D5", 7, 7)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retention_ledgerday SET digest = previous",
        "DELETE FROM retention_ledgerday",
        "TRUNCATE retention_ledgerday",
    ],
)
def test_sealed_day_stays(tenant: Tenant, statement: str) -> None:
    seal_days()

    with (
        pytest.raises(ProgrammingError) as caught,
        tenant_scope(tenant),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_day_has_no_place_for_an_id_or_a_time_of_day() -> None:
    query = (
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'retention_ledgerday'"
    )

    assert dict(owner_rows("default", query)) == COLUMNS
