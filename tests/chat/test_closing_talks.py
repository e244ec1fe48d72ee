"""How a counsellor ends a talk: what is said of it is counted, and stays nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.calls import call, scoped_call
from chat.models import Conversation, Tally
from retention import clock
from tenants.models import Tenant
from tests import clients
from tests.clients import Desk, Frame
from tests.versions import FLAGGED, promise_more

pytestmark = pytest.mark.django_db(transaction=True)


async def close(window: Desk, conversation: str, **said: object) -> Frame:
    return await window.request({"type": "close", "conversation": conversation, **said})


async def counted(tenant: Tenant) -> list[tuple[str, str, int]]:
    def rows() -> list[tuple[str, str, int]]:
        return list(Tally.objects.order_by("what", "key").values_list("what", "key", "count"))

    return await scoped_call(tenant, rows)


async def test_what_is_said_of_a_talk_is_counted_by_the_week_and_a_heavy_one_gives_a_rest(
    tenant: Tenant, other: Tenant
) -> None:
    async with clients.talk(tenant) as talk:
        refused = [
            await close(talk.desk, talk.conversation, reason="bored"),
            await close(talk.desk, talk.conversation, category="weather"),
            await close(talk.desk, talk.conversation, identifiable="perhaps"),
        ]
        assert [answer["code"] for answer in refused] == ["invalid"] * 3
        assert refused[0]["text"].startswith("`reason` is one of done, left, referred, abuse,")

        ended = await close(
            talk.desk, talk.conversation, reason="done", category="mental-health", heavy=True
        )

        about = {"conversation": talk.conversation, "by": "counsellor"}
        assert ended == {"type": "ended", **about}
        assert (await talk.visitor.next())["type"] == "ended"
        assert (await talk.desk.next())["seconds"] == 5 * 60
        assert (await talk.desk.take_next())["code"] == "not_ready"
    assert await counted(tenant) == [
        ("answered", "", 1),
        ("category", "mental-health", 1),
        ("ended", "counsellor", 1),
        ("reason", "done", 1),
        ("started", "", 1),
    ]
    weekly = await scoped_call(tenant, lambda: Tally.objects.get(what="category"))
    assert (weekly.on.weekday(), weekly.hour, weekly.classes) == (0, None, [])
    assert await counted(other) == []


async def test_clients_that_say_nothing_or_only_done_go_on_working(tenant: Tenant) -> None:
    for said in ({}, {"reason": ""}, {"reason": "done"}):
        async with clients.talk(tenant) as talk:
            assert (await close(talk.desk, talk.conversation, **said))["type"] == "ended"
            await talk.desk.nothing_more()


async def test_who_became_identifiable_or_may_have_starts_the_clock_before_the_end_is_told(
    other: Tenant,
) -> None:
    """Of a line that keeps its talks."""
    async with clients.talk(other) as talk:
        early = await close(talk.desk, talk.conversation, identifiable="unsure")
        assert early["code"] == "not_allowed"
        await talk.visitor.nothing_more()
        await scoped_call(other, promise_more, other, FLAGGED)
        now = await call(clock.now)

        ended = await close(talk.desk, talk.conversation, identifiable="unsure")

        assert ended["type"] == "ended"
        row = await scoped_call(other, lambda: Conversation.objects.get(pk=talk.conversation))
        assert row.flagged_at is not None
        assert row.flagged_at >= now
        assert row.expires_at < now + timedelta(days=8)
    async with clients.talk(other) as talk:
        await close(talk.desk, talk.conversation, identifiable="no")
        row = await scoped_call(other, lambda: Conversation.objects.get(pk=talk.conversation))
        assert row.flagged_at is None


async def test_nobody_else_ends_a_talk_whatever_they_say(
    tenant: Tenant, outsider: Desk, supervisor: Desk
) -> None:
    async with clients.talk(tenant) as talk:
        for stranger in (outsider, supervisor):
            answer = await close(stranger, talk.conversation, reason="done", heavy=True)
            assert answer["code"] == "not_found"
            await stranger.nothing_more()
        await talk.visitor.nothing_more()
        # Nobody else is at a talk that the visitor has ended; who comes too late counts nothing.
        await talk.visitor.leave()
        assert (await talk.desk.next())["by"] == "visitor"
        late = await close(talk.desk, talk.conversation, reason="done")
        assert late["code"] == "not_found"
    assert ("reason", "done", 1) not in await counted(tenant)
