"""One web process holds as many as a large line may have waiting, begun as a shell would begin it."""

from __future__ import annotations

import asyncio
import resource
import signal
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection

from chat.calls import call
from chat.conversations import open_conversation
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.live import request, tab
from tests.stack import LiveStack
from tests.world import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

MANY, AT_ONCE = 2_000, 50
# What a shell gives its programs where nobody has said otherwise.
USUAL_FILES = 1_024


def secrets_of_many(tenant: Tenant) -> list[str]:
    """Let as many visitors begin; return what opens their talks."""
    Tenant.objects.filter(pk=tenant.pk).update(queue_cap=MANY)
    tenant.refresh_from_db()
    with tenant_scope(tenant):
        return [open_conversation(tenant).secret.reveal() for _ in range(MANY)]


def start_with_few_files(stack: LiveStack) -> None:
    """Start the server as a shell would; this process needs a file for each socket itself."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_FILES, hard))
    try:
        stack.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def test_one_process_holds_two_thousand_who_wait(
    live_stack: LiveStack, tenant: Tenant
) -> None:
    secrets = await call(secrets_of_many, tenant)
    await call(live_stack.end, signal.SIGTERM)
    await call(start_with_few_files, live_stack)
    few = asyncio.Semaphore(AT_ONCE)

    async def greeted(stack: AsyncExitStack, secret: str) -> ClientConnection:
        async with few:
            socket = await stack.enter_async_context(tab(live_stack, tenant))
            welcome = await request(socket, type="hello", protocol=1, secret=secret, after=0)
            assert welcome["state"] == "waiting"
            return socket

    async with AsyncExitStack() as stack:
        sockets = await asyncio.gather(*(greeted(stack, secret) for secret in secrets))
        async with asyncio.timeout(PATIENCE_SECONDS):
            for pong in [await socket.ping() for socket in sockets]:
                await pong
        ends = [
            await request(sockets[place], type="say", id=str(uuid4()), text="still here")
            for place in (0, MANY // 2, -1)
        ]

    assert len(sockets) == MANY
    assert [said["seq"] for said in ends] == [1, 1, 1]
