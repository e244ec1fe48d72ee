"""Who waits is told the truth: their place, how long it may take, and when nobody will come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chat.calls import call, scoped_call
from chat.models import Conversation, Pace
from retention import clock
from tenants.models import Tenant
from tests import clients
from tests.clients import Desk, Frame, Visitor, ask, host_of
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
# A Wednesday on which the line is open from 11 to 13 in Oslo.
CLOSING = datetime(2030, 9, 18, 11, 0, tzinfo=UTC)
CLINIC = {"name": "Ring oss hvis chatten ikke virker", "phone": "800 99 900"}


async def told(tab: Visitor, **expected: object) -> Frame:
    """Return the first frame about the queue that has ``expected`` in it."""
    while True:
        frame = await tab.receive("queue")
        if expected.items() <= frame.items():
            return frame


async def wait_seconds(tenant: Tenant) -> object:
    answer = await ask("GET", host_of(tenant), "/api/status")
    return answer.json()["wait_seconds"]


async def test_nobody_is_told_a_time_while_nobody_is_ready(
    tenant: Tenant, visitor: Visitor, counsellor: Desk, outsider: Desk
) -> None:
    await outsider.ready()
    assert visitor.welcome["wait_seconds"] is None
    assert await wait_seconds(tenant) is None
    alone = await told(visitor, wait_seconds=None)
    assert (alone["position"], CLINIC in alone["alternatives"]) == (1, True)

    await counsellor.ready()

    assert await told(visitor, wait_seconds=60) == {
        "type": "queue", "position": 1, "wait_seconds": 60,
    }  # fmt: skip
    assert await wait_seconds(tenant) == 60


async def test_who_waits_for_a_talk_to_end_is_told_longer_than_who_does_not(
    tenant: Tenant,
) -> None:
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(capacity=1))
    tenant.capacity = 1
    async with (
        clients.talk(tenant),
        clients.visitor(tenant) as second,
        clients.visitor(tenant) as third,
    ):
        waits = [second.welcome["wait_seconds"], third.welcome["wait_seconds"]]

    assert 60 < waits[0] < waits[1]


async def test_length_of_a_talk_is_counted_and_no_time_of_it_is_kept(other: Tenant) -> None:
    """A line that keeps its talks keeps no moment more of them for the estimate.  Rule: D7"""
    async with clients.talk(other) as talk:
        await moved_clock(await call(clock.now) + 32 * MINUTE)
        await talk.visitor.leave()

    known = await scoped_call(other, Pace.objects.get)
    kept = await scoped_call(other, Conversation.objects.get)
    assert kept.claimed_at is None
    assert [field.name for field in Pace._meta.fields] == ["id", "tenant", "lengths"]
    assert max(range(len(known.lengths)), key=known.lengths.__getitem__) == 32 // 5


async def test_those_who_wait_are_told_of_closing_time_before_it_comes(tenant: Tenant) -> None:
    await moved_clock(CLOSING - 31 * MINUTE)
    async with clients.visitor(tenant) as waiting, clients.desk(tenant) as window:
        await window.ready()
        assert await told(waiting, wait_seconds=60) == {
            "type": "queue", "position": 1, "wait_seconds": 60,
        }  # fmt: skip
        await moved_clock(CLOSING - 30 * MINUTE)
        await window.ready(value=False)

        until = {"closes_at": "2030-09-18T11:00:00Z", "last_call_until": "2030-09-18T11:15:00Z"}
        unreached = await told(waiting, closing={**until, "reached": False})
        assert CLINIC in unreached["alternatives"]

        await moved_clock(CLOSING + 10 * MINUTE)
        await window.ready()
        assert await told(waiting, closing={**until, "reached": True}) == {
            "type": "queue", "position": 1, "wait_seconds": 60,
            "closing": {**until, "reached": True},
        }  # fmt: skip


async def test_whom_the_estimate_does_not_reach_in_time_is_told_so(tenant: Tenant) -> None:
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(capacity=1))
    tenant.capacity = 1
    await moved_clock(CLOSING - 5 * MINUTE)
    async with clients.talk(tenant), clients.visitor(tenant) as waiting:
        for _ in range(3):
            assert (await clients.start(tenant, urgent=True)).status == 201

        late = await told(waiting, position=4)

    assert late["closing"]["reached"] is False
    assert CLINIC in late["alternatives"]


@pytest.mark.parametrize("leaves", [True, False], ids=["leaves", "is taken"])
async def test_who_leaves_the_queue_rings_at_no_desk_any_more(tenant: Tenant, leaves: bool) -> None:
    async with (
        clients.visitor(tenant) as tab,
        clients.desk(tenant) as window,
        clients.desk(tenant) as other_window,
        clients.desk(tenant, number=2) as colleague,
    ):
        await window.ready()
        assert [one.welcome["total"] for one in (window, other_window, colleague)] == [1, 1, 1]

        await (tab.leave() if leaves else window.claim(tab.conversation))

        for desk in (window, other_window, colleague):
            while (shown := await desk.receive("waiting"))["total"]:
                pass
            assert shown == {"type": "waiting", "total": 0, "waiting": []}
