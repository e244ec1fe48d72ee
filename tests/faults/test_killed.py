"""kill -9 of every part while two people talk, and at each step of a message's way."""

from __future__ import annotations

import pytest

from tests.faults.house import House
from tests.faults.people import pair

pytestmark = pytest.mark.engines

# Received and not committed; committed and not answered; committed and not published.
STEPS = [
    pytest.param("chat.writer:Writer._call", "before", id="before the commit"),
    pytest.param("chat.writer:Writer._call", "after", id="before the answer"),
    pytest.param("chat.exchange:Exchange._publish", "before", id="before it is published"),
]


@pytest.mark.parametrize(("step", "when"), STEPS)
async def test_web_killed_at_a_step_of_a_message(house: House, step: str, when: str) -> None:
    async with pair(house) as talk:
        await talk.chat(5, "before")
        await talk.settled()
        first = house.webs[0]

        first.arm(step, when)
        await talk.chat(5, "across")
        await talk.visitor.until(lambda: not first.runs)
        await house.do(house.heal)
        await talk.chat(5, "after")

        await talk.audit()
        assert talk.visitor.closes == [None]


@pytest.mark.parametrize("engine", ["main", "keys", "valkey"])
async def test_engine_killed_while_two_talk(house: House, engine: str) -> None:
    async with pair(house) as talk:
        await talk.chat(5, "before")
        house.crash(engine)
        await talk.chat(20, "across")
        await house.do(house.heal)
        await talk.chat(5, "after")

        await talk.audit()
