"""Clients of the real application, in process.

A test that is ``django_db(transaction=True)`` opens a visitor's tab or a member's desk, speaks in
whole frames and reads whole frames:

    async with visitor(tenant) as tab, desk(tenant) as member:
        await member.ready()
        assigned = await member.take_next()
        said = await tab.say("hello")
        assert await member.next() == {...}

Everything goes through ``helpline.asgi.application``: the talk is started by its POST, the member
signs in at the desk's own door. ``tests/chat/conftest.py`` gives the fixtures and, after each
test, closes what runs in its event loop.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from channels.testing import WebsocketCommunicator

from chat.calls import call
from tenants.models import Role, Tenant
from tests.far import FarSocket
from tests.overhttp import OverHttp
from tests.web import (
    Answer,
    Header,
    application,
    ask,
    host_of,
    origin_at,
    post,
    seat_of,
    sign_in,
    start,
)
from tests.world import (
    PATIENCE_SECONDS,
    address_of,
    hire,
    move_clock,
    moved_clock,
    open_tenants,
    until,
)

__all__ = [
    "Answer",
    "Desk",
    "Frame",
    "Header",
    "Talk",
    "Visitor",
    "Wire",
    "application",
    "ask",
    "desk",
    "headers_at",
    "hire",
    "host_of",
    "move_clock",
    "moved_clock",
    "open_tenants",
    "origin_at",
    "post",
    "seat_of",
    "sign_in",
    "start",
    "talk",
    "until",
    "visitor",
]

Frame = dict[str, Any]
Communicator = WebsocketCommunicator | FarSocket | OverHttp

# Comes when it comes, to everybody who looks at the queue; `next` passes over it.
BY_THE_WAY = frozenset({"waiting", "queue", "colleagues"})


class Wire:
    """One socket at the application's door.

    ``next`` gives the next frame that is not ``BY_THE_WAY``; ``request`` sends a frame and gives
    the one that answers it, and leaves what came before that answer to ``next``.
    """

    path: ClassVar[str]

    def __init__(self, headers: list[Header], *, communicator: Communicator | None = None) -> None:
        """In process, or by ``communicator`` at a process of its own."""
        self.headers = headers
        self.communicator: Communicator = communicator or self.connected()
        self._aside: deque[Frame] = deque()
        self.is_closed = False

    def connected(self) -> Communicator:
        """What leads to the application in this process."""
        return WebsocketCommunicator(application(), self.path, self.headers)

    async def open(self) -> bool:
        """Shake hands; say whether the application did."""
        accepted, _ = await self.communicator.connect(PATIENCE_SECONDS)
        return bool(accepted)

    async def send(self, frame: object) -> None:
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "bytes": data})

    async def next(self) -> Frame:
        """Return the next frame. Fails if the socket is closed or nothing comes."""
        return await self._first(lambda frame: frame["type"] not in BY_THE_WAY)

    async def receive(self, kind: str) -> Frame:
        """Return the next frame of one type, and pass over all others."""
        return await self._first(lambda frame: frame["type"] == kind)

    async def request(self, frame: Frame) -> Frame:
        """Send ``frame`` and return its answer, without the ``ref`` that names it."""
        ref = uuid4().hex
        await self.send({**frame, "ref": ref})
        aside: list[Frame] = []
        async with self._patience():
            while (answer := await self._frame()).get("ref") != ref:
                aside.append(answer)
        self._aside.extend(aside)
        return {name: value for name, value in answer.items() if name != "ref"}

    async def nothing_more(self) -> None:
        """Fail if anything but ``BY_THE_WAY`` has come."""
        refused = await self.request({"type": "nothing of this name"})
        assert refused["code"] == "invalid"
        left = [frame for frame in self._aside if frame["type"] not in BY_THE_WAY]
        assert left == []

    async def closed(self) -> int:
        """Return the code that the application closes with; frames before it are passed over."""
        async with self._patience():
            event = await self.communicator.output_queue.get()
            while event["type"] != "websocket.close":
                event = await self.communicator.output_queue.get()
        self.is_closed = True
        return int(event["code"])

    async def drop(self) -> None:
        """Lose the line, as a telephone in a tunnel does."""
        if self.communicator.future.done():
            self.communicator.future.result()
            return
        await self.communicator.disconnect(1006, PATIENCE_SECONDS)

    async def _first(self, wanted: Callable[[Frame], bool]) -> Frame:
        while self._aside:
            if wanted(frame := self._aside.popleft()):
                return frame
        async with self._patience():
            while not wanted(frame := await self._frame()):
                pass
        return frame

    async def _frame(self) -> Frame:
        event = await self.communicator.output_queue.get()
        assert event["type"] == "websocket.send", f"closed with {event.get('code')}"
        frame: Frame = json.loads(event["text"])
        return frame

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Give up when what is waited for has not come, and say why if the application fell."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                yield
        except TimeoutError:
            if self.communicator.future.done():
                self.communicator.future.result()
            raise AssertionError("it did not come") from None


class Visitor(Wire):
    """A visitor's tab: ``conversation`` and ``secret`` of its talk, ``welcome`` once greeted."""

    path: ClassVar[str] = "/ws/visitor"
    # How tabs are connected where WebSocket is blocked: Streamed or Polled (tests/overhttp.py).
    over_http: ClassVar[type[OverHttp] | None] = None

    def __init__(
        self,
        headers: list[Header],
        *,
        conversation: str = "",
        secret: str = "",
        communicator: Communicator | None = None,
    ) -> None:
        super().__init__(headers, communicator=communicator)
        self.conversation, self.secret = conversation, secret
        self.welcome: Frame = {}

    def connected(self) -> Communicator:
        return self.over_http(self.headers) if self.over_http else super().connected()

    async def hello(self, *, after: int = 0) -> Frame:
        frame = {"type": "hello", "protocol": 1, "secret": self.secret, "after": after}
        self.welcome = await self.request(frame)
        return self.welcome

    async def say(self, text: str, *, id: str | None = None) -> Frame:  # noqa: A002  # its name there
        return await self.request({"type": "say", "id": id or str(uuid4()), "text": text})

    async def leave(self) -> Frame:
        return await self.request({"type": "leave"})

    async def erase(self) -> Frame:
        return await self.request({"type": "erase"})


