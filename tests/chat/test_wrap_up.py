"""After a talk there is a pause, where the line says so; and whom one may take, where it says that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chat import lines, neglect
from chat.calls import call, scoped_call
from chat.messages import stamp
from chat.models import Presence
from chat.runtime import runtime
from retention import clock
from tenants.models import Role, Tenant
from tests import clients
from tests.clients import Desk, Frame
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# A Wednesday on which the line is open from 11 to 13 in Oslo.
OPENING = datetime(2030, 9, 18, 9, 0, tzinfo=UTC)
CLOSING = datetime(2030, 9, 18, 11, 0, tzinfo=UTC)


async def said(tenant: Tenant, **columns: object) -> None:
    """Let the line say so, before anybody comes to it."""
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(**columns))


@pytest.mark.parametrize("who", ["counsellor", "visitor"])
async def test_who_has_ended_a_talk_is_given_nobody_for_a_while(tenant: Tenant, who: str) -> None:
    await said(tenant, wrap_up_seconds=60)
    async with (
        clients.talk(tenant) as talk,
        clients.visitor(tenant) as waiting,
        clients.desk(tenant, Role.SUPERVISOR) as colleague,
    ):
        await colleague.ready()
        before = await call(clock.now)
        ends = talk.visitor.leave() if who == "visitor" else talk.desk.close_talk(talk.conversation)
        await ends

        rest = await talk.desk.receive("rest")
        assert stamp(before + 59 * SECOND) <= rest["until"] <= stamp(before + 75 * SECOND)
        assert (await talk.desk.take_next())["code"] == "not_ready"
        assert (await talk.desk.claim(waiting.conversation))["code"] == "not_ready"
        # Whoever has had no talk has no pause.
        await colleague.nothing_more()
        async with clients.visitor(tenant) as later:
            assert (await colleague.claim(later.conversation))["type"] == "assigned"

        await moved_clock(before + 80 * SECOND)
        assert (await talk.desk.take_next())["conversation"] == waiting.conversation


async def test_pause_is_ended_early_and_where_the_line_has_none_there_is_none(
    tenant: Tenant, other: Tenant
) -> None:
    await said(tenant, wrap_up_seconds=60)
    async with clients.talk(tenant) as talk, clients.visitor(tenant) as waiting:
        await talk.desk.close_talk(talk.conversation)
        assert (await talk.desk.request({"type": "back"}))["until"] is None
        assert (await talk.desk.take_next())["conversation"] == waiting.conversation
    async with clients.talk(other) as talk, clients.visitor(other) as waiting:
        await talk.desk.close_talk(talk.conversation)
        assert (await talk.desk.take_next())["conversation"] == waiting.conversation


async def test_talk_that_nobody_had_ends_without_a_pause(tenant: Tenant, counsellor: Desk) -> None:
    await said(tenant, wrap_up_seconds=60)
    await counsellor.ready()
    async with clients.visitor(tenant) as tab:
        await tab.leave()

    await counsellor.nothing_more()
    resting = await scoped_call(
        tenant, lambda: Presence.objects.filter(rests_until__isnull=False).exists()
    )
    assert not resting


async def test_line_that_takes_its_visitors_in_order_lets_nobody_pick(
    tenant: Tenant, other: Tenant
) -> None:
    await said(tenant, may_pick=False)
    async with (
        clients.visitor(tenant) as first,
        clients.visitor(tenant) as second,
        clients.desk(tenant) as window,
        clients.desk(tenant, Role.SUPERVISOR) as boss,
        clients.desk(other) as outsider,
    ):
        for one in (window, boss, outsider):
            await one.ready()
        codes = [(await one.claim(second.conversation))["code"] for one in (window, boss)]
        assert codes == ["not_allowed", "not_allowed"]
        assert (await outsider.claim(second.conversation))["code"] == "not_found"

        assert (await window.take_next())["conversation"] == first.conversation
        assert (await boss.take_next())["conversation"] == second.conversation


# The opening bell and the last call.


async def bell_at(tenant: Tenant, moment: datetime) -> Frame | None:
    """Return what somebody is told who sits down at the desk at ``moment``."""
    await moved_clock(moment)
    async with clients.desk(tenant) as window:
        return window.welcome.get("bell")


async def test_desk_is_told_of_opening_and_closing_minutes_before(tenant: Tenant) -> None:
    until = stamp(CLOSING + tenant.last_call_minutes * MINUTE)
    closes = {"at": stamp(CLOSING), "until": until}
    warned = tenant.closing_warning_minutes * MINUTE

    assert await bell_at(tenant, OPENING - 16 * MINUTE) is None
    opens = {"rings": "opens", "at": stamp(OPENING)}
    assert await bell_at(tenant, OPENING - 15 * MINUTE) == opens
    assert await bell_at(tenant, OPENING + MINUTE) is None
    assert await bell_at(tenant, CLOSING - warned - MINUTE) is None
    assert await bell_at(tenant, CLOSING - warned) == {"rings": "closes", **closes}
    assert await bell_at(tenant, CLOSING) == {"rings": "last_call", **closes}
    assert await bell_at(tenant, CLOSING + tenant.last_call_minutes * MINUTE) is None


async def test_desk_that_is_open_hears_the_bell_with_the_queue(tenant: Tenant) -> None:
    await moved_clock(CLOSING - 31 * MINUTE)
    async with clients.desk(tenant) as window:
        assert "bell" not in window.welcome
        await moved_clock(CLOSING - 30 * MINUTE)
        async with clients.visitor(tenant):
            told = await window.receive("waiting")
            while not told["total"]:
                told = await window.receive("waiting")
        assert told["bell"]["rings"] == "closes"


# A counsellor's browser that dies.


async def test_visitor_whose_counsellor_died_is_told_and_stands_first_in_time(
    tenant: Tenant,
) -> None:
    """Told within 60 seconds and a look, first in the queue within three minutes and one."""
    await said(tenant, wrap_up_seconds=60)
    async with (
        clients.talk(tenant) as going,
        clients.visitor(tenant, said={"urgent": True}) as urgent,
        clients.desk(tenant, number=2) as colleague,
    ):
        await colleague.ready()
        died_at = await call(clock.now)
        await going.desk.drop()

        await tended(tenant, at=died_at + 61 * SECOND)
        assert await going.visitor.next() == {"type": "line", "who": "counsellor", "up": False}
        await tended(tenant, at=died_at + 181 * SECOND)
        assert (await going.visitor.next())["state"] == "waiting"
        async with clients.desk(tenant, Role.SUPERVISOR) as looks:
            assert [row["conversation"] for row in looks.welcome["waiting"]] == [
                going.conversation,
                urgent.conversation,
            ]
        # Who has gone has no pause to end, and the next takes them at once.
        assert (await colleague.take_next())["conversation"] == going.conversation


async def tended(tenant: Tenant, *, at: datetime) -> None:
    """Let it be ``at``, with this process alive, and let the worker look after the talks."""
    await moved_clock(at)
    await call(lines.beat, runtime().process)
    await call(neglect.tend, tenant)
