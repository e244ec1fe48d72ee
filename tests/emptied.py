"""Tables emptied after a test, by somebody whom no trigger and no reference stops.

To truncate a hundred tables makes and removes five hundred files, most of them of tables in which
a test has left nothing. Rows are deleted instead, and what they leave behind goes with a truncation
now and then. Keys are truncated always: traces of theirs are what some tests are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import psycopg
from django.core.management import call_command
from psycopg import sql

from helpline.management.commands.flush import KEEP, despite_deadlocks
from tests.engines import Run

INSTANCES = ("default", "keys")
# Rows deleted by so many tests slow nobody down yet.
TRUNCATE_EVERY = 25

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_RESTART = sql.SQL("""
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
""")
_free: dict[str, psycopg.Connection] = {}
_emptied = count(1)


def free(alias: str) -> psycopg.Connection:
    """Return a connection to one instance, the same for as long as nobody breaks it."""
    kept = _free.get(alias)
    if kept is not None:
        try:
            kept.execute("")
        except psycopg.OperationalError:
            kept.close()
        else:
            return kept
    run = Run.told()
    server, name = {
        "default": (run.main, run.database),
        "keys": (run.keys, f"{run.database}_keys"),
    }[alias]
    options = "-c session_replication_role=replica"
    _free[alias] = psycopg.connect(server, dbname=name, autocommit=True, options=options)
    return _free[alias]


def close() -> None:
    """Close what ``free`` has opened."""
    while _free:
        _free.popitem()[1].close()


def empty(aliases: Iterable[str] = INSTANCES) -> None:
    """Remove every row; numbers begin anew. ``aliases``: what the test was let into."""
    if Run.told().private:
        truncates = next(_emptied) % TRUNCATE_EVERY == 0
        for alias in INSTANCES:
            _empty(free(alias), truncates=truncates or alias == "keys")
    else:
        # The login that was given may not be let past triggers.
        for alias in aliases:
            call_command("flush", interactive=False, verbosity=0, database=alias)


def _empty(server: psycopg.Connection, *, truncates: bool) -> None:
    names = sorted({name for (name,) in server.execute(_TABLES)} - KEEP)
    tables = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    statements: list[sql.SQL | sql.Composed]
    if truncates:
        statements = [sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables)]
    else:
        # Whoever is still at work ends first, as with a truncation.
        lock = sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(tables)
        deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names]
        statements = [lock, sql.SQL("; ").join(deletes), _RESTART]

    def work() -> None:
        with server.transaction():
            for statement in statements:
                server.execute(statement)

    despite_deadlocks(work)
    # At once: some tests measure what PostgreSQL has counted.
    server.execute("SELECT pg_stat_force_next_flush()")
