"""The line between one browser and the server, that a test can really cut.

Chromium's own "offline" leaves open sockets open. A context that goes through a cable (a SOCKS5
proxy of the test's own) loses them as a telephone does: at once, or without a word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import ProxySettings

_HEAD_ENDS = b"\r\n\r\n"
_CHUNK = 64 * 1024
# "No authentication"; "connected, to an address that does not matter".
_GREETED = b"\x05\x00"
_CONNECTED = b"\x05\x00\x00\x01" + bytes(6)


class Cable:
    """Every connection made through it goes to the one port, whatever name it asks for."""

    # What a client hears once it is through.
    connected = _CONNECTED

    def __init__(self, port: int) -> None:
        # The first line of each request that a proxy has seen; a plain cable sees nothing.
        self.asked: list[str] = []
        self._port = port
        self._server: asyncio.Server | None = None
        self._whole = True
        self._down = asyncio.Event()
        self._up = asyncio.Event()
        self._down.set()
        self._up.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def proxy(self) -> ProxySettings:
        """What ``browser.new_context`` takes; names of localhost go through it too."""
        return {"server": f"socks5://127.0.0.1:{self.port}", "bypass": "<-loopback>"}

    @property
    def port(self) -> int:
        """Where it begins."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break every connection, and let no new one through."""
        self._whole = False
        for end in self._ends:
            end.transport.abort()

    def hush_server(self) -> None:
        """What the server says does not arrive any more; what is said to it does."""
        self._down.clear()

    def go_dead(self) -> None:
        """Nothing arrives on either side, and neither is told."""
        self._up.clear()
        self._down.clear()

    def mend(self) -> None:
        """Carry again: what was cut stays cut, and what went dead is broken off."""
        self.cut()
        self._up.set()
        self._down.set()
        self._whole = True

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", 0)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.mend()
        await asyncio.gather(*self._carrying)

    async def _taken(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        self._ends.add(back)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._connect(near, back)
        finally:
            back.transport.abort()
            self._ends.discard(back)
            self._carrying.discard(task)

    async def greet(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Let the client say where it wants to go; it goes to the one port."""
        methods = (await near.readexactly(2))[1]
        await near.readexactly(methods)
        back.write(_GREETED)
        kind = (await near.readexactly(4))[3]
        length = (await near.readexactly(1))[0] if kind == 3 else {1: 4, 4: 16}[kind]
        await near.readexactly(length + 2)

    async def _connect(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await self.greet(near, back)
        if not self._whole:
            return
        far, there = await asyncio.open_connection("127.0.0.1", self._port)
        back.write(self.connected)
        self._ends.add(there)
        try:
            ways = [self.carry_up(near, there, back), self.carry_down(far, back)]
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            there.transport.abort()
            self._ends.discard(there)

    async def carry_up(
        self,
        near: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        """Carry what the client says; ``back`` leads to the client."""
        await self._carry(near, there, self._up)

    async def carry_down(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry what the server says."""
        await self._carry(far, back, self._down)

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, open_: asyncio.Event
    ) -> None:
        while data := await source.read(_CHUNK):
            if not open_.is_set():
                await open_.wait()
                return
            target.write(data)
            await target.drain()


class Plain(Cable):
    """A cable for clients that know no proxies: they connect to ``cable.port``."""

    connected = b""

    async def greet(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Nothing is said before what goes through."""


class Strict(Cable):
    """A proxy as schools and hospitals have them: it drops whatever asks to become a WebSocket."""

    async def carry_up(
        self,
        near: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        """Look at the head of each request before it goes on."""
        while head := await near.readuntil(_HEAD_ENDS):
            first, *headers = head.decode("latin-1").lower().split("\r\n")
            self.asked.append(first.partition(" http/")[0])
            if "upgrade: websocket" in headers:
                return
            length = next((one for one in headers if one.startswith("content-length:")), ":0")
            there.write(head + await near.readexactly(int(length.partition(":")[2])))
            await there.drain()


class Buffering(Strict):
    """One that also looks at an answer before it hands it on, and so needs the whole of it."""

    async def carry_down(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Hand on one whole answer after the other."""
        while head := await far.readuntil(_HEAD_ENDS):
            back.write(head + await _rest_of(far, head.decode("latin-1").lower()))
            await back.drain()


async def _rest_of(far: asyncio.StreamReader, head: str) -> bytes:
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    if headers.get("transfer-encoding") != "chunked":
        return await far.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while not body.endswith(b"\r\n0\r\n\r\n") and body != b"0\r\n\r\n":
        body += await far.readuntil(b"\r\n")
    return body


@asynccontextmanager
async def cable_to(port: int, kind: type[Cable] = Cable) -> AsyncIterator[Cable]:
    """A whole cable to ``port``, gone afterwards."""
    cable = kind(port)
    await cable.open()
    try:
        yield cable
    finally:
        await cable.close()
