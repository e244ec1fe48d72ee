"""What takes a server of its own and real time: long silence, and a restart."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import time
import urllib.request
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from chat.calls import call
from chat.conversations import open_conversation
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests import clients
from tests.clients import Frame
from tests.stack import LiveStack
from tests.world import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

SILENCE_SECONDS = 65.0
MANY, AT_ONCE = 2_000, 50
# What a shell gives its programs where nobody has said otherwise.
USUAL_FILES = 1_024


def begin(stack: LiveStack, tenant: Tenant) -> Frame:
    """Start a talk over HTTP; blocks."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.port}/api/conversations",
        data=b"{}",
        headers={"Host": f"{tenant.slug}.{stack.base}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  # our own server
        opened: Frame = json.load(answer)
    return opened


def tab(stack: LiveStack, tenant: Tenant) -> connect:
    """Open a visitor's socket that sends no pings of its own."""
    return connect(
        f"ws://{tenant.slug}.{stack.base}/ws/visitor",
        host="127.0.0.1",
        port=stack.port,
        origin=Origin(f"http://{tenant.slug}.{stack.base}"),
        ping_interval=None,
    )


async def request(socket: ClientConnection, **frame: Any) -> Frame:
    ref = uuid4().hex
    await socket.send(json.dumps({**frame, "ref": ref}))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := json.loads(await socket.recv())).get("ref") != ref:
            pass
    return {name: value for name, value in answer.items() if name != "ref"}


async def closed(socket: ClientConnection) -> int | None:
    """Return the code that the server closes with."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as problem:
            return problem.rcvd.code if problem.rcvd else None


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
