"""A socket at a web process of its own, for the clients of ``tests/clients.py``.

It has the few methods of Channels' communicator that a ``Wire`` calls, and goes over loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

Header = tuple[bytes, bytes]


class FarSocket:
    """One socket at ``port`` of this machine; the headers say which host is asked."""

    future: asyncio.Task[None]

    def __init__(self, port: int, path: str, headers: Iterable[Header]) -> None:
        self.port, self.path = port, path
        self._headers = {name.decode(): value.decode("latin-1") for name, value in headers}
        self._socket: ClientConnection | None = None
        self.output_queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def connect(self, timeout: float) -> tuple[bool, int | None]:  # noqa: ASYNC109  # Channels' name
        """Shake hands. Raises OSError where no process answers."""
        left = {name: value for name, value in self._headers.items() if name == "cookie"}
        async with asyncio.timeout(timeout):
            self._socket = await connect(
                f"ws://{self._headers['host']}{self.path}",
                host="127.0.0.1",
                port=self.port,
                origin=Origin(self._headers["origin"]),
                additional_headers=left,
                ping_interval=None,
                proxy=None,
            )
        self.future = asyncio.get_running_loop().create_task(self._pump(self._socket))
        return True, None

    async def send_input(self, event: dict[str, Any]) -> None:
        """Send; what a line that is gone does not carry is lost, as it is for a browser."""
        assert self._socket is not None
        with suppress(ConnectionClosed):
            await self._socket.send(event["text"] if "text" in event else event["bytes"])

    async def disconnect(self, code: int, timeout: float) -> None:  # noqa: ASYNC109  # the same
        """Cut the line, without a goodbye."""
        assert self._socket is not None
        self._socket.transport.abort()
        async with asyncio.timeout(timeout):
            await self.future

    async def _pump(self, socket: ClientConnection) -> None:
        try:
            while True:
                self.output_queue.put_nowait(
                    {"type": "websocket.send", "text": await socket.recv(decode=True)}
                )
        except ConnectionClosed as problem:
            code = problem.rcvd.code if problem.rcvd else 1006
            self.output_queue.put_nowait({"type": "websocket.close", "code": code})
