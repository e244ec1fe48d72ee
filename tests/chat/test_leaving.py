"""Whoever flees from the page: the talk ends or is parked, and the tab's secret opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.calls import call
from chat.neglect import tend_all
from retention import clock
from tenants.models import Tenant
from tests import clients
from tests.clients import Frame, host_of
from tests.web import post
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)
DOOR = "/api/conversations/leave"


async def _refused(tenant: Tenant, secret: str) -> bool:
    """Say whether a tab with ``secret`` is shut out."""
    async with clients.visitor(tenant, secret=secret, greet=False) as tab:
        await tab.send({"type": "hello", "protocol": 1, "secret": secret, "after": 0})
        return await tab.closed() == 4401


async def test_beacon_ends_a_talk_that_is_deleted_at_close(tenant: Tenant, other: Tenant) -> None:
    """Rule: D12, D5"""
    async with clients.talk(tenant) as talk:
        await talk.visitor.say("not for your eyes")
        await talk.desk.next()
        foreign = await post(host_of(other), DOOR, {"secret": talk.visitor.secret})
        await talk.desk.nothing_more()
        answer = await post(host_of(tenant), DOOR, {"secret": talk.visitor.secret})
        told = await talk.desk.next()
        again = await post(host_of(tenant), DOOR, {"secret": talk.visitor.secret})

    assert [one.status for one in (foreign, answer, again)] == [204, 204, 204]
    assert answer.headers["clear-site-data"] == '"cache"'
    assert told == {"type": "ended", "conversation": talk.conversation, "by": "visitor"}


async def test_parked_talk_waits_and_is_locked_to_the_tab(tenant: Tenant, other: Tenant) -> None:
    async with clients.talk(other) as talk:
        await talk.visitor.say("still here")
        await talk.desk.next()
        foreign = await post(host_of(tenant), DOOR, {"secret": talk.visitor.secret})
        await talk.desk.nothing_more()
        answer = await post(host_of(other), DOOR, {"secret": talk.visitor.secret})
        heard: Frame = await talk.desk.next()
        shut = await talk.visitor.closed()
        said = await talk.desk.say(talk.conversation, "are you there?")
        refused = await _refused(other, talk.visitor.secret)
        opened = await talk.desk.open_talk(talk.conversation)

    assert (foreign.status, answer.status) == (204, 204)
    assert heard == {
        "type": "line", "conversation": talk.conversation, "who": "visitor", "up": False
    }  # fmt: skip
    assert (shut, refused, said["seq"]) == (4401, True, 2)
    assert [one["text"] for one in opened["messages"]] == ["still here", "are you there?"]
    assert opened["line"] is False


async def test_talk_without_a_code_is_not_parked(other: Tenant) -> None:
    """Nobody could come back to it."""
    await call(Tenant.objects.filter(pk=other.pk).update, offers_code=False)
    async with clients.talk(other) as talk:
        await post(host_of(other), DOOR, {"secret": talk.visitor.secret})
        told = await talk.desk.next()

    assert told == {"type": "ended", "conversation": talk.conversation, "by": "visitor"}


async def test_parked_talk_ends_as_any_whose_visitor_has_gone(other: Tenant) -> None:
    async with clients.talk(other) as talk:
        await post(host_of(other), DOOR, {"secret": talk.visitor.secret})
        await talk.desk.next()
        left_at = await call(clock.now)
        await moved_clock(left_at + timedelta(minutes=other.visitor_lost_minutes - 1))
        await call(tend_all)
        await talk.desk.nothing_more()
        await moved_clock(left_at + timedelta(minutes=other.visitor_lost_minutes, seconds=1))
        await call(tend_all)
        told = await talk.desk.next()

    assert told == {"type": "ended", "conversation": talk.conversation, "by": "system"}


async def test_who_leaves_the_queue_stands_there_as_dropped(other: Tenant) -> None:
    async with clients.visitor(other) as tab:
        await post(host_of(other), DOOR, {"secret": tab.secret})
        async with clients.desk(other) as desk:
            waiting = desk.welcome["waiting"]

    assert [(one["conversation"], one["state"]) for one in waiting] == [
        (tab.conversation, "dropped")
    ]


async def test_leaving_by_the_socket_keeps_the_same_promise(tenant: Tenant) -> None:
    async with clients.visitor(tenant) as tab:
        await tab.say("not for your eyes")
        ended = await tab.request({"type": "leave", "away": True})

    assert (ended["type"], ended["by"]) == ("ended", "visitor")
