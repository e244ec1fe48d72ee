"""HTTP requests one after the other, so many at once, in the order in which they came.

Django gives each request a thread and, when it asks the database, a connection. When a line opens
and hundreds knock within a second, all of them would begin, most would wait for a connection until
they are turned away, and those who came first would not be served first. Here they wait outside,
which costs next to nothing, and everybody is answered in turn.

A request takes its turn with its body in hand, so that a slow sender holds up nobody; answers are
small enough for the server's buffer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]

# No form here is larger; Django's own limit is higher, and would be reached in a thread.
BODY_BYTES = 1024 * 1024
BODY_SECONDS = 20.0
_TOO_LARGE, _TOO_SLOW = 413, 408


class InTurn:
    """ASGI wrapper for an HTTP application."""

    def __init__(self, app: App, *, turns: int) -> None:
        self.app, self.turns = app, turns
        self._turn_of: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            await _refuse(send, _TOO_SLOW)
            return
        if body is None:
            await _refuse(send, _TOO_LARGE)
            return
        async with self._turn():
            await self.app(scope, _again(body, receive), send)

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if loop not in self._turn_of:
            self._turn_of = {old: one for old, one in self._turn_of.items() if not old.is_closed()}
            self._turn_of[loop] = asyncio.Semaphore(self.turns)
        return self._turn_of[loop]


async def _body(receive: Receive) -> list[Any] | None:
    """Return the messages that the body came in, or None where it is too large."""
    messages: list[Any] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > BODY_BYTES:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return messages


def _again(messages: list[Any], receive: Receive) -> Receive:
    """Give the application what has been received already, and then what comes."""
    waiting = iter(messages)

    async def next_message() -> Any:
        for message in waiting:
            return message
        return await receive()

    return next_message


async def _refuse(send: Any, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
