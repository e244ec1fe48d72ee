"""A line that was lost and is back: everything once, in order, in pages that fit."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import orjson
import pytest

from chat.calls import call
from tenants.models import Tenant
from tests import clients
from tests.clients import Desk
from tests.talks import say as say_unheard

pytestmark = pytest.mark.django_db(transaction=True)


async def test_who_comes_back_gets_the_rest_without_gap_or_double(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        for number in range(1, 4):
            await talk.desk.say(talk.conversation, f"{number}")
        await talk.visitor.drop()
        for number in range(4, 7):
            await talk.desk.say(talk.conversation, f"{number}")
        async with clients.visitor(tenant, secret=talk.visitor.secret, after=2) as tab:
            await talk.desk.say(talk.conversation, "7")
            live = await tab.next()
            welcome = tab.welcome

    got = [(message["seq"], message["text"]) for message in [*welcome["messages"], live]]
    assert got == [(number, f"{number}") for number in range(3, 8)]


async def test_who_comes_back_amid_a_flow_gets_each_message_once_in_order(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        talk_id, count = talk.conversation, 18
        speaking = asyncio.create_task(_speak(talk.desk, talk_id, count))
        got: list[int] = []
        while count not in got:
            after = got[-1] if got else 0
            async with clients.visitor(tenant, secret=talk.visitor.secret, after=after) as tab:
                got += [message["seq"] for message in tab.welcome["messages"]]
                for _ in range(4):
                    if count not in got:
                        got.append((await tab.next())["seq"])
        await speaking

    assert got == list(range(1, count + 1))


async def _speak(window: Desk, conversation: str, count: int) -> None:
    for number in range(count):
        await window.say(conversation, f"{number}")


async def test_what_no_event_told_is_fetched_before_what_comes_next(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        # Stored by another process, whose event was lost.
        await call(say_unheard, tenant, UUID(talk.conversation), "unheard")
        said = await talk.desk.say(talk.conversation, "heard")
        got = [await talk.visitor.next() for _ in range(2)]
        await talk.visitor.nothing_more()
        at_desk = await talk.desk.next()

    assert said["seq"] == 2
    assert [(one["seq"], one["from"], one["text"]) for one in got] == [
        (1, "visitor", "unheard"),
        (2, "counsellor", "heard"),
    ]
    assert (at_desk["seq"], at_desk["text"]) == (1, "unheard")


async def test_a_long_talk_is_read_in_pages_that_fit(tenant: Tenant) -> None:
    text = "\U0001f600" * 4_000
    async with clients.talk(tenant) as talk:
        for _ in range(18):
            await talk.visitor.say(text)
        async with clients.visitor(tenant, secret=talk.visitor.secret) as tab:
            pages = [tab.welcome]
            while pages[-1]["more"]:
                after = pages[-1]["messages"][-1]["seq"]
                pages.append(await tab.request({"type": "more", "after": after}))
            said = await tab.say("and on")
            await tab.nothing_more()
        opened = await talk.desk.open_talk(talk.conversation, after=3)

    read = [message for page in pages for message in page["messages"]]
    assert [message["seq"] for message in read] == list(range(1, 19))
    assert {message["text"] for message in read} == {text}
    assert said["seq"] == 19
    assert len(pages) > 1
    assert [page["type"] for page in pages] == ["welcome", *["more"] * (len(pages) - 1)]
    assert all(len(orjson.dumps(page)) <= 256 * 1024 for page in [*pages, opened])
    assert opened["messages"][0]["seq"] == 4


async def test_more_is_refused_nowhere_and_ends_with_the_talk(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        await talk.visitor.say("one")
        far = await talk.visitor.request({"type": "more", "after": 9})
        unknown = await talk.desk.request(
            {"type": "more", "conversation": str(uuid4()), "after": 0}
        )

    assert far == {"type": "more", "messages": [], "more": False}
    assert unknown == {"type": "error", "code": "not_found", "text": unknown["text"]}
