"""Many who ask for the same visitor: one of them wins, and nobody is passed over."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from threading import Barrier
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from chat.calls import call, scoped_call
from chat.conversations import open_conversation
from chat.errors import QueueEmpty, Taken
from chat.lines import set_ready
from chat.models import Conversation, Tally
from chat.queue import claim, claim_next
from chat.states import State
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope
from tests import clients, world
from tests.clients import Desk, Frame, Visitor
from tests.sizes import sized
from tests.talks import owner_rows
from tests.world import until

pytestmark = pytest.mark.django_db(transaction=True)

RACES = sized(1_000, otherwise=200)
WAITING, COUNSELLORS = 500, 20
DESKS, TABS = 5, 15
PATIENCE_SECONDS = 60
WAITING_FOR_LOCKS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


@pytest.fixture
def tenant(tenant: Tenant) -> Tenant:
    """A line with room for everybody who comes here."""
    tenant.queue_cap, tenant.capacity = 1_000, 1_000
    tenant.save(update_fields=["queue_cap", "capacity"])
    return tenant


def ready_members(tenant: Tenant, count: int) -> list[Membership]:
    members = [world.hire(tenant, number=number) for number in range(1, count + 1)]
    for member in members:
        with tenant_scope(tenant):
            set_ready(tenant, member, ready=True)
    return members


def waiting_talks(tenant: Tenant, count: int) -> list[UUID]:
    """Return talks in the order in which they wait, their visitors on the line."""
    talks = []
    for _ in range(count):
        with tenant_scope(tenant):
            talks.append(open_conversation(tenant).conversation)
    with tenant_scope(tenant):
        Conversation.objects.update(visitor_lost_at=None)
    return talks


def all_at_once(work: Sequence[Callable[[], None]]) -> None:
    """Run each in a thread with connections of its own, from one moment on."""
    together = Barrier(len(work))

    def run(one: Callable[[], None]) -> None:
        try:
            together.wait(PATIENCE_SECONDS)
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as threads:
        list(threads.map(run, work))


def test_one_of_two_counsellors_wins_every_time(tenant: Tenant) -> None:
    members = ready_members(tenant, 2)
    (talk,) = waiting_talks(tenant, 1)
    together = Barrier(2)
    results: dict[int, list[str]] = {0: [], 1: []}

    def compete(number: int) -> None:
        for _ in range(RACES):
            together.wait(PATIENCE_SECONDS)
            results[number].append(claimed(tenant, members[number], talk))
            if together.wait(PATIENCE_SECONDS) == 0:
                put_back(tenant, talk)
            together.wait(PATIENCE_SECONDS)

    all_at_once([lambda: compete(0), lambda: compete(1)])

    rounds = Counter(tuple(sorted(pair)) for pair in zip(*results.values(), strict=True))
    assert rounds == {("Taken", "won"): RACES}
    # Neither was always first: they did compete.
    assert min(found.count("won") for found in results.values()) > 0


def claimed(tenant: Tenant, member: Membership, talk: UUID) -> str:
    try:
        with tenant_scope(tenant):
            conversation = claim(tenant, member, talk, then=itself)
    except Taken:
        return "Taken"
    assert (conversation.state, conversation.counsellor_id) == (State.ACTIVE, member.pk)
    return "won"


def itself(talk: Conversation) -> Conversation:
    return talk


def put_back(tenant: Tenant, talk: UUID) -> None:
    with tenant_scope(tenant):
        back = Conversation.objects.filter(pk=talk, state=State.ACTIVE)
        assert back.update(state=State.WAITING, counsellor=None) == 1


def test_twenty_counsellors_serve_five_hundred_in_order(tenant: Tenant) -> None:
    members = ready_members(tenant, COUNSELLORS)
    place = {talk: number for number, talk in enumerate(waiting_talks(tenant, WAITING))}
    served: list[tuple[UUID, int]] = []

    def serve(member: Membership) -> None:
        while True:
            try:
                with tenant_scope(tenant):
                    talk = claim_next(tenant, member, then=itself).pk
            except QueueEmpty:
                return
            finally:
                # Each claim borrows its connections anew, as each piece of work of the application
                # does: kept to the end, the first dozen would serve everybody and the rest wait.
                connections.close_all()
            served.append((member.pk, place[talk]))

    all_at_once([lambda member=member: serve(member) for member in members])  # type: ignore[misc]

    assert sorted(number for _, number in served) == list(range(WAITING))
    for member in members:
        own = [number for who, number in served if who == member.pk]
        assert own == sorted(own)
    for count, (_, number) in enumerate(served):
        assert number < count + COUNSELLORS


async def pressed_until_empty(window: Desk) -> list[Frame]:
    answers = []
    while (answer := await window.take_next())["type"] == "assigned":
        answers.append(answer)
    assert answer["code"] == "empty"
    return answers


async def test_at_the_front_door_too_each_visitor_has_one_counsellor(tenant: Tenant) -> None:
    async with AsyncExitStack() as stack:
        windows = [
            await stack.enter_async_context(clients.desk(tenant, number=number))
            for number in range(1, DESKS + 1)
        ]
        for window in windows:
            await window.ready()
        tabs: list[Visitor] = [
            await stack.enter_async_context(clients.visitor(tenant)) for _ in range(TABS)
        ]

        given = await asyncio.gather(*map(pressed_until_empty, windows))

        names = [answer["conversation"] for answers in given for answer in answers]
        assert sorted(names) == sorted(tab.conversation for tab in tabs)
        for tab in tabs:
            assert (await tab.next())["state"] == "active"
            await tab.nothing_more()


async def test_at_the_front_door_too_the_second_to_claim_is_told(tenant: Tenant) -> None:
    async with (
        clients.desk(tenant, number=1) as one,
        clients.desk(tenant, number=2) as two,
        clients.visitor(tenant) as tab,
    ):
        await one.ready(), await two.ready()

        answers = await asyncio.gather(one.claim(tab.conversation), two.claim(tab.conversation))

        kinds = sorted(str(answer.get("code", answer["type"])) for answer in answers)
        assert kinds == ["assigned", "taken"]
        assert (await tab.next())["state"] == "active"
        await tab.nothing_more()


def waiting_in(alias: str) -> int:
    return int(owner_rows(alias, WAITING_FOR_LOCKS)[0][0])


async def test_who_is_writing_while_they_wait_is_not_passed_over(tenant: Tenant) -> None:
    async with (
        clients.desk(tenant) as window,
        clients.visitor(tenant) as first,
        clients.visitor(tenant),
    ):
        await window.ready()
        with psycopg.connect(settings.DATABASE_OWNER_URLS["default"]) as writing:
            # What is stored is numbered under a lock of its talk, here one that takes long.
            query = "SELECT 1 FROM chat_conversation WHERE id = %s FOR NO KEY UPDATE"
            writing.execute(query, [first.conversation])
            asked = asyncio.create_task(window.take_next())
            assert await until(tenant, lambda: asked.done() or waiting_in("default") == 1)

        answer = await asked
    assert (answer["type"], answer["conversation"]) == ("assigned", first.conversation)


async def test_claims_that_wait_for_keys_do_not_wait_for_each_other(tenant: Tenant) -> None:
    async with (
        clients.desk(tenant, number=1) as one,
        clients.desk(tenant, number=2) as two,
        clients.visitor(tenant),
        clients.visitor(tenant),
    ):
        await one.ready(), await two.ready()
        with psycopg.connect(settings.DATABASE_OWNER_URLS["keys"]) as away:
            # As if the other instance were slow; what reads a key waits.
            away.execute("LOCK TABLE segment_key IN ACCESS EXCLUSIVE MODE")
            asked = asyncio.gather(one.take_next(), two.take_next())
            assert await until(tenant, lambda: waiting_in("keys") == 2)
            in_main = await call(waiting_in, "default")

        assert in_main == 0
        assert [answer["type"] for answer in await asked] == ["assigned", "assigned"]
    answered = await scoped_call(tenant, lambda: Tally.objects.get(what="answered").count)
    assert answered == 2
