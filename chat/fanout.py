"""Fan-out: from the process that committed an event to every socket that should see it.

A Channels layer (``CHANNEL_LAYERS``), shaped by what was measured (docs/adr/0004, 0011): members in
the same process are served directly, and what goes to other processes is published once per tick
of the event loop, on a channel that each process has for itself. One channel for all would make
each process decode everybody's traffic.

Who else has members of a group is known from the group's own channel, which a process hears as
long as it has members itself. It says there that it has come, and whoever hears it answers. So a
process knows about its own groups and no others, and pays for nobody else's, however many run. A
sender that has no members (a worker, a view's thread) speaks on the group's channel. So does a
newcomer for its first seconds, before the others have answered.

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
from contextlib import suppress
from typing import Any
from uuid import uuid4

import redis
from channels.layers import BaseChannelLayer
from redis.exceptions import RedisError

from chat.exchange import Exchange, pack
from chat.valkeys import Host, home_of, read_host, sync_client

log = logging.getLogger("helpline.fanout")

Event = dict[str, Any]
Sink = Callable[[Event], None]

# What a newcomer to a group waits for the others to tell it that they have members too.
LEARN_SECONDS = 2


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
        self.here.attach(channel, sink)

    def detach(self, channel: str) -> None:
        """Forget ``channel`` and all its memberships."""
        self.here.detach(channel)

    def broadcast(self, group: str, message: Event) -> None:
        """Send to a group from code that runs in no event loop."""
        if not self._sync:
            self._sync = [sync_client(host) for host in self.hosts]
        client = self._sync[home_of(group, self.hosts)]
        try:
            client.publish(f"{self.prefix}:g:{group}", pack([("event", group, message)]))
        except RedisError:
            log.warning("valkey_unreachable")


class _Group:
    """Members of a group in this event loop, and which other processes have some."""

    __slots__ = ("elsewhere", "knows_from", "members")

    def __init__(self) -> None:
        self.members: set[str] = set()
        # A set that cannot change: most talks have nobody elsewhere, and share the empty one.
        self.elsewhere: frozenset[str] = frozenset()
        # Until the others have had time to answer, nobody knows where members are.
        self.knows_from = math.inf


class _Loop:
    """The groups of one event loop, and what it hears and says about them."""

    def __init__(self, hosts: list[Host], prefix: str) -> None:
        self.process = uuid4().hex
        self.prefix = prefix
        self.sinks: dict[str, Sink] = {}
        self.groups: dict[str, _Group] = {}
        # Told when the first host does not answer any more, and when the last does again.
        self.on_away: Callable[[], None] = lambda: None
        # Told of a process that was sent something and does not listen.
        self.on_unheard: Callable[[str], None] = lambda process: None
        self._was_away = False
        self._queues: dict[str, asyncio.Queue[Event]] = defaultdict(asyncio.Queue)
        self._exchanges = [
            Exchange(
                host,
                heard=self._heard,
                confirmed=self._confirmed,
                unheard=self._unheard,
                turned=self._turned,
            )
            for host in hosts
        ]
        self._own = f"{prefix}:p:{self.process}"
        self._listens = False
        self._is_heard = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Is every host there that is needed here?"""
        return all(exchange.connected for exchange in self._exchanges if exchange.is_needed)

    @property
    def away(self) -> bool:
        """Say whether events may be lost: a host does not answer."""
        return any(exchange.silent for exchange in self._exchanges)

    def _turned(self) -> None:
        if self.away != self._was_away:
            self._was_away = self.away
            log.warning("valkey_unreachable" if self.away else "valkey_back")
            self.on_away()

    # Members in this process.

    def join(self, group: str, channel: str) -> None:
        self._listen()
        found = self.groups.get(group)
        if found is None:
            found = self.groups[group] = _Group()
            self._host_of(group).listen(self._channel_of(group))
        found.members.add(channel)

    def leave(self, group: str, channel: str) -> None:
        found = self.groups.get(group)
        if found is None:
            return
        found.members.discard(channel)
        if not found.members:
            del self.groups[group]
            self._host_of(group).ignore(self._channel_of(group))
            for process in found.elsewhere:
                self._tell(process, ("leave", self.process, group))

    def attach(self, channel: str, sink: Sink) -> None:
        self._listen()
        self.sinks[channel] = sink

    def detach(self, channel: str) -> None:
        for group in [name for name, found in self.groups.items() if channel in found.members]:
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
        found = self.groups.get(group)
        if found is None or time.monotonic() < found.knows_from:
            self._tell_group(group, ("spread", (self.process, group), event))
            return
        for process in found.elsewhere:
            self._tell(process, ("event", group, event))

    async def receive(self, channel: str) -> Event:
        self._listen()
        return await self._queues[channel].get()

    def _deliver(self, group: str, event: Event) -> None:
        found = self.groups.get(group)
        for channel in tuple(found.members) if found else ():
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

    # To other processes.

    async def listening(self) -> None:
        """Listen to what is sent to this process; return once it is heard, or Valkey is away."""
        self._listen()
        if not self.away:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEARN_SECONDS):
                    await self._is_heard.wait()

    def _channel_of(self, group: str) -> str:
        return f"{self.prefix}:g:{group}"

    def _host_of(self, name: str) -> Exchange:
        return self._exchanges[home_of(name, self._exchanges)]

    def _tell(self, process: str, what: tuple[Any, ...]) -> None:
        self._host_of(process).say(f"{self.prefix}:p:{process}", what)

    def _tell_group(self, group: str, what: tuple[Any, ...]) -> None:
        self._host_of(group).say(self._channel_of(group), what)

    # From other processes.

    def _listen(self) -> None:
        if not self._listens:
            self._listens = True
            self._host_of(self.process).listen(self._own)

    def _heard(self, items: Iterable[tuple[Any, ...]]) -> None:
        # A process of another version may say more, and say what this one has no word for.
        for what in items:
            match what:
                case ("event", group, event, *_):
                    self._deliver(group, event)
                case ("spread", (process, group), event, *_):
                    if process != self.process:
                        self._deliver(group, event)
                case ("send", channel, event, *_):
                    self._hand(channel, event)
                case ("join" | "here" | "leave" as verb, process, group, *_):
                    if process != self.process:
                        self._note(verb, process, group)

    def _note(self, verb: str, process: str, group: str) -> None:
        found = self.groups.get(group)
        if found is None:
            if verb == "here":
                # The last member has left while the other answered, who would go on sending.
                self._tell(process, ("leave", self.process, group))
        elif verb == "leave":
            found.elsewhere -= {process}
        else:
            found.elsewhere |= {process}
            if verb == "join":
                self._tell(process, ("here", self.process, group))

    def _confirmed(self, channel: str) -> None:
        """Valkey lets us hear a channel from now on, for the first time or once more."""
        if channel == self._own:
            self._is_heard.set()
            # What the others answered while it was away is lost.
            for group in self.groups:
                self._announce(group)
        else:
            self._announce(channel.removeprefix(self._channel_of("")))

    def _announce(self, group: str) -> None:
        found = self.groups.get(group)
        if found is not None:
            found.knows_from = time.monotonic() + LEARN_SECONDS
            self._tell_group(group, ("join", self.process, group))

    def _unheard(self, channel: str) -> None:
        """A process is gone, or away: forget it, and ask who is there."""
        if channel.startswith(self._channel_of("")):
            return
        process = channel.removeprefix(f"{self.prefix}:p:")
        self.on_unheard(process)
        for group, found in self.groups.items():
            if process in found.elsewhere:
                found.elsewhere -= {process}
                self._announce(group)

    async def close(self) -> None:
        """Stop listening and forget everything; the next use begins anew."""
        self.groups.clear()
        self.sinks.clear()
        self._listens = False
        self._is_heard.clear()
        await asyncio.gather(*(exchange.close() for exchange in self._exchanges))
