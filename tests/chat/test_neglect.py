"""No talk stays open by neglect, and both sides are told.  Time is moved, never waited for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chat import lines
from chat.arrivals import Knock, arrive_all
from chat.calls import call, scoped_call
from chat.conversations import secret_hash
from chat.lines import desk_arrived
from chat.models import Presence
from retention import clock
from tenants.models import Tenant
from tests import clients, world
from tests.chat.tending import CLOSING, HOUR, MINUTE, SECOND, tended
from tests.clients import Talk, Visitor, Wire
from tests.talks import GONE, ledger_of, seen, segments_of
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)


async def now() -> datetime:
    return await call(clock.now)


async def ended_for(*wires: Wire) -> list[str]:
    """Return by whom the talk was ended, as each side is told."""
    return [(await wire.receive("ended"))["by"] for wire in wires]


async def test_visitor_who_stays_away_ends_the_talk(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        segments = await call(segments_of, UUID(going.conversation))
        left_at = await now()
        await going.visitor.drop()
        assert (await going.desk.next())["up"] is False

        await tended(tenant, at=left_at + 29 * MINUTE)
        await going.desk.nothing_more()
        await tended(tenant, at=await now() + 1 * MINUTE + SECOND)

        assert await ended_for(going.desk) == ["system"]
        assert await call(seen, UUID(going.conversation), segments) == GONE
        async with clients.visitor(tenant, secret=going.visitor.secret) as back:
            assert back.welcome["ended"] == {"by": "system", "evaluation": None}


async def test_visitor_who_comes_back_in_time_goes_on(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        left_at = await now()
        await going.visitor.drop()
        assert (await going.desk.next())["up"] is False
        await tended(tenant, at=left_at + 29 * MINUTE)

        async with clients.visitor(tenant, secret=going.visitor.secret) as back:
            assert (await going.desk.next())["up"] is True
            await tended(tenant, at=left_at + 40 * MINUTE)
            assert (await back.say("her"))["seq"] == 1
            assert (await going.desk.next())["text"] == "her"


@pytest.mark.parametrize(
    ("away", "place"), [(119 * SECOND, 1), (121 * SECOND, 3)], ids=["in time", "too late"]
)
async def test_place_in_the_queue_is_kept_for_two_minutes(
    tenant: Tenant, away: timedelta, place: int
) -> None:
    async with (
        clients.visitor(tenant) as first,
        clients.visitor(tenant) as second,
        clients.visitor(tenant) as third,
    ):
        assert [tab.welcome["position"] for tab in (first, second, third)] == [1, 2, 3]
        left_at = await now()
        await first.drop()
        await tended(tenant, at=left_at + away)

        async with clients.visitor(tenant, secret=first.secret) as back:
            assert back.welcome["position"] == place
        async with clients.visitor(tenant, secret=second.secret) as again:
            assert again.welcome["position"] == (2 if place == 1 else 1)


async def test_talk_in_which_nobody_writes_ends_after_four_hours(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        await going.visitor.say("hei")
        assert (await going.desk.next())["type"] == "message"
        silent_since = await now()

        await tended(tenant, at=silent_since + 4 * HOUR - MINUTE)
        await going.visitor.nothing_more()
        await tended(tenant, at=silent_since + 4 * HOUR)

        assert await ended_for(going.visitor, going.desk) == ["system", "system"]


async def test_no_talk_lasts_longer_than_twelve_hours(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        segments = await call(segments_of, UUID(going.conversation))
        began_at = await now()
        for hours in (3, 6, 9, 11):
            await tended(tenant, at=began_at + hours * HOUR)
            assert (await going.visitor.say("fortsatt her"))["type"] == "said"
            assert (await going.desk.next())["type"] == "message"

        await tended(tenant, at=began_at + 12 * HOUR)

        ended = [await wire.receive("ended") for wire in (going.visitor, going.desk)]
        assert [frame["by"] for frame in ended] == ["system", "system"]
        assert ended[0]["alternatives"] != []
        assert await call(seen, UUID(going.conversation), segments) == GONE
        async with clients.visitor(tenant, secret=going.visitor.secret) as back:
            assert back.welcome["ended"] == {"by": "system", "evaluation": None}


async def test_visitor_is_told_of_a_counsellor_whose_browser_died(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        died_at = await now()
        await going.desk.drop()
        await tended(tenant, at=died_at + 59 * SECOND)
        await going.visitor.nothing_more()

        await tended(tenant, at=await now() + 2 * SECOND)
        await tended(tenant, at=await now() + 2 * SECOND)
        assert await going.visitor.next() == {"type": "line", "who": "counsellor", "up": False}
        await going.visitor.nothing_more()

        async with clients.desk(tenant) as again:
            assert await going.visitor.next() == {"type": "line", "who": "counsellor", "up": True}
            assert [one["conversation"] for one in again.welcome["conversations"]] == [
                going.conversation
            ]
            await going.visitor.say("er du der?")
            assert (await again.receive("message"))["text"] == "er du der?"


async def test_talk_of_a_counsellor_who_is_gone_stands_first(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going, clients.visitor(tenant) as waiting:
        await going.visitor.say("hei")
        died_at = await now()
        await going.desk.drop()

        await tended(tenant, at=died_at + 3 * MINUTE + SECOND)

        assert await told_of_loss(going) == [
            {"type": "line", "who": "counsellor", "up": False},
            {"type": "state", "state": "waiting", "counsellor": None},
        ]
        async with clients.desk(tenant, number=2) as other_desk:
            await other_desk.ready()
            assigned = await other_desk.take_next()
            assert assigned["conversation"] == going.conversation
            assert [message["text"] for message in assigned["messages"]] == ["hei"]
            assert (await going.visitor.next())["state"] == "active"
            assert (await other_desk.take_next())["conversation"] == waiting.conversation
        async with clients.desk(tenant) as again:
            assert again.welcome["conversations"] == []
            assert again.welcome["ready"] is False


async def told_of_loss(going: Talk) -> list[object]:
    return [await going.visitor.next(), await going.visitor.next()]


async def test_closing_time_ends_the_wait_of_those_whom_nobody_took(tenant: Tenant) -> None:
    await moved_clock(CLOSING - 30 * MINUTE)
    last_call = tenant.last_call_minutes * MINUTE
    async with (
        clients.visitor(tenant) as one,
        clients.visitor(tenant) as two,
        clients.visitor(tenant) as three,
        clients.desk(tenant) as window,
    ):
        await window.ready()
        await tended(tenant, at=CLOSING)
        refused = await clients.start(tenant)
        assert refused.status == 409
        assert refused.json()["error"] == "closed"
        assert refused.json()["opens_at"] == "2030-09-19T09:00:00Z"

        await tended(tenant, at=CLOSING + last_call - SECOND)
        taken = (await window.take_next())["conversation"]
        tabs = {tab.conversation: tab for tab in (one, two, three)}
        claimed = tabs.pop(taken)
        assert (await claimed.next())["state"] == "active"
        for tab in tabs.values():
            await tab.nothing_more()

        await tended(tenant, at=CLOSING + last_call)
        await check_told_honestly(list(tabs.values()))
        await claimed.nothing_more()
        assert (await claimed.say("takk"))["seq"] == 1
        assert (await window.take_next())["code"] == "empty"
        assert (await clients.start(tenant)).status == 409
    assert await call(ledger_of, tenant) == [("conversation", "D5", 1, 1)] * 2


async def check_told_honestly(tabs: list[Visitor]) -> None:
    for tab in tabs:
        ended = await tab.next()
        assert (ended["type"], ended["by"]) == ("ended", "system")
        assert {"name": "Ring oss hvis chatten ikke virker", "phone": "800 99 900"} in ended[
            "alternatives"
        ]


async def test_last_call_is_for_counsellors_who_come_late_too(tenant: Tenant) -> None:
    await moved_clock(CLOSING + tenant.last_call_minutes * MINUTE - SECOND)
    async with clients.desk(tenant) as window:
        assert await window.ready() == {"type": "ready", "value": True}
        assert (await window.ready(value=False))["value"] is False

        await tended(tenant, at=CLOSING + tenant.last_call_minutes * MINUTE)

        assert (await window.ready())["code"] == "closed"


async def test_dead_web_process_loses_its_sockets(tenant: Tenant) -> None:
    """What a process that was killed leaves behind: rows that nobody beats for."""
    dead = uuid4()
    async with clients.talk(tenant) as going:
        digest = secret_hash(going.visitor.secret)
        before = await now()
        await call(lines.beat, dead)
        knock = Knock(digest, 0, uuid4(), dead)
        await scoped_call(tenant, arrive_all, tenant, [knock])
        member = await call(world.hire, tenant, number=2)
        await scoped_call(tenant, desk_arrived, tenant, member, socket=uuid4(), process=dead)
        after = await now()
        await tended(tenant, at=before + 19 * SECOND)
        await going.desk.nothing_more()

        await tended(tenant, at=after + 21 * SECOND)

        assert await going.desk.next() == {
            "type": "line",
            "who": "visitor",
            "up": False,
            "conversation": going.conversation,
        }
        lost = await scoped_call(tenant, members_lost)
        assert lost == {member.pk}


def members_lost() -> set[UUID]:
    lost = Presence.objects.filter(lost_at__isnull=False)
    return set(lost.values_list("membership_id", flat=True))
