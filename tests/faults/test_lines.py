"""Lines that only look alive, and a process that only looks dead: each is noticed and put right."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import AsyncExitStack

import pytest

from tests.e2e.cable import Cable, Plain, cable_to
from tests.faults.house import House
from tests.faults.killing import signal_tree
from tests.faults.people import Pair, pair

pytestmark = pytest.mark.engines

NOTICED_SECONDS = 45.0
MISSED = {"type": "line", "who": "visitor", "up": False}


def is_missed(frame: dict[str, object]) -> bool:
    return {key: frame.get(key) for key in MISSED} == MISSED


async def test_half_open_lines_are_noticed_and_come_back_with_everything(house: House) -> None:
    """At once, for each takes 40 s: an idle line, one on which much is on its way, and a desk's."""
    async with AsyncExitStack() as closing:
        talks: list[tuple[Pair, Cable]] = []
        for at_desk, who in ((False, 0), (False, 0), (True, 1)):
            line = await closing.enter_async_context(cable_to(house.webs[0].port, Plain))
            far, near = [line.port], list[int]()
            talk = await closing.enter_async_context(
                pair(
                    house,
                    who=who,
                    visitor_at=near if at_desk else far,
                    desk_at=far if at_desk else near,
                )
            )
            await talk.chat(2, "before")
            await talk.settled()
            talks.append((talk, line))
        (idle, _), (busy, _), (desk, _) = talks

        for _, line in talks:
            line.go_dead()
        since = time.monotonic()
        # As much as a desk may say at once, and more than any buffer on the way takes.
        for number in range(240):
            await busy.desk.say(f"{number} " + "x" * 3_900)
        await idle.desk.until(lambda: any(map(is_missed, idle.desk.frames)), NOTICED_SECONDS)
        await busy.desk.until(lambda: any(map(is_missed, busy.desk.frames)), NOTICED_SECONDS)
        await gone_from_the_desk(house, desk)
        assert time.monotonic() - since < NOTICED_SECONDS

        for talk, line in talks:
            line.mend()
            await talk.chat(2, "after")
            await talk.audit()
            assert len((*talk.visitor.closes, *talk.desk.closes)) == 1


async def gone_from_the_desk(house: House, talk: Pair) -> None:
    """Wait until whoever has ``talk`` is known to have no line."""
    query = (
        "SELECT 1 FROM chat_desksocket s JOIN chat_conversation c"
        " ON c.counsellor_id = s.membership_id WHERE c.id = %s"
    )
    async with asyncio.timeout(NOTICED_SECONDS):
        while house.rows(query, talk.conversation):  # noqa: ASYNC110  # rows set no event
            await asyncio.sleep(0.1)


async def test_process_that_was_taken_for_dead_lets_its_sockets_come_back(house: House) -> None:
    await house.do(house.start_jobs)
    first = house.webs[0]
    assert first.process is not None
    async with pair(house) as talk:
        await talk.chat(3, "before")
        await talk.settled()
        signal_tree(first.process.pid, signal.SIGSTOP)
        try:
            await talk.chat(3, "across")
            # The worker finds that nobody has heard of the process.
            await talk.desk.until(lambda: any(map(is_missed, talk.desk.frames)), NOTICED_SECONDS)
        finally:
            signal_tree(first.process.pid, signal.SIGCONT)
        await talk.visitor.until(lambda: talk.visitor.closes == [1012])
        await talk.visitor.until(lambda: talk.visitor.up)
        await talk.chat(3, "after")

        await talk.audit()
        # The rows say what is true: nobody will end this talk because nobody is there.
        query = "SELECT visitor_lost_at IS NULL FROM chat_conversation WHERE id = %s"
        assert house.rows(query, talk.conversation) == [(True,)]
    await house.do(house.stop_jobs)


async def test_killed_worker_and_beat_are_not_missed_by_those_who_talk(house: House) -> None:
    await house.do(house.start_jobs)
    async with pair(house) as talk:
        await talk.chat(3, "before")
        for name in ("worker", "beat"):
            house.kill_job(name)
        await talk.chat(3, "across")
        await talk.audit()
        await house.do(house.heal)

        # They are back once a desk that has been killed is missed.
        killed = house.webs[1]
        await house.do(killed.end, signal.SIGKILL)
        await talk.audit()
    await house.do(house.stop_jobs)
