"""A WebSocket client that costs little: framing by hand, and a mask of zeros.

The server unmasks what it gets as it would any other mask; the client is spared the work.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from typing import Any, cast

import orjson

Hear = Callable[[bytes], None]
ANSWER_SECONDS = 60.0
_TEXT, _CLOSE, _PING = 1, 8, 9


class Lost(Exception):
    """The server has closed the line, or never opened it."""


class Line(asyncio.Protocol):
    """One socket. ``heard`` is called with each text frame."""

    transport: asyncio.Transport

    def __init__(self, request: bytes) -> None:
        self.heard: Hear = lambda frame: None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.open = False
        self.lost: str | None = None
        self.when_lost: Callable[[], None] = lambda: None
        self._request = request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not asyncio.Transport in name.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def connection_lost(self, problem: Exception | None) -> None:
        self._lose("the connection is gone")

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        if not self.open:
            data = self._shaken(data)
        position, size = 0, len(data) if self.open else 0
        while size - position >= 2:
            kind, length, start = data[position] & 15, data[position + 1], position + 2
            if length == 126:
                length, start = int.from_bytes(data[start : start + 2]), start + 2
            elif length == 127:
                length, start = int.from_bytes(data[start : start + 8]), start + 8
            end = start + length
            if start > size or end > size:
                break
            if kind == _TEXT:
                self.heard(data[start:end])
            else:
                self._control(kind, data[start:end])
            position = end
        self._rest = data[position:]

    def say(self, text: bytes, kind: int = _TEXT) -> None:
        size = len(text)
        if size < 126:
            head = bytes((0x80 | kind, 0x80 | size, 0, 0, 0, 0))
        else:
            head = bytes((0x80 | kind, 0xFE, size >> 8, size & 255, 0, 0, 0, 0))
        self.transport.write(head + text)

    async def ask(self, frame: dict[str, Any], *kinds: str) -> dict[str, Any]:
        """Say ``frame`` and return the first answer of one of ``kinds``, or an error."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def hear(raw: bytes) -> None:
            said = orjson.loads(raw)
            if said["type"] in (*kinds, "error") and not answer.done():
                answer.set_result(said)

        def lose() -> None:
            if not answer.done():
                answer.set_exception(Lost(self.lost))

        before = self.heard, self.when_lost
        self.heard, self.when_lost = hear, lose
        try:
            if self.lost:
                raise Lost(self.lost)
            self.say(orjson.dumps(frame))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        finally:
            self.heard, self.when_lost = before

    def drop(self) -> None:
        """Be gone, as a telephone in a tunnel."""
        self.transport.abort()

    def _shaken(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return data
        if head[9:12] != b"101":
            self._lose(head[9:12].decode())
            self.transport.abort()
            return b""
        self.open = True
        self.opened.set_result(None)
        return rest

    def _control(self, kind: int, data: bytes) -> None:
        if kind == _PING:
            self.say(data, kind=10)
        elif kind == _CLOSE:
            self._lose(str(int.from_bytes(data[:2])))
            self.transport.close()

    def _lose(self, why: str) -> None:
        if self.lost is not None:
            return
        self.lost = why
        if not self.opened.done():
            self.opened.set_exception(Lost(why))
        self.when_lost()


async def open_line(port: int, path: str, host: str, cookie: str = "") -> Line:
    """Open a socket at ``host`` on ``port``. Raises Lost or OSError."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: http://{host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(lambda: Line(request), "127.0.0.1", port)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await line.opened
    except TimeoutError:
        line.drop()
        raise
    return line
