"""Who may answer, at the desk's socket: refused with the reason, and out at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from chat.calls import call, scoped_call
from chat.models import Presence
from chat.neglect import tend
from chat.runtime import runtime
from retention import clock
from tenants import staff
from tenants.calendars import moment
from tenants.fitness import today_at
from tenants.models import Membership, Qualification, Role, Tenant, User
from tenants.qualifications import end_qualification, enter_qualification
from tenants.scope import tenant_scope
from tests import clients
from tests.clients import Frame
from tests.web import ask, host_of, sign_in, sign_out
from tests.world import address_of, hire, member_in, moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

MISSING = [{"group": "psychologist", "why": "absent"}]


def refused(answer: Frame) -> tuple[str, str, object]:
    return answer["type"], answer["code"], answer.get("missing")


async def status(tenant: Tenant) -> tuple[bool, bool, object]:
    said = (await ask("GET", host_of(tenant), "/api/status")).json()
    return said["accepting"], said["staffed"], said["wait_seconds"] is not None


def revoke(tenant: Tenant, member: Membership) -> None:
    boss = hire(tenant, Role.SUPERVISOR, 7)
    end_qualification(tenant, boss, member.pk, kind="psychologist", reason="withdrawn")


def member_of(tenant: Tenant, number: int = 1) -> Membership:
    return hire(tenant, Role.COUNSELLOR, number)


async def test_revoked_mid_shift_is_ready_no_more_keeps_the_talk_and_gets_no_new_one(
    tenant: Tenant, other: Tenant
) -> None:
    """Rule: D1, B7"""
    async with (
        clients.talk(tenant) as talk,
        clients.visitor(tenant) as waiting,
        clients.desk(tenant) as second,
        clients.desk(other) as outsider,
    ):
        await outsider.ready()
        await call(lambda: Tenant.objects.update(queues_unstaffed=False))
        assert await status(tenant) == (True, True, True)
        member = await call(member_of, tenant)
        await scoped_call(tenant, revoke, tenant, member)

        for window in (talk.desk, second):
            assert await window.next() == {"type": "ready", "value": False}
            assert await window.next() == {"type": "fitness", "missing": MISSING}
        assert await status(tenant) == (False, False, False)
        asked = [
            await talk.desk.ready(),
            await talk.desk.take_next(),
            await second.claim(waiting.conversation),
        ]
        assert [refused(one) for one in asked] == [("error", "qualification_missing", MISSING)] * 3
        said = await talk.desk.say(talk.conversation, "I am still here")
        assert (await talk.visitor.next())["text"] == "I am still here"
        assert said["type"] == "said"
        assert (await second.next())["type"] == "message"
        await outsider.nothing_more()
        assert await status(other) == (True, True, True)

        await scoped_call(tenant, entered_anew, tenant, member)
        for window in (talk.desk, second):
            assert await window.next() == {"type": "fitness", "missing": []}
        assert await second.ready() == {"type": "ready", "value": True}


def entered_anew(tenant: Tenant, member: Membership) -> None:
    enter_qualification(
        tenant,
        hire(tenant, Role.SUPERVISOR, 7),
        member.pk,
        kind="psychologist",
        years=0,
        issuer="Helsedirektoratet",
        valid_until=None,
        seen=True,
    )


async def test_what_runs_out_at_midnight_counts_no_more_after_it(tenant: Tenant) -> None:
    today = today_at(tenant, now=await call(clock.now))
    midnight = moment(datetime.combine(today + timedelta(days=1), time(0)), zone=tenant.tzinfo)
    # A session lasts a shift: they come in late in the evening.
    await moved_clock(midnight - timedelta(seconds=60))
    async with clients.desk(tenant) as window, clients.visitor(tenant):
        await window.ready()
        await scoped_call(tenant, lambda: Qualification.objects.update(valid_until=today))
        assert (await status(tenant))[1:] == (True, True)

        await moved_clock(midnight)

        # Nothing has run yet, and nobody was told: what is asked is answered by what is so.
        assert (await status(tenant))[1:] == (False, False)
        lacked = [{"group": one, "why": "expired"} for one in ("health_worker", "psychologist")]
        assert refused(await window.take_next()) == ("error", "qualification_missing", lacked)
        await call(tend, tenant)
        assert await window.next() == {"type": "ready", "value": False}
        assert await window.next() == {"type": "fitness", "missing": lacked}


async def leave(tenant: Tenant, member: Membership) -> None:
    await scoped_call(tenant, staff.leave, tenant, member.pk, actor=None)


async def deactivate(tenant: Tenant, member: Membership) -> None:
    await call(lambda: staff.deactivate(member.user))


async def deactivate_by_hand(tenant: Tenant, member: Membership) -> None:
    await call(User.objects.filter(pk=member.user_id).update, is_active=False)
    await runtime().attendance.look()


@pytest.mark.parametrize("end", [leave, deactivate, deactivate_by_hand])
async def test_who_has_no_place_any_more_is_out_and_the_visitor_is_told_and_stands_first(
    tenant: Tenant, end: Callable[..., object]
) -> None:
    async with (
        clients.talk(tenant) as talk,
        clients.desk(tenant) as second,
        clients.desk(tenant, number=2) as colleague,
        clients.visitor(tenant, said={"urgent": True}),
    ):
        member = await call(member_of, tenant)
        await end(tenant, member)  # type: ignore[misc]  # a coroutine function

        assert [await window.closed() for window in (talk.desk, second)] == [4401, 4401]
        assert (await status(tenant))[1:] == (False, False)
        await talk.desk.drop()
        await second.drop()
        await call(tend, tenant)
        assert await talk.visitor.next() == {"type": "line", "who": "counsellor", "up": False}
        state = await talk.visitor.next()
        assert (state["type"], state["state"]) == ("state", "waiting")
        await colleague.ready()
        assert (await colleague.take_next())["conversation"] == talk.conversation


async def test_who_signs_out_loses_all_windows_and_is_not_ready(tenant: Tenant) -> None:
    async with (
        clients.desk(tenant) as here,
        clients.desk(tenant) as beside,
        clients.desk(tenant, number=2) as colleague,
    ):
        await here.ready()
        await colleague.ready()
        cookie = await call(clients.seat_of, await call(member_of, tenant))
        await sign_out(tenant, cookie)

        assert [await window.closed() for window in (here, beside)] == [4401, 4401]
        ready = await scoped_call(
            tenant, lambda: list(Presence.objects.filter(ready=True).values_list("membership"))
        )
        assert ready == [(UUID(colleague.welcome["me"]["id"]),)]
        await colleague.nothing_more()


async def test_unverified_is_told_at_once_and_a_place_elsewhere_does_not_help(
    tenant: Tenant, other: Tenant
) -> None:
    """One person at two lines, verified at one of them."""
    member = await call(member_of, tenant)
    await scoped_call(
        tenant, lambda: Qualification.objects.update(verified_on=None, verified_by=None)
    )
    await call(lambda: place_at(other, member.user))
    login = address_of(tenant, "counsellor", 1)
    cookies = [await sign_in(line, login) or "" for line in (tenant, other)]
    async with (
        clients.desk(tenant, cookie=cookies[0]) as here,
        clients.desk(other, cookie=cookies[1]) as there,
    ):
        lacked = [{"group": one, "why": "unverified"} for one in ("health_worker", "psychologist")]
        assert here.welcome["missing"] == lacked
        assert refused(await here.ready()) == ("error", "qualification_missing", lacked)
        assert "missing" not in there.welcome
        assert await there.ready() == {"type": "ready", "value": True}
        # The session of one is nothing at the other.
        await leave(
            other, await scoped_call(other, lambda: Membership.objects.get(user_id=member.user_id))
        )
        assert await there.closed() == 4401
        await here.nothing_more()


def place_at(tenant: Tenant, user: User) -> None:
    with tenant_scope(tenant):
        member_in(tenant, user, Role.SUPERVISOR, 1)
