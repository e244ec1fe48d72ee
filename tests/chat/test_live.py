"""What takes a server of its own and real time: long silence, and a restart."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from uuid import uuid4

import pytest

from chat.calls import call
from tenants.models import Tenant
from tests import clients
from tests.clients import Frame
from tests.live import begin, closed, request, tab
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)

SILENCE_SECONDS = 65.0


async def test_a_silent_socket_lives_on_and_still_hears(
    live_stack: LiveStack, tenant: Tenant
) -> None:
    opened = await call(begin, live_stack, tenant)
    async with tab(live_stack, tenant) as socket:
        await request(socket, type="hello", protocol=1, secret=opened["secret"], after=0)
        silent_since = time.monotonic()
        heard: list[Frame] = []
        # Real time is what is tested; the queue may be told meanwhile, and nothing else.
        while (left := SILENCE_SECONDS - (time.monotonic() - silent_since)) > 0:
            try:
                async with asyncio.timeout(left):
                    heard.append(json.loads(await socket.recv()))
            except TimeoutError:
                break
        said = await request(socket, type="say", id=str(uuid4()), text="still here")
        # An event of another process, this one, comes over Valkey.
        async with clients.visitor(tenant, secret=opened["secret"]):
            code = await closed(socket)

    assert code == 4409
    assert {frame["type"] for frame in heard} <= {"queue"}
    assert (said["type"], said["seq"]) == ("said", 1)


async def test_a_server_that_restarts_says_so_and_the_talk_goes_on(
    live_stack: LiveStack, tenant: Tenant
) -> None:
    opened = await call(begin, live_stack, tenant)
    hello = {"type": "hello", "protocol": 1, "secret": opened["secret"]}
    async with tab(live_stack, tenant) as socket:
        await request(socket, **hello, after=0)
        said = await request(socket, type="say", id=str(uuid4()), text="before")
        ending = asyncio.get_running_loop().run_in_executor(None, live_stack.end, signal.SIGTERM)
        code = await closed(socket)
        await ending
    await call(live_stack.start)
    async with tab(live_stack, tenant) as socket:
        welcome = await request(socket, **hello, after=0)

    assert code == 1012
    assert [(m["seq"], m["text"]) for m in welcome["messages"]] == [(said["seq"], "before")]
