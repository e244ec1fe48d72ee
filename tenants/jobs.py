"""Jobs: what runs by itself, again and again, and what is known of how it went.

Each is a Celery task that goes through ``run``. Of one name only one is at work at a time: the
broker gives a task that takes longer than its patience (``visibility_timeout``) to a second worker,
and beat asks again each minute. The second finds the lock taken and is done. The lock belongs to
a session with PostgreSQL, so that it goes with a process that is killed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from celery import Task, shared_task
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from tenants import clock
from tenants.models import JobRun

R = TypeVar("R")

# The first half of an advisory lock's key; the second is the job.
_LOCK = 0x10B5


class Stopped(Exception):
    """The job does not dare to do its work now, and has said why."""


def job(name: str) -> Callable[[Callable[[], None]], Task[[], None]]:
    """Make a task of ``name`` that takes no arguments, has no result and goes through ``run``."""

    def decorate(work: Callable[[], None]) -> Task[[], None]:
        @shared_task(name=name)
        @functools.wraps(work)
        def task() -> None:
            run(name, work)

        return task

    return decorate


def run(name: str, work: Callable[[], R], *, wait: bool = False) -> R | None:
    """Do ``work``, if nobody is at it already, and note how it went.

    Returns None where somebody was (``wait`` waits for them instead) or where it raised Stopped.
    Outside a transaction: what it notes is seen while it works.
    """
    now = clock.now()
    JobRun.objects.bulk_create(
        [JobRun(name=name, called_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["called_at"],
    )
    with _alone(name, wait=wait) as alone:
        return _noted(name, work) if alone else None


def last_run(name: str) -> JobRun | None:
    """Return how the job of that name went last; None if it has never been called."""
    return JobRun.objects.filter(pk=name).first()


def _noted(name: str, work: Callable[[], R]) -> R | None:
    ended: dict[str, object] = {"outcome": JobRun.Outcome.FAILED}
    try:
        result = work()
        ended = {"outcome": JobRun.Outcome.DONE, "done_at": clock.now()}
        return result
    except Stopped:
        ended = {"outcome": JobRun.Outcome.STOPPED}
        return None
    finally:
        JobRun.objects.filter(pk=name).update(**ended)


@contextmanager
def _alone(name: str, *, wait: bool) -> Iterator[bool]:
    # A transaction on a connection of its own: whatever becomes of either, the lock goes with it,
    # and it neither encloses the work nor is ended by it.
    apart = connections.create_connection(DEFAULT_DB_ALIAS)
    take = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute(f"SELECT {take}(%s, hashtext(%s))", [_LOCK, name])
            taken = wait or bool(cursor.fetchone()[0])
        yield taken
    finally:
        with suppress(DatabaseError):  # the server has gone, and the lock with it
            apart.rollback()
        apart.close()
