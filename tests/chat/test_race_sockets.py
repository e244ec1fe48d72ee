"""The same race at the front door: what is sent in one breath is answered, each frame once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from uuid import UUID, uuid4

import pytest

from chat.calls import call
from tenants.models import Tenant
from tests import clients
from tests.clients import Desk, Frame, Wire
from tests.talks import GONE, say, seen, segments_of

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 40


async def in_one_breath(wire: Wire, frames: list[Frame]) -> Counter[str]:
    """Send all frames; return how often each was answered, once all are."""
    refs = [f"{number}" for number, _ in enumerate(frames)]
    for ref, frame in zip(refs, frames, strict=True):
        await wire.send({**frame, "ref": ref})
    answered: Counter[str] = Counter()
    while answered.keys() != set(refs):
        frame = await wire.next()
        if "ref" in frame:
            answered[frame["ref"]] += 1
    return answered


def saying(**where: str) -> list[Frame]:
    return [{"type": "say", "id": str(uuid4()), "text": "hei", **where} for _ in range(4)]


async def race(tenant: Tenant, window: Desk, chance: random.Random) -> None:
    async with clients.visitor(tenant) as tab:
        talk = UUID(tab.conversation)
        assert (await window.claim(str(talk)))["type"] == "assigned"
        segments = await call(segments_of, talk)
        # Another process stores one, and its event is lost: there is a gap to be filled.
        await call(say, tenant, talk, "hei")
        by_visitor = saying()
        by_visitor.insert(chance.randrange(4), {"type": "erase"})
        by_visitor.insert(chance.randrange(2, 6), {"type": "leave"})
        by_desk = saying(conversation=str(talk))
        by_desk.insert(chance.randrange(5), {"type": "close", "conversation": str(talk)})

        answered = await asyncio.gather(
            in_one_breath(tab, by_visitor), in_one_breath(window, by_desk)
        )

        assert list(answered) == [Counter({str(n): 1 for n in range(count)}) for count in (6, 5)]
        await tab.nothing_more()
        assert await call(seen, talk, segments) == GONE


async def test_each_frame_is_answered_once_whoever_ends_the_talk(
    tenant: Tenant, counsellor: Desk, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(request.config.getoption("randomly_seed", 1))
    await counsellor.ready()
    for _ in range(ROUNDS):
        await race(tenant, counsellor, chance)
