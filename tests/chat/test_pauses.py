"""A counsellor who looks something up says so, and the visitor knows it as long as it lasts."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chat.calls import scoped_call
from chat.models import Conversation
from tenants.models import Tenant
from tests import clients
from tests.clients import Desk, Frame

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "Jeg spør en lege om det du skriver om."


async def pause(window: Desk, conversation: str, note: str = WORDS) -> Frame:
    frame = {"type": "pause", "conversation": conversation, "note": note}
    return await window.request(frame)


async def test_note_reaches_both_sides_and_stands_until_the_counsellor_is_back(
    tenant: Tenant,
) -> None:
    async with clients.talk(tenant) as talk, clients.desk(tenant) as window:
        about = {"conversation": talk.conversation}
        told = await talk.visitor.next() if await pause(talk.desk, talk.conversation) else {}
        counsellor = told["counsellor"]
        paused = {"type": "state", "state": "paused", "counsellor": counsellor, "note": WORDS}
        assert [told, await window.next()] == [paused, paused | about]
        async with clients.visitor(tenant, secret=talk.visitor.secret) as back:
            assert (back.welcome["state"], back.welcome["note"]) == ("paused", WORDS)
            async with clients.desk(tenant) as later:
                (shown,) = later.welcome["conversations"]
                assert (shown["state"], shown["note"]) == ("paused", WORDS)

            answer = await talk.desk.request({"type": "resume", **about})

            active = {"type": "state", "state": "active", "counsellor": counsellor}
            assert [answer, await back.next()] == [active | about, active]


async def test_note_is_sealed_and_goes_with_what_is_erased(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        await pause(talk.desk, talk.conversation)
        row = await scoped_call(tenant, lambda: Conversation.objects.get(pk=talk.conversation))
        note = bytes(row.note or b"")
        assert note
        assert WORDS.encode()[:12] not in note
        await talk.visitor.erase()

        async with clients.visitor(tenant, secret=talk.visitor.secret) as back:
            assert back.welcome["state"] == "paused"
            assert "note" not in back.welcome


async def test_only_who_has_the_talk_pauses_it(
    tenant: Tenant, outsider: Desk, supervisor: Desk
) -> None:
    async with clients.talk(tenant) as talk:
        for stranger in (outsider, supervisor):
            assert (await pause(stranger, talk.conversation))["code"] == "not_found"
            resumes = {"type": "resume", "conversation": talk.conversation}
            assert (await stranger.request(resumes))["code"] == "not_found"
        await talk.visitor.nothing_more()

        assert (await pause(talk.desk, talk.conversation))["state"] == "paused"
        assert (await pause(talk.desk, talk.conversation, "x" * 301))["code"] == "invalid"
        assert (await pause(talk.desk, str(uuid4())))["code"] == "not_found"
