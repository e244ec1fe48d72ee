"""The one bridge from a socket's event loop to code that talks to the database.

Such code is plain and synchronous. It runs in a small pool of threads of its own, so that one
slow query of one tenant holds up at most one thread, and gives its connections back before the
thread takes the next call. (Django's own bridge runs everything of all sockets in one thread.)
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

from chat.events import layer, outbox
from chat.fanout import Event
from tenants.models import Tenant
from tenants.scope import tenant_scope

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 12
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="helpline-call")


async def call(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` in a thread; then send what it published. For work that opens its own scopes."""
    gathered: list[tuple[str, Event]] = []
    token = outbox.set(gathered)
    try:
        context = contextvars.copy_context()
    finally:
        outbox.reset(token)

    def run() -> R:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, context.run, run)
    finally:
        for group, event in gathered:
            await layer().group_send(group, event)


async def scoped_call(tenant: Tenant, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` in a thread inside ``tenant_scope(tenant)``, as one transaction."""

    def in_scope() -> R:
        with tenant_scope(tenant):
            return work(*args, **kwargs)

    return await call(in_scope)
