from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection, connections
from django.db.utils import ProgrammingError

from retention import clock
from retention.ledger import START, enter, first_break
from retention.models import LedgerEntry
from tenants.models import Tenant
from tenants.scope import database_role, tenant_scope
from tenants.wall import HOLD, PURGE
from tests.talks import owner_rows

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 8, 10
# Nothing here can name a talk or tell when in the day it was: numbers, a date, a rule, two hashes.
COLUMNS = {
    "id": "bigint",
    "tenant_id": "bigint",
    "number": "integer",
    "on": "date",
    "kind": "character varying",
    "rule": "character varying",
    "due": "integer",
    "done": "integer",
    "previous": "bytea",
    "digest": "bytea",
}


class BrokenOff(Exception):
    """The purge that an entry tells of did not come to its end."""


def enter_some(tenant: Tenant, count: int = 3) -> None:
    for number in range(1, count + 1):
        with tenant_scope(tenant):
            enter(tenant, kind="conversation", rule="D5", due=number + 1, done=number)


def found_break(tenant: Tenant) -> int | None:
    with tenant_scope(tenant):
        return first_break(tenant)


def test_each_entry_carries_the_hash_of_the_one_before(tenant: Tenant) -> None:
    enter_some(tenant, 2)

    today = clock.now().date().isoformat()
    said = ['["detfinneshjelp",1,"%s","conversation","D5",2,1]' % today]  # noqa: UP031  # braces
    said.append(json.dumps([tenant.slug, 2, today, "conversation", "D5", 3, 2]).replace(" ", ""))
    first = hashlib.sha256(START + said[0].encode()).digest()
    second = hashlib.sha256(first + said[1].encode()).digest()
    with tenant_scope(tenant):
        chain = LedgerEntry.objects.values_list("number", "previous", "digest")
        assert [(n, bytes(p), bytes(d)) for n, p, d in chain] == [
            (1, START, first),
            (2, first, second),
        ]
    assert found_break(tenant) is None


def test_each_tenant_has_a_ledger_of_its_own(tenant: Tenant, other: Tenant) -> None:
    enter_some(tenant, 2)
    enter_some(other, 1)

    with tenant_scope(other):
        assert list(LedgerEntry.objects.values_list("number", "due", "done")) == [(1, 2, 1)]
    assert found_break(other) is None


@pytest.mark.parametrize(
    ("forgery", "found"),
    [
        ("UPDATE retention_ledgerentry SET done = 0 WHERE number = 2", 2),
        ("UPDATE retention_ledgerentry SET due = 99 WHERE number = 1", 1),
        ("UPDATE retention_ledgerentry SET rule = 'T9' WHERE number = 3", 3),
        ("UPDATE retention_ledgerentry SET kind = 'other' WHERE number = 2", 2),
        ("UPDATE retention_ledgerentry SET \"on\" = '2020-01-01' WHERE number = 2", 2),
        ("UPDATE retention_ledgerentry SET previous = digest WHERE number = 2", 2),
        ("DELETE FROM retention_ledgerentry WHERE number = 2", 3),
        ("DELETE FROM retention_ledgerentry WHERE number = 1", 2),
        ("UPDATE retention_ledgerentry SET number = number + 10", 11),
    ],
)
def test_changed_history_is_found(tenant: Tenant, forgery: str, found: int) -> None:
    enter_some(tenant)
    assert found_break(tenant) is None

    owner_rows("default", forgery)

    assert found_break(tenant) == found


def test_entry_moved_from_another_tenant_is_found(tenant: Tenant, other: Tenant) -> None:
    enter_some(other, 1)

    owner_rows("default", "UPDATE retention_ledgerentry SET tenant_id = %s", tenant.pk)

    assert found_break(tenant) == 1


@pytest.mark.parametrize("role", [None, PURGE, HOLD])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retention_ledgerentry SET done = 0",
        "DELETE FROM retention_ledgerentry",
        "TRUNCATE retention_ledgerentry",
    ],
)
def test_what_is_written_stays(tenant: Tenant, statement: str, role: str | None) -> None:
    enter_some(tenant, 1)

    with pytest.raises(ProgrammingError) as caught:
        run(tenant, statement, role)

    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert found_break(tenant) is None


def run(tenant: Tenant, statement: str, role: str | None) -> None:
    with ExitStack() as stack:
        stack.enter_context(tenant_scope(tenant))
        if role:
            stack.enter_context(database_role(role))
        stack.enter_context(connection.cursor()).execute(statement)


def enter_and_break_off(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        enter(tenant, kind="conversation", rule="D5", due=1, done=1)
        raise BrokenOff


def test_entry_has_no_place_for_an_id_a_text_or_a_time_of_day() -> None:
    query = (
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'retention_ledgerentry'"
    )

    assert dict(owner_rows("default", query)) == COLUMNS


def test_entry_is_part_of_what_it_tells_of(tenant: Tenant) -> None:
    with pytest.raises(BrokenOff):
        enter_and_break_off(tenant)

    with tenant_scope(tenant):
        assert list(LedgerEntry.objects.all()) == []


def test_entries_made_at_the_same_time_form_one_chain(tenant: Tenant) -> None:
    def write(_number: int) -> None:
        try:
            enter_some(tenant, EACH)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))

    with tenant_scope(tenant):
        numbers = list(LedgerEntry.objects.values_list("number", flat=True))
    assert numbers == list(range(1, WRITERS * EACH + 1))
    assert found_break(tenant) is None
