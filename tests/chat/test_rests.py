"""A counsellor who rests is given nobody new, everybody sees it calmly, and it ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.calls import call, scoped_call
from chat.messages import stamp
from chat.rests import rest
from retention import clock
from tenants.models import Membership, Role, Tenant
from tests import clients
from tests.clients import Desk

pytestmark = pytest.mark.django_db(transaction=True)

FIVE_MINUTES = 300


async def let_rest(tenant: Tenant, window: Desk, seconds: int = FIVE_MINUTES) -> None:
    def start() -> None:
        member = Membership.objects.get(pk=window.welcome["me"]["id"])
        rest(tenant, member, seconds)

    await scoped_call(tenant, start)


async def test_who_rests_takes_nobody_until_it_is_over_and_stays_ready(tenant: Tenant) -> None:
    async with (
        clients.visitor(tenant) as first,
        clients.visitor(tenant) as second,
        clients.desk(tenant) as window,
        clients.desk(tenant) as other_window,
        clients.desk(tenant, Role.SUPERVISOR) as colleague,
    ):
        await window.ready()
        now = await call(clock.now)
        await let_rest(tenant, window)

        told = [await window.next(), await other_window.next()]
        assert told == [{"type": "rest", "until": told[0]["until"], "seconds": FIVE_MINUTES}] * 2
        assert stamp(now) < told[0]["until"] <= stamp(now + timedelta(minutes=6))
        refused = [await window.take_next(), await window.claim(first.conversation)]
        assert [answer["code"] for answer in refused] == ["not_ready", "not_ready"]
        await colleague.nothing_more()
        async with clients.desk(tenant, Role.SUPERVISOR) as looks:
            (seen,) = looks.welcome["colleagues"]
            assert seen["ready"] is False
        async with clients.desk(tenant) as loaded_again:
            assert loaded_again.welcome["ready"] is True
            assert (await loaded_again.next())["until"] == told[0]["until"]

        await clients.moved_clock(now + timedelta(minutes=6))
        assert (await window.take_next())["conversation"] == first.conversation
        assert (await other_window.take_next())["conversation"] == second.conversation


async def test_who_comes_back_earlier_says_so_in_one_window_and_all_hear_it(
    tenant: Tenant, other: Tenant
) -> None:
    async with (
        clients.visitor(tenant) as tab,
        clients.desk(tenant) as window,
        clients.desk(tenant) as other_window,
        clients.desk(tenant, number=2) as somebody_else,
        clients.desk(other) as outsider,
    ):
        await window.ready()
        await let_rest(tenant, window)
        assert [(await one.next())["type"] for one in (window, other_window)] == ["rest", "rest"]
        # Nobody else's word ends it.
        for stranger in (somebody_else, outsider):
            assert (await stranger.request({"type": "back"}))["until"] is None
        assert (await window.take_next())["code"] == "not_ready"

        answer = await other_window.request({"type": "back"})

        over = {"type": "rest", "until": None, "seconds": 0}
        assert [answer, await window.next()] == [over, over]
        await other_window.nothing_more()
        assert (await window.take_next())["conversation"] == tab.conversation


async def test_line_whose_only_counsellor_rests_is_staffed_and_tells_of_more_wait(
    tenant: Tenant,
) -> None:
    async with clients.desk(tenant) as window:
        await window.ready()
        before = (await clients.ask("GET", clients.host_of(tenant), "/api/status")).json()
        await let_rest(tenant, window, 20 * 60)
        resting = (await clients.ask("GET", clients.host_of(tenant), "/api/status")).json()

        assert (before["staffed"], before["wait_seconds"]) == (True, 60)
        assert (resting["staffed"], resting["wait_seconds"]) == (True, 20 * 60)
        # A shorter rest does not end the longer one.
        await let_rest(tenant, window, 60)
        again = (await clients.ask("GET", clients.host_of(tenant), "/api/status")).json()
        assert again["wait_seconds"] == 20 * 60
