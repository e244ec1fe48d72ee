"""Valkey is away, empty or back: talks go on, whoever is at the desk is told, nothing is lost."""

from __future__ import annotations

import pytest
import redis

from tests.faults.house import House
from tests.faults.people import Pair, keys_of_what_is_over, pair

pytestmark = pytest.mark.engines


def slow(value: bool) -> dict[str, object]:  # as it stands in the frame
    return {"type": "slow", "value": value}


async def test_talks_go_on_without_valkey_and_the_desk_is_told(house: House) -> None:
    async with pair(house) as talk:
        await talk.chat(3, "before")
        house.crash("valkey")
        await talk.desk.heard(lambda frame: frame == slow(True))

        await talk.chat(10, "without")
        await talk.audit()

        await house.do(house.heal)
        await talk.desk.heard(lambda frame: frame == slow(False))
        await talk.chat(3, "after")
        await talk.audit()
        # Nobody had to connect anew, and the visitor was not troubled with it.
        assert talk.visitor.closes == talk.desk.closes == []
        assert slow(True) not in talk.visitor.frames
    for name in ("web-1", "web-2"):
        events = house.logged(name)
        assert events.index("valkey_unreachable") < events.index("valkey_back")


async def test_everything_else_of_a_talk_is_found_without_valkey(house: House) -> None:
    """Who came, who left, what was erased and that it is over: nobody tells, and all are told."""
    house.crash("valkey")
    async with pair(house) as talk:
        await talk.chat(2, "to be erased")
        await talk.settled()
        erased = await talk.visitor.request(type="erase")
        await talk.desk.heard(lambda frame: frame["type"] == "erased")
        assert talk.desk.texts == talk.visitor.texts == {}

        await talk.visitor.go()
        await talk.desk.heard(lambda frame: frame["type"] == "line" and not frame["up"])
        await talk.visitor.come()
        await talk.desk.heard(lambda frame: frame["type"] == "line" and frame["up"])
        await talk.visitor.request(type="leave")

        ended = await talk.desk.heard(lambda frame: frame["type"] == "ended")
        assert (erased["through"], ended["by"]) == (4, "visitor")
        assert left_of(house, talk) == (0, 0)
    await house.do(house.heal)


def left_of(house: House, talk: Pair) -> tuple[int, int]:
    """Return how many messages of a talk are stored, and how many keys of what is over."""
    query = "SELECT count(*) FROM chat_message WHERE conversation_id = %s"
    ((messages,),) = house.rows(query, talk.conversation)
    return messages, keys_of_what_is_over(house, talk.conversation)


async def test_valkey_that_is_emptied_costs_nothing(house: House) -> None:
    async with pair(house) as talk:
        await talk.chat(5, "before")
        with redis.Redis.from_url(house.engines.valkey.url()) as client:
            client.flushall()
        await talk.chat(5, "across")

        await talk.audit()
        assert talk.visitor.closes == talk.desk.closes == []


async def test_valkey_that_hangs_holds_nobody_up(house: House) -> None:
    async with pair(house) as talk:
        house.freeze("valkey")
        try:
            await talk.chat(5, "across")
            await talk.audit()
            await talk.desk.heard(lambda frame: frame == slow(True))
        finally:
            house.thaw("valkey")
        await talk.desk.heard(lambda frame: frame == slow(False))
        await talk.chat(5, "after")
        await talk.audit()
