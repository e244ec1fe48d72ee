"""Fan-out: from the process that committed an event to every socket that should see it.

A Channels layer (``CHANNEL_LAYERS``), shaped by what was measured (docs/adr/0004): members in the
same process are served directly, and what goes to other processes is published once per tick of
the event loop, on a channel that each process has for itself. One channel for all would make each
process decode everybody's traffic.

Who has members of a group is known by announcement: a process says on the common channel which
groups it joins and leaves, and tells a newcomer all it has. A sender that does not listen (a
worker, a view's thread) knows no directory and speaks on the common channel instead; it does so
seldom. So does a newcomer in its first seconds, before the others have told it what they have.

The layer promises nothing: Valkey may be down and an event be lost. PostgreSQL is the truth, and
``chat.pulse`` fetches what did not come. Content in an event is sealed.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import msgpack
import redis
from channels.layers import BaseChannelLayer
from redis.exceptions import RedisError

from chat.valkeys import Host, async_client, home_of, read_host, sync_client

log = logging.getLogger("helpline.fanout")

Event = dict[str, Any]
Sink = Callable[[Event], None]

# How often a process says that it is there, and how long the others believe it without.
HERE_SECONDS, SILENT_SECONDS = 10, 40
# What a newcomer waits for the others to tell it which groups they have.
LEARN_SECONDS = 2
RETRY_SECONDS = (0.1, 0.5, 1, 2, 5)


class FanoutLayer(BaseChannelLayer):
    """Groups over Valkey. One ``_Loop`` for each event loop of the process."""

    extensions = ["groups"]  # Channels reads it from the class

    def __init__(
        self, hosts: Iterable[str], prefix: str = "helpline", capacity: int = 1000, expiry: int = 60
    ) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self.hosts, self.prefix = [read_host(address) for address in hosts], prefix
        self._loops: dict[asyncio.AbstractEventLoop, _Loop] = {}
        self._sync: list[redis.Redis] = []

    @property
    def here(self) -> _Loop:
        """The part of the layer that belongs to the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            # Loops that have been closed (tests, async_to_sync) leave their part behind.
            self._loops = {old: part for old, part in self._loops.items() if not old.is_closed()}
            self._loops[loop] = _Loop(self.hosts, self.prefix)
        return self._loops[loop]

    # The API of Channels.

    async def new_channel(self, prefix: str = "specific") -> str:
        return f"{prefix}.{self.here.process}!{uuid4().hex}"

    async def send(self, channel: str, message: Event) -> None:
        self.here.send(channel, message)

    async def receive(self, channel: str) -> Event:
        return await self.here.receive(channel)

    async def group_add(self, group: str, channel: str) -> None:
        self.here.join(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        self.here.leave(group, channel)

    async def group_send(self, group: str, message: Event) -> None:
        self.here.group_send(group, message)

    async def flush(self) -> None:
        await self.here.close()

    # What the talk needs beside it.

    def attach(self, channel: str, sink: Sink) -> None:
        """Let ``sink`` take what comes for ``channel``, without a queue or a task between."""
        self.here.sinks[channel] = sink

    def detach(self, channel: str) -> None:
        """Forget ``channel`` and all its memberships."""
        self.here.detach(channel)

    def broadcast(self, group: str, message: Event) -> None:
        """Send to a group from code that runs in no event loop: every process hears it."""
        if not self._sync:
            self._sync = [sync_client(host) for host in self.hosts]
        for client in self._sync:
            try:
                client.publish(f"{self.prefix}:all", _pack([("event", group, message)]))
            except RedisError:
                log.warning("valkey_unreachable")


class _Loop:
    """Members, directory and subscription of one event loop."""

    def __init__(self, hosts: list[Host], prefix: str) -> None:
        self.process = uuid4().hex
        self.prefix = prefix
        self.sinks: dict[str, Sink] = {}
        self.groups: dict[str, set[str]] = {}
        self.elsewhere: dict[str, set[str]] = {}
        self.connected = False
        # Until the others have had time to tell what they have, nobody knows where members are.
        self._knows_from = math.inf
        self._queues: dict[str, asyncio.Queue[Event]] = defaultdict(asyncio.Queue)
        self._heard: dict[str, float] = {}
        self._clients = [async_client(host) for host in hosts]
        self._home = self._clients[home_of(self.process, hosts)]
        self._outgoing: dict[str, list[Any]] = defaultdict(list)
        self._sending: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    # Members in this process.

    def join(self, group: str, channel: str) -> None:
        self._listen()
        members = self.groups.setdefault(group, set())
        if not members:
            self._tell("all", ("join", self.process, [group]))
        members.add(channel)

    def leave(self, group: str, channel: str) -> None:
        members = self.groups.get(group, set())
        members.discard(channel)
        if group in self.groups and not members:
            del self.groups[group]
            self._tell("all", ("leave", self.process, [group]))

    def detach(self, channel: str) -> None:
        for group in [group for group, members in self.groups.items() if channel in members]:
            self.leave(group, channel)
        self.sinks.pop(channel, None)
        self._queues.pop(channel, None)

    def send(self, channel: str, event: Event) -> None:
        owner = channel.partition("!")[0].rpartition(".")[2]
        if owner == self.process:
            self._hand(channel, event)
        else:
            self._tell(owner, ("send", channel, event))

    def group_send(self, group: str, event: Event) -> None:
        self._deliver(group, event)
        if time.monotonic() < self._knows_from:
            self._tell("all", ("spread", (self.process, group), event))
            return
        for process in self.elsewhere.get(group, ()):
            self._tell(process, ("event", group, event))

    async def receive(self, channel: str) -> Event:
        self._listen()
        return await self._queues[channel].get()

    def _deliver(self, group: str, event: Event) -> None:
        for channel in tuple(self.groups.get(group, ())):
            self._hand(channel, event)

    def _hand(self, channel: str, event: Event) -> None:
        sink = self.sinks.get(channel)
        if sink is None:
            self._queues[channel].put_nowait(event)
            return
        try:
            sink(event)
        except Exception:  # one socket's fault must not keep the event from the others
            log.exception("sink_failed")

    # To other processes: what gathers in one tick, or while the last is on its way, goes at once.

    def _tell(self, process: str, what: tuple[Any, ...]) -> None:
        self._outgoing[process].append(what)
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._publish())

    async def _publish(self) -> None:
        try:
            while self._outgoing:
                batch, self._outgoing = self._outgoing, defaultdict(list)
                for client, processes in self._by_client(batch):
                    await self._publish_on(client, {name: batch[name] for name in processes})
        finally:
            self._sending = None

    async def _publish_on(self, client: Any, batch: dict[str, list[Any]]) -> None:
        try:
            async with client.pipeline(transaction=False) as pipe:
                for process, items in batch.items():
                    for item in _packed(items):
                        pipe.publish(f"{self.prefix}:{process}", item)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            # Lost, and found again by the pulse.
            log.warning("valkey_unreachable")

    def _by_client(self, processes: Iterable[str]) -> Iterable[tuple[Any, list[str]]]:
        """Sort processes by where they listen; the common channel is on every host."""
        homes: list[list[str]] = [[] for _ in self._clients]
        for process in processes:
            if process == "all":
                for home in homes:
                    home.append(process)
            else:
                homes[home_of(process, homes)].append(process)
        return [(client, home) for client, home in zip(self._clients, homes, strict=True) if home]

    # From other processes.

    def _listen(self) -> None:
        if self._listening is None:
            self._listening = asyncio.get_running_loop().create_task(self._keep_listening())

    async def _keep_listening(self) -> None:
        failures = 0
        while True:
            try:
                async with self._home.pubsub() as pubsub:
                    await pubsub.subscribe(f"{self.prefix}:{self.process}", f"{self.prefix}:all")
                    failures = 0
                    await self._read(pubsub)
            except (TimeoutError, RedisError, OSError):
                log.warning("valkey_unreachable")
            self.connected = False
            self.elsewhere.clear()
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1

    async def _read(self, pubsub: Any) -> None:
        self.connected = True
        # Whoever hears it tells us its groups; ours are told in the same breath.
        self._tell("all", ("hello", self.process, list(self.groups)))
        said_at = time.monotonic()
        self._knows_from = said_at + LEARN_SECONDS
        while True:
            if time.monotonic() - said_at > HERE_SECONDS:
                said_at = time.monotonic()
                self._tell("all", ("here", self.process, []))
                self._forget_the_silent(said_at)
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=HERE_SECONDS)
            if message is not None:
                for what in _unpack(message["data"]):
                    self._take(what)

    def _take(self, what: tuple[Any, ...]) -> None:
        verb, first, second = what
        if verb == "event":
            self._deliver(first, second)
        elif verb == "spread":
            if first[0] != self.process:
                self._deliver(first[1], second)
        elif verb == "send":
            self._hand(first, second)
        elif first != self.process:
            self._note(verb, first, second)

    def _forget_the_silent(self, now: float) -> None:
        for process in [p for p, at in self._heard.items() if now - at > SILENT_SECONDS]:
            del self._heard[process]
            for group in [g for g, there in self.elsewhere.items() if process in there]:
                self._note_left(process, group)

    def _note_left(self, process: str, group: str) -> None:
        there = self.elsewhere.get(group, set())
        there.discard(process)
        if not there:
            self.elsewhere.pop(group, None)

    def _note(self, verb: str, process: str, groups: Iterable[str]) -> None:
        self._heard[process] = time.monotonic()
        if verb == "hello":
            self._tell(process, ("join", self.process, list(self.groups)))
        for group in groups:
            if verb == "leave":
                self._note_left(process, group)
            else:
                self.elsewhere.setdefault(group, set()).add(process)

    async def close(self) -> None:
        """Stop listening and forget everything; the next use begins anew."""
        tasks = [task for task in (self._listening, self._sending) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening = self._sending = None
        self.groups.clear()
        self.sinks.clear()
        self.elsewhere.clear()
        for client in self._clients:
            # Said aloud, because a client does not close a pool that it was given.
            await client.aclose(close_connection_pool=True)


def _packed(items: list[Any], most: int = 500) -> Iterable[bytes]:
    for start in range(0, len(items), most):
        yield _pack(items[start : start + most])


_UUID = 1


def _pack(items: list[Any]) -> bytes:
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
