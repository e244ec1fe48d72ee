"""PostgreSQL hangs, dies amid forgetting, or finds no room: refused or repeated, never lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chat.runtime import BEAT_SECONDS
from chat.writer import CALL_SECONDS, GIVE_UP_SECONDS
from tests.faults.house import House
from tests.faults.people import PATIENCE_SECONDS, Pair, keys_of_what_is_over, pair
from tests.world import POLL_SECONDS

pytestmark = pytest.mark.engines

FROZEN_SECONDS = 10.0
# As long as main may be away at most, whenever the last beat before was, with nobody taken for gone.
MAIN_FROZEN_SECONDS = 13.0
# Longer than a process may be silent before it is taken for dead.
LONG_SECONDS = 25.0
# How long a message waits for its refusal at most, and as long again as anybody waits for anything.
REFUSED_SECONDS = GIVE_UP_SECONDS + CALL_SECONDS + PATIENCE_SECONDS
TO_SPARE_BYTES = 4096
# More messages of 4 KB than fit in what earlier tests can have left.
MOST = 5_000
DESTROY, FORGET, TELL = (
    "retention.keys.destroy_keys",
    "chat.forgetting:CONVERSATION.forget",
    "chat.conversations.tell",
)
# Where each of the instances dies under an erasure, an end, or the purge.
DEATHS = [
    pytest.param("main", DESTROY, "before", id="main before the key"),
    pytest.param("keys", DESTROY, "before", id="keys before the key"),
    pytest.param("main", DESTROY, "after", id="main after the key"),
    pytest.param("keys", DESTROY, "after", id="keys after the key"),
    pytest.param("main", FORGET, "after", id="main before the commit"),
    pytest.param("valkey", TELL, "before", id="valkey before it is told"),
]


def left_of(house: House, talk: Pair) -> tuple[int, int]:
    """Return how many bodies of a talk are stored, and how many keys of what is over."""
    query = "SELECT count(body) FROM chat_message WHERE conversation_id = %s"
    ((bodies,),) = house.rows(query, talk.conversation)
    return bodies, keys_of_what_is_over(house, talk.conversation)


async def until_a_beat_is_near(house: House) -> None:
    """Real time is what is tested: whoever hangs then says nothing for as long as may be."""
    query = "SELECT max(beat_at) FROM chat_process"
    last = house.rows(query)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.rows(query) == last:  # noqa: ASYNC110  # another process's row sets no event here
            await asyncio.sleep(POLL_SECONDS)
    await asyncio.sleep(BEAT_SECONDS - 1)


@pytest.mark.parametrize(
    ("instance", "seconds"),
    [("main", MAIN_FROZEN_SECONDS), ("keys", FROZEN_SECONDS), ("keys", LONG_SECONDS)],
)
async def test_instance_that_hangs(house: House, instance: str, seconds: float) -> None:
    async with pair(house) as talk:
        await talk.chat(3, "before")
        await until_a_beat_is_near(house)
        house.freeze(instance)
        await talk.chat(10, "across")
        # Real time is what is tested.
        await asyncio.sleep(seconds)
        house.thaw(instance)
        await talk.chat(3, "after")

        await talk.audit()
        assert talk.visitor.closes == talk.desk.closes == []
        # Nobody was taken for gone.
        assert [frame for frame in talk.desk.frames if frame["type"] == "line"] == []


@pytest.mark.parametrize("act", ["erase", "leave"])
@pytest.mark.parametrize(("engine", "step", "when"), DEATHS)
async def test_engine_killed_at_a_step_of_forgetting(
    house: House, act: str, engine: str, step: str, when: str
) -> None:
    """Rule: D5, D6"""
    async with pair(house) as talk:
        await talk.chat(2, "to be forgotten")
        await talk.settled()

        first = house.webs[0]
        first.arm(step, when, house.engine_pid(engine))
        asked = asyncio.ensure_future(talk.visitor.request(type=act))
        await house.sprung(first)
        await house.do(house.heal)
        answer = await asked

        # Once it is told, it has happened: whoever died over it.
        assert answer["type"] in ({"erased"} if act == "erase" else {"ended", "error"}), answer
        kind = "erased" if act == "erase" else "ended"
        await talk.desk.heard(lambda frame: frame["type"] == kind)
        assert left_of(house, talk) == (0, 0)
        if act == "erase":
            await talk.visitor.say("and on")
            await talk.settled()
            assert list(talk.desk.texts.values()) == [("visitor", "and on")]


PURGE = [
    pytest.param("keys", "retention.keys.destroy_due_keys", "before", id="keys before the keys"),
    pytest.param("main", "retention.keys.destroy_due_keys", "after", id="main after the keys"),
    pytest.param("keys", "retention.keys.missing_keys", "before", id="keys before the rows"),
    pytest.param("main", FORGET, "after", id="main before the commit"),
    pytest.param("", FORGET, "after", id="the purge itself"),
]


@pytest.mark.parametrize(("engine", "step", "when"), PURGE)
async def test_what_is_killed_under_the_purge_is_purged_by_the_next(
    house: House, engine: str, step: str, when: str
) -> None:
    """Rule: T9"""
    async with pair(house, slug="tidaholm") as talk, pair(house) as other:
        await talk.chat(2, "kept until now")
        await other.chat(2, "alive")
        await talk.settled()
        await talk.visitor.request(type="leave")
    async with pair(house) as alive:
        await alive.chat(2, "alive")
        await alive.settled()
        let_its_time_be_over(house, talk)
        house.webs[0].arm(step, when, house.engine_pid(engine) if engine else 0)

        ended = await house.do(house.purge, house.webs[0].armed)
        assert ended != 0
        await house.do(house.heal)
        assert await house.do(house.purge, house.webs[0].armed) == 0

        assert left_of(house, talk) == (0, 0)
        await alive.chat(2, "still alive")
        await alive.audit()


def let_its_time_be_over(house: House, talk: Pair) -> None:
    """Let the three months of one talk be over."""
    over = "SET expires_at = clock_timestamp()"
    segments = house.rows(
        f"UPDATE chat_segment {over} WHERE conversation_id = %s RETURNING id", talk.conversation
    )
    house.rows(f"UPDATE chat_conversation {over} WHERE id = %s RETURNING id", talk.conversation)
    house.rows(
        f"UPDATE segment_key {over} WHERE segment = ANY (%s) RETURNING segment",
        [row[0] for row in segments],
        alias="keys",
    )


@contextmanager
def full_disk(house: House) -> Iterator[None]:
    """Leave no room where the engines write."""
    if not house.mounted:
        pytest.fail(
            "A full disk needs a file system of its own, which only root may mount: run this as"
            " root, or in a container that may mount."
        )
    ballast = house.state.engines / "ballast"
    with ballast.open("wb") as file:
        stat = os.statvfs(ballast)
        os.posix_fallocate(file.fileno(), 0, stat.f_bavail * stat.f_frsize - TO_SPARE_BYTES)
    try:
        yield
    finally:
        ballast.unlink()


def is_refused(talk: Pair) -> bool:
    return any(frame.get("code") == "unavailable" for frame in talk.visitor.frames)


async def test_full_disk_refuses_and_recovers_by_itself(house: House) -> None:
    async with pair(house) as talk, pair(house) as other:
        await talk.chat(3, "before")
        await other.chat(1, "before")
        await talk.settled()
        with full_disk(house):
            # How much room earlier talks have left in the tables, nobody knows.
            for number in range(MOST):
                await talk.visitor.say(f"{number} " + "x" * 3_900)
                if number % 100 == 99:
                    await talk.visitor.until(
                        lambda: is_refused(talk) or not talk.visitor.unanswered, REFUSED_SECONDS
                    )
                if is_refused(talk):
                    break
            await talk.visitor.heard(lambda one: one.get("code") == "unavailable")
            acked = dict(talk.visitor.acks)
            # What is to be forgotten is unreadable with not a byte to spare, or nobody is told so.
            asked = asyncio.ensure_future(other.visitor.request(type="leave"))
            await asyncio.wait([asked], timeout=FROZEN_SECONDS)
        await house.do(house.heal_with_patience)
        await asked

        await talk.audit()
        assert acked.items() <= talk.visitor.acks.items()
        assert left_of(house, other) == (0, 0)
