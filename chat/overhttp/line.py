"""One line over HTTP: what stands behind a consumer in the place of a socket.

The consumer is the very one that serves the socket, and does not know the difference. What clients
send may come twice, late and in any order: it is numbered, and is taken once and in order. What the
consumer sends is kept until a stream has written it or a poll has said that it arrived.

A line whose client has not been heard for ``SILENT_SECONDS`` is lost, as a socket is that answers
no ping: the consumer is told that it has been disconnected.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from django.db import Error as DatabaseError
from psycopg_pool import PoolTimeout

from chat.overhttp.asked import Hear, Say
from chat.overhttp.handle import Handle
from tenants.errors import Unavailable

log = logging.getLogger("helpline.socket")

# Twice what a stream leaves between two pings, and a bit; the same that a socket has.
SILENT_SECONDS = 40.0
# A poll that hears nothing for so long is answered, so that no proxy takes it for dead.
HEAR_SECONDS = 20.0
# Requests that a page has sent while it was left come in after its stream has broken off.
LATE_SECONDS = 2.0
# What a client may be ahead of a gap, or of the consumer, before it is a flood: frames, and bytes.
AHEAD_LIMIT, AHEAD_BYTES = 300, 1024 * 1024
# As much of a frame as the consumer has to see to refuse it (protocol: 64 KiB).
FRAME_BYTES = 64 * 1024 + 1
# What waits for a client that does not fetch it. Beyond, the consumer waits, and lets it go.
GIVEN_LIMIT = 200
# As much as one answer to a poll brings, but for a single frame that is larger.
ANSWER_BYTES = 256 * 1024

FLOODING, LOST = 4429, 1006


class Consumer(Protocol):
    """What a line needs of a Channels consumer of ours."""

    def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> Awaitable[None]: ...

    def close(self, code: int) -> None: ...


class Line:
    """``at`` is where it was opened; ``on_gone`` is called when nothing can be asked any more."""

    def __init__(
        self, consumer: Consumer, handle: Handle, at: str, on_gone: Callable[[Line], None]
    ) -> None:
        self.handle, self.at = handle, at
        self._consumer = consumer
        # True once the consumer has taken the line, False where it has refused it.
        self.accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        # How many of the client's frames have been taken.
        self.taken = 0
        # The code with which the consumer has closed.
        self.code: int | None = None
        self.gone = False
        self._on_gone = on_gone
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._early: dict[int, str] = {}
        # How much of what the client has said has not reached the consumer.
        self._unread = 0
        self._given: deque[str] = deque()
        self._arrived = 0
        self._news, self._room = asyncio.Event(), asyncio.Event()
        # Set when the consumer has nothing left to do, its leave-taking included.
        self.over = asyncio.Event()
        self._heard_at = asyncio.get_running_loop().time()
        self._timer = asyncio.get_running_loop().call_later(SILENT_SECONDS, self._look)

    # The consumer's side.

    async def run(self, scope: Any) -> None:
        """Let the consumer serve this line to its end."""
        self._inbox.put_nowait({"type": "websocket.connect"})
        try:
            await self._consumer({**scope, "type": "websocket"}, self._receive, self._send)
        except (DatabaseError, PoolTimeout):
            log.exception("storage_failed")
            if not self.accepted.done():
                self.accepted.set_exception(Unavailable("storage is away; try again"))
        finally:
            if not self.accepted.done():
                self.accepted.set_result(False)
            if self.code is None:
                self.drop()
            self.over.set()

    async def _receive(self) -> dict[str, Any]:
        event = await self._inbox.get()
        self._unread -= len(event.get("text") or "")
        return event

    async def _send(self, event: Any) -> None:
        if event["type"] == "websocket.accept":
            self.accepted.set_result(True)
        elif event["type"] == "websocket.close":
            self.code = event.get("code", LOST)
            self._news.set()
            self._early.clear()
            # Long enough to be told so; nothing that is still said keeps it.
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(HEAR_SECONDS, self.drop)
            self._inbox.put_nowait({"type": "websocket.disconnect", "code": self.code})
        else:
            while len(self._given) >= GIVEN_LIMIT and not self.gone:
                self._room.clear()
                await self._room.wait()
            if self.gone:
                raise ConnectionResetError
            self._given.append(event["text"])
            self._news.set()

    # The client's side.

    def say(self, said: Say) -> dict[str, Any]:
        """Take the frames that are next; return how many have been taken in all."""
        if self.code is None and not self.gone:
            self._take(said)
        if said.bye:
            self.drop()
        return {"taken": self.taken}

    def _take(self, said: Say) -> None:
        self._touch()
        for number, frame in enumerate(said.frames, said.start):
            if self.taken < number <= self.taken + AHEAD_LIMIT and number not in self._early:
                text = bytes(frame)[:FRAME_BYTES].decode(errors="replace")
                self._early[number] = text
                self._unread += len(text)
        while (following := self._early.pop(self.taken + 1, None)) is not None:
            self.taken += 1
            self._inbox.put_nowait({"type": "websocket.receive", "text": following})
        if self._inbox.qsize() > AHEAD_LIMIT or self._unread > AHEAD_BYTES:
            self.close(FLOODING)

    async def hear(self, asked: Hear) -> bytes:
        """Return what has come after the first ``after`` frames, once there is something."""
        self._touch()
        self._forget_through(asked.after)
        await self.news(HEAR_SECONDS)
        frames: list[str] = []
        size = 0
        for text in self._given:
            size += len(text)
            if frames and size > ANSWER_BYTES:
                break
            frames.append(text)
        told = self.code if len(frames) == len(self._given) else None
        closed = "null" if told is None else told
        last = self._arrived + len(frames)
        return f'{{"frames":[{",".join(frames)}],"last":{last},"closed":{closed}}}'.encode()

    async def news(self, seconds: float) -> bool:
        """Wait until there is something to tell, or the line is over; False if nothing comes."""
        try:
            async with asyncio.timeout(seconds):
                while not (self.has_news or self.code is not None or self.gone):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    @property
    def has_news(self) -> bool:
        """Say whether there are frames that the client has not been given."""
        return bool(self._given)

    def fetch(self) -> list[str]:
        """Return what there is to tell, for a stream that writes it at once."""
        frames = list(self._given)
        self._forget_through(self._arrived + len(frames))
        return frames

    def _forget_through(self, last: int) -> None:
        while self._given and self._arrived < last:
            self._given.popleft()
            self._arrived += 1
        self._room.set()

    # The end.

    def close(self, code: int) -> None:
        """Let the consumer close the line: the client is told ``code``."""
        self._consumer.close(code)

    def drop(self) -> None:
        """The client is gone: tell the consumer, after what the client has said."""
        if self.gone:
            return
        self.gone = True
        self._timer.cancel()
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": LOST})
        self._news.set()
        self._room.set()
        self._on_gone(self)

    def drop_soon(self) -> None:
        """The same, after what may still be on its way."""
        if self.gone:
            return
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LATE_SECONDS, self.drop)

    def _touch(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        due = self._heard_at + SILENT_SECONDS
        if due <= loop.time():
            self.drop()
        else:
            self._timer = loop.call_at(due, self._look)
