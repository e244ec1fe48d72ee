"""One Valkey host, as one event loop speaks and listens there.

What gathers in one turn of the loop, or while the last is on its way, leaves together. A channel
that is listened to is asked for again whenever the connection has been lost, and ``confirmed``
is called each time Valkey has said that it is heard from now on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgpack
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chat.stopping import stop
from chat.valkeys import Host, async_client

log = logging.getLogger("helpline.fanout")

RETRY_SECONDS = (0.1, 0.5, 1, 2, 5)
# A connection that has been silent so long is asked whether it is one; so long again, and it is none.
SILENT_SECONDS = 10
PUBLISH_SECONDS = 2
# How many channels one command names, and how many events one publish carries.
CHANNELS, ITEMS = 1_000, 500

AWAY = (RedisError, OSError, TimeoutError)
# A connection that is listened on is never made anew by whoever reads or writes there, as redis-py
# would by itself: both at once break each other's, and what was asked for meanwhile is not heard.
NEVER = Retry(NoBackoff(), 0, supported_errors=())
# What a command there raises; the last where whoever reads has given the connection up since it began.
LOST = (*AWAY, AttributeError)


class Exchange:
    """``heard(items)``, ``confirmed(channel)`` and ``unheard(channel)`` are called by the loop.

    ``unheard`` tells that something was published on a channel to which nobody listens; ``turned``
    that ``silent`` has changed: the host was tried and did not answer, or it answers again.
    """

    def __init__(
        self,
        host: Host,
        *,
        heard: Callable[[Any], None],
        confirmed: Callable[[str], None],
        unheard: Callable[[str], None],
        turned: Callable[[], None],
    ) -> None:
        self.connected = self.silent = False
        self._heard, self._confirmed, self._unheard = heard, confirmed, unheard
        self._turned = turned
        self._client = async_client(host)
        self._pubsub: Any = None
        self._wanted: set[str] = set()
        # What Valkey has been asked for on the present connection.
        self._asked: set[str] = set()
        self._changed: set[str] = set()
        self._outgoing: dict[str, list[Any]] = defaultdict(list)
        self._sending: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def is_needed(self) -> bool:
        """Is anything listened to here?"""
        return bool(self._wanted)

    def say(self, channel: str, what: tuple[Any, ...]) -> None:
        """Publish ``what``, soon; lost without a word while Valkey is away."""
        self._outgoing[channel].append(what)
        self._send_soon()

    def listen(self, channel: str) -> None:
        """Hear ``channel`` from now on."""
        self._wanted.add(channel)
        self._changed.add(channel)
        if self._listening is None:
            self._listening = asyncio.get_running_loop().create_task(self._keep_listening())
        self._send_soon()

    def ignore(self, channel: str) -> None:
        """Hear ``channel`` no longer."""
        self._wanted.discard(channel)
        self._changed.add(channel)
        self._send_soon()

    async def close(self) -> None:
        """Stop listening and forget everything; the next use begins anew."""
        await stop(self._listening, self._sending)
        self._listening = self._sending = None
        for left in (self._wanted, self._asked, self._changed, self._outgoing):
            left.clear()
        # Said aloud, because a client does not close a pool that it was given.
        await self._client.aclose(close_connection_pool=True)

    def _answers(self, yes: bool) -> None:
        if self.silent == yes:
            self.silent = not yes
            self._turned()

    # Speaking.

    def _send_soon(self) -> None:
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._outgoing or (self._changed and self._pubsub):
                if self._changed and self._pubsub:
                    await self._subscribe(self._pubsub)
                batch, self._outgoing = self._outgoing, defaultdict(list)
                if batch:
                    await self._publish(batch)
        finally:
            self._sending = None

    async def _publish(self, batch: dict[str, list[Any]]) -> None:
        channels: list[str] = []
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for channel, items in batch.items():
                    for packed in _packed(items):
                        pipe.publish(channel, packed)
                        channels.append(channel)
                # A Valkey that hangs would hold up what comes after this batch as well.
                async with asyncio.timeout(PUBLISH_SECONDS):
                    ears = await pipe.execute()
        except AWAY:
            # Lost, and found again by the pulse.
            self._answers(False)
            await self._ask()
            return
        self._answers(True)
        for channel in {one for one, count in zip(channels, ears, strict=True) if not count}:
            self._unheard(channel)

    async def _ask(self) -> None:
        """Ask a host that has been silent for a word: nobody may have anything else to say to it."""
        if self._pubsub is not None:
            with suppress(*LOST):
                await _up(self._pubsub).ping()

    async def _subscribe(self, pubsub: Any) -> None:
        changed, self._changed = self._changed, set()
        wanted = changed & self._wanted
        # Left and come back within one turn: Valkey has been told of neither.
        for channel in wanted & self._asked:
            self._confirmed(channel)
        more, less = wanted - self._asked, (changed - wanted) & self._asked
        self._asked = (self._asked | more) - less
        try:
            for channels in _in_lots(less):
                await _up(pubsub).unsubscribe(*channels)
            for channels in _in_lots(more):
                await _up(pubsub).subscribe(*channels)
        except LOST:
            # What was asked for is unknown now: on the next connection it is asked for again.
            self._pubsub = None
            await pubsub.aclose()

    # Listening.

    async def _keep_listening(self) -> None:
        failures = 0
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await pubsub.connect()
                    pubsub.connection.retry = NEVER
                    self._pubsub, self._asked, self._changed = pubsub, set(), set(self._wanted)
                    self._send_soon()
                    self.connected, failures = True, 0
                    self._answers(True)
                    await self._read(pubsub)
            except AWAY:
                pass
            except Exception:  # whatever it was, nobody else would begin to listen again
                log.exception("listening_failed")
            self._pubsub, self.connected = None, False
            self._answers(False)
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1

    async def _read(self, pubsub: Any) -> None:
        is_asked = False
        while self._pubsub is pubsub:
            message = await pubsub.get_message(timeout=SILENT_SECONDS)
            if message is not None:
                is_asked = False
                self._answers(True)
                self._take(message)
            elif is_asked:
                raise TimeoutError
            else:
                await pubsub.ping()
                is_asked = True

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "message":
            self._heard(_unpack(message["data"]))
        elif message["type"] == "subscribe":
            self._confirmed(message["channel"].decode())


def _up(pubsub: Any) -> Any:
    """Return ``pubsub`` for one command. Raises ConnectionError where that would connect anew."""
    if pubsub.connection is None or not pubsub.connection.is_connected:
        raise ConnectionError("the connection is lost")
    return pubsub


def _in_lots(channels: Iterable[str]) -> Iterable[list[str]]:
    left = list(channels)
    return (left[start : start + CHANNELS] for start in range(0, len(left), CHANNELS))


def _packed(items: list[Any]) -> Iterable[bytes]:
    for start in range(0, len(items), ITEMS):
        yield pack(items[start : start + ITEMS])


_UUID = 1


def pack(items: list[Any]) -> bytes:
    """Return what goes over Valkey. Raises TypeError for what an event does not carry."""
    packed: bytes = msgpack.packb(items, default=_as_extension)
    return packed


def _unpack(data: bytes) -> Any:
    return msgpack.unpackb(data, use_list=False, ext_hook=_from_extension)


def _as_extension(value: Any) -> Any:
    if isinstance(value, UUID):
        return msgpack.ExtType(_UUID, value.bytes)
    raise TypeError(f"an event carries no {type(value).__name__}")


def _from_extension(code: int, data: bytes) -> Any:
    return UUID(bytes=data) if code == _UUID else None
