"""Rows that many tests begin with: made once by the real code, copied back from then on.

To load the seven charters takes longer than most of what is then asked of them, and more than a
thousand tests begin with some. What a process has made the first time is read out of both
instances, and put back for the next test that begins with the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db import connection

from retention import clock
from tenants.models import Tenant
from tests.emptied import INSTANCES, free
from tests.engines import Run

R = TypeVar("R")

_TABLES = """
    SELECT attrelid::regclass || ' (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')'
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY attrelid
"""
_SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), last_value
    FROM pg_sequences WHERE last_value IS NOT NULL ORDER BY 1
"""
# What was made by a clock that has been moved is true for that one test only.
_AGREES = timedelta(minutes=1)


@dataclass(frozen=True)
class _State:
    """Of one instance: rows by ``table (columns)``, and how far each sequence has counted."""

    rows: dict[bytes, bytes]
    sequences: list[tuple[str, int]]


_made: dict[Hashable, tuple[Any, dict[str, _State]]] = {}


def begin_with(name: Hashable, make: Callable[[], R]) -> R:
    """Return what ``make()`` has returned the first time, with the rows that it left then.

    Made anew where a copy would not be the same: inside a test's own transaction, beside lines
    that are there already, by a clock that was moved, on a server that is not this run's own.
    """
    if not _may_copy():
        return make()
    if name in _made:
        result, states = _made[name]
        for alias in INSTANCES:
            _write(alias, states[alias])
    else:
        before = read()
        result = make()
        after = read()
        _made[name] = result, {alias: _since(before[alias], after[alias]) for alias in INSTANCES}
    again: R = result
    return again


def _may_copy() -> bool:
    return (
        Run.told().private
        and not connection.in_atomic_block
        and not Tenant.objects.exists()
        and abs(clock.now() - datetime.now(UTC)) < _AGREES
    )


def read() -> dict[str, _State]:
    """Return everything that stands in each of the instances."""
    return {alias: _read(alias) for alias in INSTANCES}


def _read(alias: str) -> _State:
    server = free(alias)
    tables = [name.encode() for (name,) in server.execute(_TABLES)]
    rows = {table: _copied(server, table) for table in tables}
    return _State(rows, server.execute(_SEQUENCES).fetchall())


def _copied(server: psycopg.Connection, table: bytes) -> bytes:
    with server.cursor().copy(b"COPY " + table + b" TO STDOUT") as copy:
        return b"".join(copy)


def _since(before: _State, after: _State) -> _State:
    rows = {table: found for table, found in after.rows.items() if found != before.rows[table]}
    grown = [table.decode() for table in rows if before.rows[table]]
    assert not grown, f"had rows before, and others now: {grown}"
    return _State(rows, after.sequences)


def _write(alias: str, state: _State) -> None:
    with free(alias).transaction(), free(alias).cursor() as cursor:
        for table, rows in state.rows.items():
            with cursor.copy(b"COPY " + table + b" FROM STDIN") as copy:
                copy.write(rows)
        cursor.executemany("SELECT setval(%s::regclass, %s)", state.sequences)
