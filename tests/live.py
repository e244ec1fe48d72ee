"""Sockets to a web process of its own, over the wire: no test client in between."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tenants.models import Tenant
from tests.clients import Frame
from tests.stack import LiveStack
from tests.world import PATIENCE_SECONDS


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
