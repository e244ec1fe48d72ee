"""Those who come while others are being served are served together, each with an answer of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest

from chat.arrivals import Arrival, Knock, arrive_all
from chat.calls import scoped_call
from chat.conversations import open_conversation, secret_hash
from chat.errors import NotLetIn
from chat.models import Conversation
from chat.together import Together
from tenants.errors import Invalid
from tenants.models import Tenant

Batches = list[tuple[str, list[int]]]


def doubling(batches: Batches, gate: asyncio.Event) -> Together[str, int, int]:
    async def work(key: str, items: list[int]) -> Sequence[int | Exception]:
        batches.append((key, items))
        await gate.wait()
        if 99 in items:
            raise OSError("storage is away")
        return [item * 2 if item >= 0 else ValueError(item) for item in items]

    return Together(work)


async def test_who_comes_meanwhile_goes_in_the_next_batch_and_keys_do_not_mix() -> None:
    batches: Batches = []
    gate = asyncio.Event()
    together = doubling(batches, gate)

    first = asyncio.create_task(together.do("a", 1))
    while not batches:  # noqa: ASYNC110  # the work sets no event as it begins
        await asyncio.sleep(0)
    others = [asyncio.create_task(together.do(key, n)) for key, n in (("a", 2), ("b", 3), ("a", 4))]
    await asyncio.sleep(0)
    gate.set()

    assert [await first, *await asyncio.gather(*others)] == [2, 4, 6, 8]
    assert batches == [("a", [1]), ("b", [3]), ("a", [2, 4])]


async def test_many_lines_take_turns_and_gather_meanwhile() -> None:
    batches: Batches = []
    gate = asyncio.Event()
    together = doubling(batches, gate)

    asked = [asyncio.create_task(together.do(key, 1)) for key in "abcd"]
    while len(batches) < 2:  # noqa: ASYNC110  # the work sets no event as it begins
        await asyncio.sleep(0)
    asked += [asyncio.create_task(together.do(key, 2)) for key in "abcd"]
    await asyncio.sleep(0)
    assert batches == [("a", [1]), ("b", [1])]
    gate.set()

    assert await asyncio.gather(*asked) == [2] * 4 + [4] * 4
    assert batches[2:] == [("c", [1, 2]), ("d", [1, 2]), ("a", [2]), ("b", [2])]


async def test_lines_that_hang_keep_the_others_for_a_moment() -> None:
    hangs = asyncio.Event()

    async def work(key: str, items: list[int]) -> Sequence[int]:
        if key != "c":
            await hangs.wait()
        return items

    together = Together(work)
    hanging = [asyncio.create_task(together.do(key, 1)) for key in "ab"]
    await asyncio.sleep(0)

    async with asyncio.timeout(20):
        assert await together.do("c", 2) == 2

    assert not any(one.done() for one in hanging)
    hangs.set()
    assert await asyncio.gather(*hanging) == [1, 1]


async def test_those_of_one_moment_go_together() -> None:
    batches: Batches = []
    gate = asyncio.Event()
    gate.set()
    together = doubling(batches, gate)

    assert await asyncio.gather(*(together.do("a", n) for n in (1, 2, 3))) == [2, 4, 6]

    assert batches == [("a", [1, 2, 3])]


async def test_one_who_is_refused_spoils_nothing_for_the_others() -> None:
    gate = asyncio.Event()
    gate.set()
    together = doubling([], gate)

    found = await asyncio.gather(*(together.do("a", n) for n in (1, -2, 3)), return_exceptions=True)
    lost = await asyncio.gather(*(together.do("a", n) for n in (5, 99)), return_exceptions=True)

    assert [type(one) for one in found] == [int, ValueError, int]
    assert [type(one) for one in lost] == [OSError, OSError]
    assert await together.do("a", 7) == 14


async def test_one_who_has_gone_keeps_nobody_waiting() -> None:
    gate = asyncio.Event()
    together = doubling([], gate)
    gone = asyncio.create_task(together.do("a", 1))
    stays = asyncio.create_task(together.do("a", 2))
    await asyncio.sleep(0)

    gone.cancel()
    gate.set()

    assert await stays == 4


@pytest.mark.django_db(transaction=True)
async def test_those_who_knock_together_find_each_their_own(tenant: Tenant, other: Tenant) -> None:
    """Rule: S7"""
    opened = [await scoped_call(tenant, open_conversation, tenant) for _ in range(3)]
    foreign = await scoped_call(other, open_conversation, other)
    process = uuid4()

    def knock(secret: str, after: int = 0) -> Knock:
        return Knock(secret_hash(secret), after, uuid4(), process)

    one, two, three = (one.secret.reveal() for one in opened)
    knocks = [knock(one), knock(two, after=5), knock("nothing"), knock(foreign.secret.reveal()),
              knock(three), knock(one)]  # fmt: skip

    answers = await scoped_call(tenant, arrive_all, tenant, knocks)

    came = [
        answer.conversation if isinstance(answer, Arrival) else type(answer) for answer in answers
    ]
    assert came == [
        opened[0].conversation, Invalid, NotLetIn, NotLetIn, opened[2].conversation,
        opened[0].conversation,
    ]  # fmt: skip
    places = [answer.place and answer.place[0] for answer in answers if isinstance(answer, Arrival)]
    assert places == [1, 3, 1]
    sockets = await scoped_call(
        tenant, lambda: dict(Conversation.objects.values_list("pk", "visitor_socket"))
    )
    # Of two tabs with one secret the later has the talk; who was refused has taken nothing.
    assert sockets == {
        opened[0].conversation: knocks[5].socket,
        opened[1].conversation: None,
        opened[2].conversation: knocks[4].socket,
    }