class Desk(Wire):
    """A window of a member's desk, ``welcome`` once greeted."""

    path: ClassVar[str] = "/ws/desk"

    def __init__(self, headers: list[Header], *, communicator: Communicator | None = None) -> None:
        super().__init__(headers, communicator=communicator)
        self.welcome: Frame = {}

    async def hello(self) -> Frame:
        self.welcome = await self.request({"type": "hello", "protocol": 1})
        return self.welcome

    async def ready(self, *, value: bool = True) -> Frame:
        return await self.request({"type": "ready", "value": value})

    async def take_next(self) -> Frame:
        return await self.request({"type": "next"})

    async def claim(self, conversation: str) -> Frame:
        return await self.request({"type": "claim", "conversation": conversation})

    async def open_talk(self, conversation: str, **said: object) -> Frame:
        return await self.request({"type": "open", "conversation": conversation, **said})

    async def say(
        self,
        conversation: str,
        text: str,
        *,
        id: str | None = None,  # noqa: A002  # its name there
    ) -> Frame:
        frame = {"type": "say", "conversation": conversation, "text": text}
        return await self.request({**frame, "id": id or str(uuid4())})

    async def close_talk(self, conversation: str) -> Frame:
        return await self.request({"type": "close", "conversation": conversation})


def headers_at(host: str, *, cookie: str = "", origin: str | None = None) -> list[Header]:
    """Return the headers of a page of ``host`` that opens a socket there."""
    headers = [(b"host", host.encode("latin-1"))]
    headers.append((b"origin", (origin_at(host) if origin is None else origin).encode("latin-1")))
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    return headers


@asynccontextmanager
async def visitor(
    tenant: Tenant,
    *,
    secret: str = "",
    after: int = 0,
    greet: bool = True,
    said: dict[str, str | bool] | None = None,
) -> AsyncIterator[Visitor]:
    """A visitor's tab in a new talk (started with ``said``), or back in that of ``secret``."""
    conversation = ""
    if not secret:
        answer = await start(tenant, **(said or {}))
        assert answer.status == 201, answer.body
        opened = answer.json()
        conversation, secret = opened["conversation"], opened["secret"]
    tab = Visitor(headers_at(host_of(tenant)), conversation=conversation, secret=secret)
    assert await tab.open()
    try:
        if greet:
            tab.conversation = (await tab.hello(after=after))["conversation"]
        yield tab
    finally:
        await tab.drop()


@asynccontextmanager
async def desk(
    tenant: Tenant,
    role: str = Role.COUNSELLOR,
    number: int = 1,
    *,
    cookie: str = "",
    greet: bool = True,
) -> AsyncIterator[Desk]:
    """A window at the desk of the ``number``-th member of a role, who signs in unless they have."""
    if not cookie:
        member = await call(hire, tenant, role, number)
        cookie = await call(seat_of, member)
        cookie = cookie or await sign_in(tenant, address_of(tenant, role, number)) or ""
        assert cookie
    window = Desk(headers_at(host_of(tenant, "desk"), cookie=cookie))
    assert await window.open()
    try:
        if greet:
            await window.hello()
        yield window
    finally:
        await window.drop()


@dataclass(frozen=True)
class Talk:
    """A visitor and a counsellor who has taken them; the visitor has read so."""

    conversation: str
    visitor: Visitor
    desk: Desk


@asynccontextmanager
async def talk(tenant: Tenant, *, number: int = 1) -> AsyncIterator[Talk]:
    """A talk that a counsellor has just taken."""
    async with visitor(tenant) as tab, desk(tenant, number=number) as window:
        await window.ready()
        assigned = await window.claim(tab.conversation)
        assert assigned["type"] == "assigned", assigned
        assert (await tab.next())["type"] == "state"
        yield Talk(tab.conversation, tab, window)
