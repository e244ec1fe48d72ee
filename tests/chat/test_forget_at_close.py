"""What a talk leaves behind at a line that has promised to delete it when it ends."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from chat.calls import call, scoped_call
from chat.messages import caught_up
from chat.models import Conversation
from tenants.models import Role, Tenant
from tests import clients
from tests.clients import Desk, Frame, Visitor
from tests.talks import GONE, Seen, ledger_of, seen, segments_of, texts_in

pytestmark = pytest.mark.django_db(transaction=True)

SENT = ["jeg er redd", "hva har skjedd?"]
NOT_FOUND = {"type": "error", "code": "not_found", "text": "no such talk"}


async def exchange(tab: Visitor, window: Desk) -> None:
    """One message each way, read by both sides."""
    await tab.say(SENT[0])
    assert (await window.next())["text"] == SENT[0]
    await window.say(tab.conversation, SENT[1])
    assert (await tab.next())["text"] == SENT[1]


def bodies_by_sql(talk: UUID) -> list[tuple[object, ...]]:
    """Ask as the application does, naming the talk; row security answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM chat_message WHERE conversation_id = %s", [talk])
        return list(cursor.fetchall())


async def opened_by(tenant: Tenant, role: str, talk: str) -> Frame:
    async with clients.desk(tenant, role) as window:
        frame = await window.open_talk(talk, purpose="the visitor has asked")
        return {name: value for name, value in frame.items() if name != "seen"}


async def return_of(tenant: Tenant, tab: Visitor) -> Frame:
    """What the visitor's tab is told when it comes back with its secret."""
    async with clients.visitor(tenant, secret=tab.secret, greet=False) as again:
        return await again.hello()


@pytest.mark.parametrize("ending", ["visitor", "counsellor"])
async def test_content_is_gone_when_the_end_is_told(tenant: Tenant, ending: str) -> None:
    """Rule: D5"""
    async with clients.talk(tenant) as going:
        tab, window, talk = going.visitor, going.desk, UUID(going.conversation)
        await exchange(tab, window)
        segments = await call(segments_of, talk)
        assert await call(seen, talk, segments) == Seen(1, 1, messages=2, bodies=2, keys=1)

        ender = tab.leave if ending == "visitor" else lambda: window.close_talk(str(talk))
        told = await ender()

        assert (told["type"], told["by"]) == ("ended", ending)
        assert await call(seen, talk, segments) == GONE
        other_side = await (window if ending == "visitor" else tab).receive("ended")
        assert other_side["by"] == ending
        assert await call(ledger_of, tenant) == [("conversation", "D5", 1, 1)]


async def test_content_is_unreadable_through_every_door(tenant: Tenant) -> None:
    """Rule: D5, D4"""
    async with clients.talk(tenant) as going:
        tab, window, talk = going.visitor, going.desk, UUID(going.conversation)
        await exchange(tab, window)
        assert await call(texts_in, tenant, talk) == SENT
        assert len(await scoped_call(tenant, bodies_by_sql, talk)) == 2
        assert (await window.open_talk(str(talk)))["messages"][0]["text"] == SENT[0]

        await tab.leave()
        await window.receive("ended")

        assert await scoped_call(tenant, bodies_by_sql, talk) == []
        assert await call(texts_in, tenant, talk) is None
        assert await window.open_talk(str(talk)) == NOT_FOUND
        assert await opened_by(tenant, Role.OFFICER, str(talk)) == NOT_FOUND
        assert await opened_by(tenant, Role.SUPERVISOR, str(talk)) == NOT_FOUND
        back = await return_of(tenant, tab)
        assert (back["messages"], back["ended"]["by"]) == ([], "visitor")


async def test_erased_content_is_gone_when_the_erasure_is_told(tenant: Tenant) -> None:
    """Rule: D6"""
    async with clients.talk(tenant) as going:
        tab, window, talk = going.visitor, going.desk, UUID(going.conversation)
        await exchange(tab, window)
        before = await call(segments_of, talk)

        assert await tab.erase() == {"type": "erased", "through": 2}

        # The numbers stay until the end, so that a resend is answered and not stored.
        assert await call(seen, talk, before) == Seen(1, 2, messages=2, bodies=0, keys=0)
        assert await call(texts_in, tenant, talk) == []
        assert (await window.next())["type"] == "erased"
        assert (await window.open_talk(str(talk)))["messages"] == []
        assert (await tab.say("fra nå av"))["seq"] == 3
        assert (await window.receive("message"))["text"] == "fra nå av"
        assert await call(texts_in, tenant, talk) == ["fra nå av"]
        assert await call(ledger_of, tenant) == [("conversation", "D6", 1, 1)]


async def test_whoever_reads_while_it_is_erased_is_not_told_that_the_talk_is_over(
    tenant: Tenant,
) -> None:
    """Between a reader's look at the row and the one at its key, the key may go.  Rule: D6"""
    async with clients.talk(tenant) as going:
        await exchange(going.visitor, going.desk)
        row = await scoped_call(tenant, Conversation.objects.get, pk=going.conversation)
        await going.visitor.erase()
        await going.visitor.say("fra nå av")

        caught = await scoped_call(tenant, caught_up, tenant, row, after=0)

    assert [read.text for read in caught.page.messages] == ["fra nå av"]
    assert (caught.erased_through, caught.last_seq) == (2, 3)


async def test_talk_with_erased_stretches_is_gone_whole(tenant: Tenant) -> None:
    """Rule: D5, D6"""
    async with clients.talk(tenant) as going:
        tab, window, talk = going.visitor, going.desk, UUID(going.conversation)
        for text in ("en", "to"):
            await tab.say(text)
            await tab.erase()
        await tab.say("tre")
        segments = await call(segments_of, talk)
        assert await call(seen, talk, segments) == Seen(1, 3, messages=3, bodies=1, keys=1)

        await window.close_talk(str(talk))

        assert await call(seen, talk, segments) == GONE
