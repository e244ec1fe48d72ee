"""The lines over HTTP that live in this event loop, and the way to those that live in another process.

A line lives where it was opened. A client's requests reach any process behind the one address; one
that is not the line's own passes the request on, sealed (``handle``), and waits for the answer.
Nothing is stored about a line anywhere: a process that dies takes its lines with it, as it does its sockets.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Coroutine
from typing import Any

from msgspec.json import Decoder, encode
from msgspec.structs import replace

from chat.events import layer
from chat.fanout import Event
from chat.overhttp.asked import Asked, Hear
from chat.overhttp.handle import Handle, Unopened
from chat.overhttp.line import HEAR_SECONDS, Consumer, Line
from chat.stopping import stop
from tenants.errors import NotFound, Unavailable

# A poll costs no open file, so nothing else would end them.
MOST_LINES = 10_000
# What a process in good order needs, and a little more, to answer one that asks on a client's behalf.
ASK_SECONDS = 5.0

_ASKED: Decoder[Asked] = Decoder(Asked)


class Lines:
    """One per event loop, and ``runtime()`` has it."""

    def __init__(self) -> None:
        self._held: dict[bytes, Line] = {}
        # What was asked of which other process, by number.
        self._waiting: dict[int, tuple[str, asyncio.Future[bytes | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_reachable = False

    async def open(self, consumer: Consumer, scope: Any, *, at: str) -> Line | None:
        """Return a new line with ``consumer`` behind it, or None where that refuses it.

        Raises Unavailable where there are too many.
        """
        if len(self._held) >= MOST_LINES:
            raise Unavailable("too many lines here; try again")
        await self._be_reachable()
        line = Line(consumer, Handle.new(layer().here.process), at, self._forget)
        self._held[line.handle.name] = line
        self._spawn(line.run(scope))
        if await line.accepted:
            return line
        line.drop()
        return None

    async def ask(self, handle: Handle, asked: Asked, *, at: str) -> bytes:
        """Return the answer, as JSON, of the line that ``handle`` opens, wherever it lives.

        Raises NotFound where it opens nothing (any more) there, Unavailable where its
        process does not answer.
        """
        if handle.process.hex() != layer().here.process:
            return await self._ask_elsewhere(handle, asked, at)
        line = self._held.get(handle.name)
        if line is None or line.at != at or not _same(line.handle.key, handle.key):
            raise NotFound("no such line")
        return await _answered(line, asked)

    def close(self, code: int) -> None:
        """Close every line with ``code``."""
        for line in tuple(self._held.values()):
            line.close(code)

    async def stop(self) -> None:
        """Drop every line, and wait until it is noted, but not for long."""
        for line in tuple(self._held.values()):
            line.drop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ASK_SECONDS)
        await stop(*self._tasks)

    def _forget(self, line: Line) -> None:
        self._held.pop(line.handle.name, None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Between processes.

    async def _be_reachable(self) -> None:
        here = layer().here
        if not self._is_reachable:
            self._is_reachable = True
            layer().attach(_channel_of(here.process), self._hear)
            here.on_unheard = self._nobody_at
        await here.listening()

    async def _ask_elsewhere(self, handle: Handle, asked: Asked, at: str) -> bytes:
        await self._be_reachable()
        here, home = layer().here, handle.process.hex()
        number = secrets.randbits(64)
        if here.away:
            raise Unavailable("other processes cannot be reached; try again")
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = home, answer
        data = encode(replace(asked, line=""))
        sealed = handle.seal(data, way="ask", at=at, number=number)
        event = {"type": "ask", "line": handle.name, "at": at, "sealed": sealed}
        here.send(_channel_of(home), {**event, "number": number, "back": here.process})
        try:
            async with asyncio.timeout(ASK_SECONDS + HEAR_SECONDS * isinstance(asked, Hear)):
                said = await answer
        except TimeoutError:
            raise Unavailable("the line's process does not answer; try again") from None
        finally:
            del self._waiting[number]
        if said is None:
            raise NotFound("no such line")
        try:
            return handle.open(said, way="answer", at=at, number=number)
        except Unopened:
            raise Unavailable("the answer cannot be read; try again") from None

    def _nobody_at(self, process: str) -> None:
        """Nothing that is sent to ``process`` is heard: it is gone, or away."""
        for home, answer in self._waiting.values():
            if home == process and not answer.done():
                answer.set_exception(Unavailable("the line's process is away; try again"))

    def _hear(self, event: Event) -> None:
        if event["type"] == "ask":
            self._spawn(self._answer(event))
        elif event["number"] in self._waiting:
            _, answer = self._waiting[event["number"]]
            if not answer.done():
                answer.set_result(event["sealed"])

    async def _answer(self, event: Event) -> None:
        said = {"type": "answer", "number": event["number"], "sealed": None}
        line, place = self._held.get(event["line"]), (event["at"], event["number"])
        if line is not None and line.at == event["at"]:
            said["sealed"] = await _answered_sealed(line, event["sealed"], *place)
        layer().here.send(_channel_of(event["back"]), said)


async def _answered(line: Line, asked: Asked) -> bytes:
    return await line.hear(asked) if isinstance(asked, Hear) else encode(line.say(asked))


async def _answered_sealed(line: Line, sealed: bytes, at: str, number: int) -> bytes | None:
    handle = line.handle
    try:
        data = handle.open(sealed, way="ask", at=at, number=number)
    except Unopened:
        return None
    said = await _answered(line, _ASKED.decode(data))
    return handle.seal(said, way="answer", at=at, number=number)


def _same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


def _channel_of(process: str) -> str:
    return f"lines.{process}!here"
