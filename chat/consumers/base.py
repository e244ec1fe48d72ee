"""What both sockets share: the door, the frames, the way out.

The consumers are Channels consumers with three shortcuts, each measured (docs/adr/0004): they read
one frame after another without a task for each; they skip the thread hop that Channels makes
before every event to look after connections that these consumers do not use; and what fans out
to them is handed to ``deliver`` directly instead of through a queue.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, get_args
from uuid import UUID, uuid4

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import Error as DatabaseError
from msgspec.json import Decoder, encode
from psycopg_pool import PoolTimeout

from chat.events import layer
from chat.fanout import Event
from chat.frames import DeskHello, NotAFrame, Refused, VisitorHello, read_frame
from chat.frames import Frame as ReadFrame
from chat.outgoing import send_soon
from chat.runtime import runtime
from tenants.errors import HelplineError, Invalid, NotAllowed, Unavailable
from tenants.hosts import Place, Side, origin_of
from tenants.models import Tenant
from tenants.permissions import NOBODY, permission_of

log = logging.getLogger("helpline.socket")

Frame = dict[str, Any]

BAD_FRAME, NOT_LET_IN, WRONG_ORIGIN = 4400, 4401, 4403
NO_HELLO, REPLACED, LOCKED, FLOODING, RESTARTING = 4408, 4409, 4423, 4429, 1012
HELLO_SECONDS = 10
HELLOS = (VisitorHello, DeskHello)
# A client that does not read is let go; it comes back and asks for what it missed.
UNSENT_LIMIT = 2_000
# Frames of any kind; what a person's client sends in a second is far below.
FRAMES_PER_SECOND, FRAMES_BURST = 100.0, 300


class Bucket:
    """So many at once, and then so many a second."""

    __slots__ = ("_at", "_left", "burst", "per_second")

    def __init__(self, burst: float, per_second: float) -> None:
        self.burst, self.per_second = burst, per_second
        self._left, self._at = float(burst), time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self.burst, self._left + (now - self._at) * self.per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Socket(AsyncConsumer):
    """One socket. A subclass names its side, its frames and what it does with each."""

    side: ClassVar[Side]
    decoder: ClassVar[Decoder[Any]]
    # The union of what `decoder` reads, and what is done about each: the methods do_<type>. Each
    # declares the roles whose frame it is; one that declares nothing is nobody's.
    speaks: ClassVar[Any]
    does: ClassVar[dict[type, Callable[[Any, Any, str | None], Awaitable[None] | None]]]
    whose: ClassVar[dict[type, frozenset[str]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hasattr(cls, "speaks"):
            kinds = get_args(cls.speaks)
            cls.does = {k: getattr(cls, f"do_{k.__struct_config__.tag}") for k in kinds}
            declared = {k: permission_of(handler) or NOBODY for k, handler in cls.does.items()}
            cls.whose = {k: permission.roles for k, permission in declared.items()}

    tenant: Tenant
    # Where fan-out reaches this socket.
    channel: str

    def __init__(self) -> None:
        self.id: UUID = uuid4()
        self.greeted = False
        self._leaving = False
        self._unsent: deque[Frame | int] = deque()
        self._sending = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._hello_timer: asyncio.TimerHandle | None = None
        self._all_frames = Bucket(FRAMES_BURST, FRAMES_PER_SECOND)
        self._says = Bucket(settings.SAY_BURST, settings.SAY_PER_SECOND)

    # A subclass fills these in.

    @property
    def role(self) -> str:
        """Who is on the other side, once they have been let in."""
        raise NotImplementedError

    async def let_in(self, place: Place) -> bool:
        """Say whether the socket may speak at all, before its first frame."""
        return True

    async def left(self) -> None:
        """The socket is gone and had been greeted."""

    def deliver(self, event: Event) -> None:
        """Take what fans out to this socket."""
        raise NotImplementedError

    # The life of the socket.

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self.scope: Any = scope
        self.base_send: Any = send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            await self._end()

    async def dispatch(self, message: Any) -> None:
        kind = message["type"]
        if kind == "websocket.receive":
            await self.websocket_receive(message)
        elif kind == "websocket.connect":
            await self.websocket_connect(message)
        elif kind == "websocket.disconnect":
            raise StopConsumer

    async def websocket_connect(self, message: Any) -> None:
        place = await runtime().places.do(self._header(b"host"), None)
        if place is None or place.side != self.side or place.tenant is None:
            # Not accepted: the server answers the handshake with 403.
            await self.base_send({"type": "websocket.close"})
            return
        await self.base_send({"type": "websocket.accept"})
        if self._header(b"origin") != origin_of(place):
            self.close(WRONG_ORIGIN)
            return
        self.tenant = place.tenant
        if not await self.let_in(place):
            self.close(NOT_LET_IN)
            return
        self._await_hello()

    async def websocket_receive(self, message: Any) -> None:
        frame = None if self._leaving else self._read(message.get("text"))
        if frame is None:
            return
        if self.greeted:
            await self._do(frame)
            return
        if self._hello_timer:
            # It has come in time, however long the database takes over it.
            self._hello_timer.cancel()
        await self._do(frame)
        if not self.greeted:
            self._await_hello()

    def _read(self, text: str | None) -> ReadFrame | None:
        """Return the frame, or None where it has been refused or has closed the socket."""
        if not self._all_frames.take():
            self.close(FLOODING)
            return None
        try:
            frame = read_frame(self.decoder, text)
        except NotAFrame as problem:
            self._refuse(problem, None)
            self.close(BAD_FRAME)
            return None
        except Refused as problem:
            self._refuse(problem, problem.ref)
            return None
        if self.greeted != isinstance(frame, HELLOS):
            return frame
        if self.greeted:
            self._refuse(Invalid("`hello` is said once"), frame.ref)
        else:
            self.close(NOT_LET_IN)
        return None

    def _await_hello(self) -> None:
        loop = asyncio.get_running_loop()
        self._hello_timer = loop.call_later(HELLO_SECONDS, self.close, NO_HELLO)

    async def _do(self, frame: ReadFrame) -> None:
        ref = frame.ref
        try:
            if self.role not in self.whose[type(frame)]:
                raise NotAllowed("this is not for your role")
            working = self.does[type(frame)](self, frame, ref)
            if working is not None:
                await working
        except HelplineError as problem:
            self._refuse(problem, ref)
        except (DatabaseError, PoolTimeout):
            log.exception("storage_failed", extra={"fields": {"frame": frame.kind}})
            self._refuse(Unavailable("storage is away for a moment; try again"), ref)
        except Exception:  # a fault of ours: the client comes back to a socket in a known state
            log.exception("frame_failed", extra={"fields": {"frame": frame.kind}})
            self.close(RESTARTING)

    async def _end(self) -> None:
        self._leaving = True
        if self._hello_timer:
            self._hello_timer.cancel()
        for task in self._tasks:
            task.cancel()
        if hasattr(self, "channel"):
            layer().detach(self.channel)
        if self.greeted:
            runtime().sockets.pop(self.id, None)
            try:
                await self.left()
            except (DatabaseError, PoolTimeout):
                # The process stops beating or comes back; either way the rows are put right.
                log.exception("leaving_failed")

    # Sending.

    def give(self, frame: Frame) -> None:
        """Send ``frame`` to the client, after what was given before."""
        if self._leaving:
            return
        self._unsent.append(frame)
        if len(self._unsent) > UNSENT_LIMIT:
            self._unsent.clear()
            self.close(RESTARTING)
        elif not self._sending:
            self._sending = True
            send_soon(self._send)

    def reply(self, frame: Frame, ref: str | None) -> None:
        """Send the one answer to a frame; it echoes the frame's ``ref``."""
        self.give(frame | {"ref": ref} if ref is not None else frame)

    def close(self, code: int) -> None:
        """Close after what was given has been sent. Nothing is read or given any more."""
        if self._leaving:
            return
        self._leaving = True
        self._unsent.append(code)
        if not self._sending:
            self._sending = True
            send_soon(self._send)

    async def _send(self) -> None:
        try:
            while self._unsent:
                one = self._unsent.popleft()
                if isinstance(one, int):
                    await self.base_send({"type": "websocket.close", "code": one})
                    return
                text = encode(one).decode()
                await self.base_send({"type": "websocket.send", "text": text})
        except (OSError, RuntimeError):
            # The client has gone; the server will say so to the receiving side.
            self._unsent.clear()
        finally:
            self._sending = False

    def _refuse(self, problem: HelplineError, ref: str | None) -> None:
        self.reply(
            {"type": "error", "code": problem.code, "text": str(problem), **problem.more}, ref
        )

    # For subclasses.

    def greet(self) -> None:
        """The first frame was a good hello."""
        self.greeted = True
        runtime().sockets[self.id] = self.close

    def listen(self) -> None:
        """Let fan-out reach this socket from now on."""
        self.channel = f"socket.{self.id.hex}"
        layer().attach(self.channel, self.deliver)

    def join(self, group: str) -> None:
        layer().here.join(group, self.channel)

    def leave_group(self, group: str) -> None:
        layer().here.leave(group, self.channel)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` beside the reading of frames, until the socket is gone."""
        task = asyncio.get_running_loop().create_task(self._watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # What is cancelled before its first step has never begun.
        task.add_done_callback(lambda _: work.close())

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except HelplineError as problem:
            self._refuse(problem, None)
        except (DatabaseError, PoolTimeout):
            log.exception("storage_failed")

    async def started(self) -> None:
        await runtime().start()

    def _header(self, name: bytes) -> str:
        values = [value for key, value in self.scope["headers"] if key == name]
        # Two of a header that decides who one is: neither counts.
        return values[0].decode("latin-1") if len(values) == 1 else ""
