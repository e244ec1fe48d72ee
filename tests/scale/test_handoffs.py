"""Many visitors are passed on at once: none is lost, none is there twice, and it takes no time."""

from __future__ import annotations

import asyncio
import os
from time import perf_counter
from uuid import UUID, uuid4

import pytest

from chat import lines as presence
from chat.calls import call
from chat.cards import answer_card, follow_answer, offer_card
from chat.conversations import open_conversation
from chat.models import Card, Conversation
from chat.queue import claim
from chat.states import State
from referrals import carrying, handoffs
from referrals.models import Incoming, Outgoing, Partnership, ReferralCount
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.talks import owner_rows, say

pytestmark = pytest.mark.django_db(transaction=True)

# The suite has a time limit, and the machine is busy with it; `HELPLINE_HANDOFFS=1000` on a quiet
# one is what docs/scale.md tells of.
MANY = int(os.environ.get("HELPLINE_HANDOFFS", "40"))
AT_ONCE = 4
WHY = {"why": "De kan mer om det.", "summary": ""}


@pytest.fixture
def pair(transactional_db: None) -> list[Tenant]:
    world.open_tenants("alarmtelefonen", "snakkompsyken")
    Tenant.objects.update(queue_cap=10_000, capacity=10_000)
    found = list(Tenant.objects.filter(slug__in=["alarmtelefonen", "snakkompsyken"]))
    found.sort(key=lambda line: line.slug)
    for line in found:
        with tenant_scope(line):
            Partnership.objects.update(at_once=30_000)
    return found


def at_desk(line: Tenant) -> Membership:
    member = world.hire(line)
    with tenant_scope(line):
        presence.desk_arrived(line, member, socket=uuid4(), process=uuid4())
        presence.set_ready(line, member, ready=True)
    return member


def begin(giver: Tenant, member: Membership) -> tuple[UUID, UUID]:
    """Begin a talk, and let its counsellor show the partner; return the talk and the card."""
    with tenant_scope(giver):
        talk = open_conversation(giver).conversation
    with tenant_scope(giver):
        claim(giver, member, talk, then=lambda talk: None)
    content = {"to": "snakkompsyken", **WHY}
    card = offer_card(giver, member, talk, kind="referral", content=content)
    return talk, UUID(card["id"])


def pass_on(giver: Tenant, taker: Tenant, talk: UUID, card: UUID) -> tuple[float, UUID]:
    """Say yes and come; return the seconds from yes to the partner's queue, and the talk there."""
    begun = perf_counter()
    with tenant_scope(giver):
        answered = answer_card(giver, talk, card_id=card, value="all")
    told = follow_answer(giver, talk, answered)
    assert told
    assert told["state"] == "go"
    token = told["url"].partition("#handoff=")[2].partition(".")[0]
    arrived = handoffs.arrive(taker, token)
    return perf_counter() - begun, arrived.opened.conversation


def take(taker: Tenant, member: Membership, talk: UUID) -> None:
    with tenant_scope(taker):
        claim(taker, member, talk, then=lambda talk: None)


async def test_many_are_passed_on_and_none_is_lost_or_there_twice(pair: list[Tenant]) -> None:
    giver, taker = pair
    answers, takes = await call(at_desk, giver), await call(at_desk, taker)
    few = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> float:
        async with few:
            talk, card = await call(begin, giver, answers)
            if number % 20 == 0:
                await call(say, giver, talk, "Bare noen få sier noe: det tar en skriver.")
            seconds, there = await call(pass_on, giver, taker, talk, card)
            await call(take, taker, takes, there)
            return seconds

    took = sorted(await asyncio.gather(*(one(number) for number in range(MANY))))
    await call(carrying.carry_on)

    p50, p95 = (took[int(len(took) * part)] for part in (0.5, 0.95))
    print(f"{MANY} handoffs, {AT_ONCE} at once: p50 {p50:.3f} s, p95 {p95:.3f} s")  # noqa: T201
    assert await call(states, giver, Outgoing) == {"taken": MANY}
    assert await call(states, taker, Incoming) == {"taken": MANY}
    # The first talks are gone with all that was in them, and every second one is alive.
    assert await call(kept, giver) == (0, 0)
    assert await call(kept, taker) == (MANY, MANY)
    own = "SELECT count(*) FROM segment_key WHERE tenant = %s"
    assert await call(owner_rows, "keys", own, giver.pk) == [(0,)]
    for line in pair:
        outcomes = await call(counts, line)
        assert outcomes == {"accepted": MANY, "arrived": MANY, "taken": MANY}


def states(line: Tenant, model: type[Outgoing | Incoming]) -> dict[str, int]:
    with tenant_scope(line):
        found = list(model.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in found}


def kept(line: Tenant) -> tuple[int, int]:
    with tenant_scope(line):
        talks = Conversation.objects.exclude(state=State.ENDED)
        return talks.count(), Card.objects.count()


def counts(line: Tenant) -> dict[str, int]:
    with tenant_scope(line):
        return dict(ReferralCount.objects.values_list("outcome", "number"))
