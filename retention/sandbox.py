"""A place to try the real functions in, of which nothing is left.

The work is done in a thread of its own, on connections of its own, inside one transaction in each
instance that is rolled back whatever happens: where it ends well, where it raises, and, by
PostgreSQL itself, where the process is killed. In it the clock can be moved: the row that moves it is
seen by this transaction and by nobody else.

What the application does after a commit is done by ``settle``, which stands for the commits that
there are not.

Nobody else may be held up by it. So whoever plays in it makes a tenant of their own (the copy of one
is enough) and takes no lock that another tenant's rows need; and while it lasts the tables of keys
are not compacted, which would wait for it and let everybody wait behind (``UNDISTURBED``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from datetime import datetime
from typing import TypeVar

from django.db import connections, transaction

from retention import clock
from retention.keys import UNDISTURBED

R = TypeVar("R")


def rolled_back(work: Callable[[], R]) -> R:
    """Do ``work`` where nothing of it stays, and return its result. May be called anywhere.

    It sees what is committed, and nothing of the caller: no scope, no transaction, no language. One
    at a time: a second one waits for the first. Raises what ``work`` raises.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="helpline-sandbox") as thread:
        # An empty context: the caller's scope is not this thread's.
        return thread.submit(Context().run, _alone, work).result()


def _alone(work: Callable[[], R]) -> R:
    try:
        with _undone("keys"), _undone("default"):
            with connections["keys"].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [UNDISTURBED])
            return work()
    finally:
        connections.close_all()


@contextmanager
def _undone(alias: str) -> Generator[None]:
    with transaction.atomic(using=alias):
        try:
            yield
        finally:
            transaction.set_rollback(True, using=alias)


def move_clock(moment: datetime) -> None:
    """Let it be ``moment`` in both instances, for the sandbox alone. Never back."""
    for alias in clock.INSTANCES:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT retention_keep_clock(%s)", [moment])


def settle() -> None:
    """Do what is to be done after a commit. Outside every scope."""
    for alias in clock.INSTANCES:
        connection = connections[alias]
        while connection.run_on_commit:
            hooks, connection.run_on_commit = connection.run_on_commit, []
            for hook in hooks:
                hook[1]()
