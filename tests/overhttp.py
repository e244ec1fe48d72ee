"""A visitor's line over HTTP, for the clients of ``tests/clients.py``: in process, or at processes
of their own.

It has the few methods of Channels' communicator that a ``Wire`` calls. ``Streamed`` hears in one
answer that goes on, ``Polled`` asks again and again; what they say is numbered as the contract asks.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing, suppress
from itertools import chain, cycle
from typing import Any, ClassVar, Protocol

import h11
from asgiref.testing import ApplicationCommunicator
from channels.testing import HttpCommunicator

from tests.web import Header, application, ask

JSON = (b"content-type", b"application/json")


class Door(Protocol):
    """How requests reach the application."""

    async def post(self, path: str, said: object) -> tuple[int, bytes]: ...
    def stream(self, path: str, said: object) -> AsyncGenerator[bytes, None]: ...


class Near:
    """The application in this process."""

    def __init__(self, headers: Iterable[Header]) -> None:
        self.headers = list(headers)

    async def post(self, path: str, said: object) -> tuple[int, bytes]:
        host = next(value for name, value in self.headers if name == b"host").decode()
        more = [(name, value) for name, value in self.headers if name != b"host"]
        body = json.dumps(said).encode()
        answer = await ask("POST", host, path, body=body, headers=[JSON, *more])
        return answer.status, answer.body

    async def stream(self, path: str, said: object) -> AsyncGenerator[bytes, None]:
        body = json.dumps(said).encode()
        asked: ApplicationCommunicator = HttpCommunicator(
            application(), "POST", path, body, [JSON, *self.headers]
        )
        await asked.send_input({"type": "http.request", "body": body})  # type: ignore[no-untyped-call]  # asgiref's
        try:
            start = await asked.output_queue.get()
            assert start["status"] == 200, start
            more = True
            while more:
                part = await asked.output_queue.get()
                more = part.get("more_body", False)
                yield part["body"]
        finally:
            if not asked.future.done():
                await asked.send_input({"type": "http.disconnect"})  # type: ignore[no-untyped-call]  # the same
            await asked.future


class Far:
    """Processes behind one address: the first request goes to the first, later ones to the others
    in turn (or to the same one where it stands alone)."""

    def __init__(self, headers: Iterable[Header], ports: Sequence[int]) -> None:
        self.headers = list(headers)
        first, *others = ports
        self.ports = chain([first], cycle(others or [first]))

    async def post(self, path: str, said: object) -> tuple[int, bytes]:
        body = b""
        async for part in self._ask(path, said):
            body += part
        return self.status, body

    def stream(self, path: str, said: object) -> AsyncGenerator[bytes, None]:
        return self._ask(path, said)

    async def _ask(self, path: str, said: object) -> AsyncGenerator[bytes, None]:
        body = json.dumps(said).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", next(self.ports))
        http = h11.Connection(h11.CLIENT)
        length = (b"content-length", str(len(body)).encode())
        headers = [JSON, length, (b"connection", b"close"), *self.headers]
        request = h11.Request(method="POST", target=path, headers=headers)
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(http.send(event) or b"")
        try:
            while not isinstance(heard := http.next_event(), h11.EndOfMessage):
                if heard is h11.NEED_DATA:
                    http.receive_data(await reader.read(64 * 1024))
                elif isinstance(heard, h11.Response):
                    self.status = heard.status_code
                elif isinstance(heard, h11.Data):
                    yield bytes(heard.data)
        finally:
            writer.transport.abort()


class OverHttp:
    """One line: ``connect``, ``send_input``, ``output_queue`` and ``disconnect``, as of a socket."""

    how: ClassVar[str]
    future: asyncio.Task[None]

    def __init__(self, headers: Iterable[Header], *, door: Door | None = None) -> None:
        self.door = door or Near(headers)
        self.line, self.number = "", 0
        self.output_queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        # One for each sign of life that the server has had.
        self.beats: asyncio.Queue[None] = asyncio.Queue()

    async def connect(self, timeout: float) -> tuple[bool, int | None]:  # noqa: ASYNC109  # Channels' name
        """Open the line; say whether the application did."""
        opened = asyncio.get_running_loop().create_future()
        self.future = asyncio.get_running_loop().create_task(self._until_dropped(opened))
        async with asyncio.timeout(timeout):
            await asyncio.wait([opened, self.future], return_when=asyncio.FIRST_COMPLETED)
        return opened.done(), None

    async def send_input(self, event: dict[str, Any]) -> None:
        """Send one frame; what a line that is gone does not carry is lost, as on a socket."""
        self.number += 1
        await self.say(self.number, [json.loads(event["text"])])

    async def say(self, start: int, frames: Sequence[object], **more: object) -> tuple[int, Any]:
        """POST frames, the first of which has the number ``start``."""
        said = {"line": self.line, "from": start, "frames": frames, **more}
        status, body = await self.door.post("/line/say", said)
        return status, json.loads(body)

    async def disconnect(self, code: int, timeout: float) -> None:  # noqa: ASYNC109  # the same
        """Be gone."""
        self.future.cancel()
        async with asyncio.timeout(timeout):
            await self.future

    async def _until_dropped(self, opened: asyncio.Future[None]) -> None:
        with suppress(asyncio.CancelledError):
            try:
                await self._live(opened)
            except (OSError, h11.RemoteProtocolError):
                self.closed(1006)

    def take(self, frame: object) -> None:
        self.output_queue.put_nowait({"type": "websocket.send", "text": json.dumps(frame)})

    def closed(self, code: int) -> None:
        self.output_queue.put_nowait({"type": "websocket.close", "code": code})

    async def _live(self, opened: asyncio.Future[None]) -> None:
        raise NotImplementedError


class Streamed(OverHttp):
    how = "stream"

    async def _live(self, opened: asyncio.Future[None]) -> None:
        async with aclosing(self.door.stream("/line", {"hear": self.how})) as parts:
            async for kind, said in events(parts):
                if kind == "line":
                    self.line = said["line"]
                    opened.set_result(None)
                elif kind == "ping":
                    await self.say(self.number + 1, [])
                    self.beats.put_nowait(None)
                elif kind == "close":
                    self.closed(said["code"])
                else:
                    self.take(said)


async def events(parts: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Any]]:
    """Read server-sent events: the name of each (empty for a frame) and its data."""
    text = b""
    async for part in parts:
        *whole, text = (text + part).split(b"\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            yield fields.get("event", ""), json.loads(fields["data"])


class Polled(OverHttp):
    how = "poll"

    async def _live(self, opened: asyncio.Future[None]) -> None:
        status, body = await self.door.post("/line", {"hear": self.how})
        if status != 200:
            return
        self.line = json.loads(body)["line"]
        opened.set_result(None)
        try:
            await self._hear_on()
        finally:
            # A page that goes hangs up.
            await self.say(self.number + 1, [], bye=True)

    async def _hear_on(self) -> None:
        last, code = 0, None
        while code is None:
            status, body = await self.door.post("/line/hear", {"line": self.line, "after": last})
            heard = json.loads(body)
            if status != 200:
                return
            self.beats.put_nowait(None)
            for frame in heard["frames"]:
                self.take(frame)
            last, code = heard["last"], heard["closed"]
        self.closed(code)
