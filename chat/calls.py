"""The one bridge from a socket's event loop to code that talks to the database.

Such code is plain and synchronous. It runs in a small pool of threads of its own, so that one
slow query of one tenant holds up at most one thread. (Django's own bridge runs everything of all
sockets in one thread.) Each thread keeps its connections from one call to the next: taking them
from psycopg's pool and giving them back, with the look whether they still work, cost a quarter of
a short call. Whether they are broken is seen without asking, so that a call waits for no instance
that it does not need, also while that one hangs.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connections

from chat.events import layer, outbox
from chat.fanout import Event
from helpline.database.base import works
from tenants.models import Tenant
from tenants.scope import tenant_scope

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger("helpline.calls")

_later: contextvars.ContextVar[list[Callable[[], None]] | None] = contextvars.ContextVar(
    "helpline_later", default=None
)

_threads = ThreadPoolExecutor(settings.CALL_THREADS, thread_name_prefix="helpline-call")


async def call(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` in a thread; then send what it published. For work that opens its own scopes."""
    gathered: list[tuple[str, Event]] = []
    later: list[Callable[[], None]] = []
    tokens = outbox.set(gathered), _later.set(later)
    try:
        context = contextvars.copy_context()
    finally:
        outbox.reset(tokens[0])
        _later.reset(tokens[1])

    def run() -> R:
        _give_up_broken_connections()
        try:
            result = work(*args, **kwargs)
            _do_all(later)
            return result
        finally:
            if not settings.POOL_SIZE:
                connections.close_all()

    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, context.run, run)
    finally:
        for group, event in gathered:
            await layer().group_send(group, event)


def afterwards(work: Callable[[], None]) -> None:
    """Do ``work`` once what runs on behalf of a socket has left its scopes, in the same thread.

    For what another tenant's rows have to follow. Nothing waits for it elsewhere, and what fails is
    let go: a job finds what is left to do.
    """
    later = _later.get()
    if later is not None:
        later.append(work)


def _do_all(later: list[Callable[[], None]]) -> None:
    for work in later:
        try:
            work()
        except Exception:  # what has been committed stands; a job carries on
            log.exception("afterwards_failed")


def _give_up_broken_connections() -> None:
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if connection.errors_occurred or raw is None or not works(raw):
            connection.close()
            connection.errors_occurred = False


async def scoped_call(tenant: Tenant, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` in a thread inside ``tenant_scope(tenant)``, as one transaction."""

    def in_scope() -> R:
        with tenant_scope(tenant):
            return work(*args, **kwargs)

    return await call(in_scope)
