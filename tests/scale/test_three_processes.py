"""Three web processes: a talk is the same talk wherever its two ends are."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest

from tenants.models import Tenant
from tests.clients import Desk
from tests.engines import Harness
from tests.fleet import Fleet, running
from tests.scale.talking import TwoEnds, taken

pytestmark = pytest.mark.django_db(transaction=True)

PAIRS = [(visitor, desk) for visitor in range(3) for desk in range(3) if visitor != desk]
TALKS_A_PAIR, MESSAGES = 3, 8


@pytest.fixture
def fleet(lines: list[Tenant], harness: Harness) -> Iterator[Fleet]:
    with running(harness, {}, {}, {}) as found:
        yield found


@asynccontextmanager
async def ready(fleet: Fleet, at: int, tenant: Tenant, number: int) -> AsyncIterator[Desk]:
    """A counsellor who takes visitors."""
    async with fleet.desk(at, tenant, number) as window:
        await window.ready()
        yield window


async def talks_of_all_pairs(fleet: Fleet, tenant: Tenant, stack: AsyncExitStack) -> list[TwoEnds]:
    talks = []
    for number, (visitor_at, desk_at) in enumerate(PAIRS * TALKS_A_PAIR):
        tab = await stack.enter_async_context(fleet.visitor(visitor_at, tenant))
        window = await stack.enter_async_context(ready(fleet, desk_at, tenant, number % 8 + 1))
        talks.append(await taken(tab, window))
    return talks


async def test_both_ends_see_the_same_in_the_same_order(fleet: Fleet, tenant: Tenant) -> None:
    async with AsyncExitStack() as stack:
        talks = await talks_of_all_pairs(fleet, tenant, stack)

        await asyncio.gather(*(one.exchange(MESSAGES, name=f"{n}") for n, one in enumerate(talks)))

        await asyncio.gather(*(one.hear_typing() for one in talks))


async def test_what_is_done_at_one_process_is_told_at_the_others(
    fleet: Fleet, tenant: Tenant
) -> None:
    async with (
        fleet.visitor(0, tenant) as first,
        fleet.visitor(1, tenant) as second,
        fleet.desk(2, tenant) as window,
        fleet.desk(1, tenant, 2) as colleague,
    ):
        assert (first.welcome["position"], second.welcome["position"]) == (1, 2)
        await window.ready()
        ends = await taken(first, window)
        # The one who waits moves up, and the colleague's list is one shorter.
        while (await second.receive("queue"))["position"] != 1:
            pass
        waiting = await colleague.receive("waiting")
        while [one["conversation"] for one in waiting["waiting"]] != [second.conversation]:
            waiting = await colleague.receive("waiting")
        await colleague.ready()
        assert (await colleague.claim(first.conversation))["code"] == "taken"

        await ends.exchange(2)
        await first.send({"type": "seen", "seq": 4})
        assert (await window.receive("seen"))["seq"] == 4
        erased = await first.erase()
        assert await window.receive("erased") == {**erased, "conversation": first.conversation}
        await ends.visitor.say("on we go")
        await asyncio.gather(ends.visitor.see(5), ends.counsellor.see(5))
        assert ends.visitor.saw == ends.counsellor.saw
        await window.close_talk(first.conversation)
        assert (await first.receive("ended"))["by"] == "counsellor"
        await first.nothing_more()


async def test_a_newer_socket_at_another_process_takes_over(fleet: Fleet, tenant: Tenant) -> None:
    async with (
        fleet.visitor(0, tenant) as older,
        fleet.visitor(1, tenant, secret=older.secret) as newer,
    ):
        assert await older.closed() == 4409
        assert (await newer.say("here now"))["seq"] == 1


async def test_the_same_message_at_two_processes_at_once_is_one(
    fleet: Fleet, tenant: Tenant
) -> None:
    async with (
        fleet.visitor(0, tenant) as tab,
        ready(fleet, 1, tenant, 1) as window,
    ):
        ends = await taken(tab, window)
        async with fleet.desk(2, tenant, 1) as again:
            for number in range(1, 31):
                say = {"type": "say", "conversation": ends.counsellor.talk, "text": f"{number}"}
                say["id"] = str(uuid4())
                answers = await asyncio.gather(window.request(say), again.request(say))
                assert [answer["seq"] for answer in answers] == [number, number]
            assert await ends.visitor.see(30) == [(n, f"{n}") for n in range(1, 31)]
            await tab.nothing_more()


async def test_a_killed_process_takes_nothing_with_it(fleet: Fleet, tenant: Tenant) -> None:
    async with AsyncExitStack() as stack:
        tab = await stack.enter_async_context(fleet.visitor(2, tenant))
        one = await taken(tab, await stack.enter_async_context(ready(fleet, 0, tenant, 1)))
        far = await stack.enter_async_context(ready(fleet, 2, tenant, 2))
        two = await taken(await stack.enter_async_context(fleet.visitor(1, tenant)), far)
        await asyncio.gather(one.exchange(3, name="one"), two.exchange(3, name="two"))
        unanswered = [{"type": "say", "id": str(uuid4()), "text": f"{n}"} for n in range(5)]
        for frame in unanswered:
            await tab.send(frame)

        fleet.processes[2].end(signal.SIGKILL)

        assert [await tab.closed(), await far.closed()] == [1006, 1006]
        back = await stack.enter_async_context(fleet.visitor(1, tenant, secret=tab.secret))
        window = await stack.enter_async_context(fleet.desk(0, tenant, 2))
        answers = [await back.request(frame) for frame in unanswered]
        # What had been stored before the kill keeps its number, and nothing is there twice.
        assert [answer["seq"] for answer in answers] == [7, 8, 9, 10, 11]
        seen = await one.counsellor.see(11)
        assert seen[6:] == [(7 + n, f"{n}") for n in range(5)]
        await TwoEnds(one.visitor.moved(back, seen), one.counsellor).exchange(3)
        await TwoEnds(two.visitor, two.counsellor.moved(window, two.visitor.saw)).exchange(3)
