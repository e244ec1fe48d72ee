"""Both ends of a talk at once, and what each of them has seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from tenants.models import Tenant
from tests.clients import Desk, Frame, Visitor
from tests.fleet import Fleet
from tests.world import PATIENCE_SECONDS

# What one has seen of a talk, in the order in which one saw it.
Seen = list[tuple[int, str]]


@dataclass
class End:
    """One end of a talk: ``say`` returns at once, ``saw`` grows as frames come."""

    wire: Visitor | Desk
    talk: str
    saw: Seen = field(default_factory=list)
    _texts: dict[str, str] = field(default_factory=dict)

    async def say(self, text: str) -> None:
        message = str(uuid4())
        self._texts[message] = text
        at_desk = {"conversation": self.talk} if isinstance(self.wire, Desk) else {}
        await self.wire.send({"type": "say", "id": message, "text": text, **at_desk})

    async def see(self, count: int) -> Seen:
        """Read on until ``count`` messages have been seen, one's own by their answers."""
        while len(self.saw) < count:
            frame = await self.wire.next()
            # A counsellor's window shows all their talks.
            is_here = frame.get("conversation", self.talk) == self.talk
            if is_here and frame["type"] in ("said", "message"):
                self.saw.append(
                    (frame["seq"], self._texts.get(frame.get("id", "")) or frame["text"])
                )
        return self.saw

    def moved(self, wire: Visitor | Desk, saw: Seen) -> End:
        """The same end at another socket, which has been told what was ``saw`` when it came."""
        return End(wire, self.talk, list(saw))

    async def typing(self) -> None:
        at_desk = {"conversation": self.talk} if isinstance(self.wire, Desk) else {}
        await self.wire.send({"type": "typing", **at_desk})


@dataclass
class TwoEnds:
    visitor: End
    counsellor: End

    async def exchange(self, count: int, *, name: str = "") -> None:
        """Let both say ``count`` things at once, and check that both see the same."""
        before = len(self.visitor.saw)
        for number in range(count):
            await self.visitor.say(f"{name} visitor {number}")
            await self.counsellor.say(f"{name} counsellor {number}")
        both = await asyncio.gather(
            self.visitor.see(before + 2 * count), self.counsellor.see(before + 2 * count)
        )
        assert both[0] == both[1]
        assert [seq for seq, _ in both[0]] == list(range(1, before + 2 * count + 1))
        said = {text for _, text in both[0][before:]}
        who = ("visitor", "counsellor")
        assert said == {f"{name} {one} {number}" for one in who for number in range(count)}

    async def hear_typing(self) -> None:
        """What fans out and is stored nowhere reaches the other end, in both directions."""
        for one, other in ((self.visitor, self.counsellor), (self.counsellor, self.visitor)):
            hearing = asyncio.create_task(other.wire.receive("typing"))
            async with asyncio.timeout(PATIENCE_SECONDS):
                # Lost without harm while processes learn of each other: said until it is heard.
                while not hearing.done():
                    await one.typing()
                    await asyncio.wait([hearing], timeout=0.1)
            await hearing


@asynccontextmanager
async def talk(
    fleet: Fleet, tenant: Tenant, *, visitor_at: int, desk_at: int, number: int = 1
) -> AsyncIterator[TwoEnds]:
    """A talk whose two ends are at two processes."""
    async with (
        fleet.visitor(visitor_at, tenant) as tab,
        fleet.desk(desk_at, tenant, number) as window,
    ):
        await window.ready()
        yield await taken(tab, window)


async def taken(tab: Visitor, window: Desk) -> TwoEnds:
    """Let the counsellor at ``window`` take the visitor."""
    assigned: Frame = await window.claim(tab.conversation)
    assert assigned["type"] == "assigned", assigned
    state = await tab.receive("state")
    assert state["state"] == "active"
    return TwoEnds(End(tab, tab.conversation), End(window, tab.conversation))
