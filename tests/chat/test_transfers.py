"""A talk goes to a colleague: one counsellor has it at every moment, and nothing of it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest

from chat import lines, neglect
from chat.calls import call, scoped_call
from chat.models import Conversation, Offer
from chat.runtime import runtime
from chat.states import State
from retention import clock
from tenants.models import Qualification, Role, Tenant
from tests import clients, world
from tests.clients import Desk, Frame, Talk
from tests.talks import owner_rows
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "Hun skriver om eksamen, og er roligere nå."
NOT_FOUND, NOT_ALLOWED = "not_found", "not_allowed"


def me(window: Desk) -> str:
    return str(window.welcome["me"]["id"])


async def offer(window: Desk, talk: str, to: str, note: str = NOTE) -> Frame:
    frame = {"type": "transfer", "conversation": talk, "to": to, "note": note}
    return await window.request(frame)


async def said(window: Desk, kind: str, offered: Frame | str) -> Frame:
    number = offered if isinstance(offered, str) else offered["offer"]
    return await window.request({"type": kind, "offer": number})


def known(answer: Frame) -> str:
    return str(answer.get("code") or answer.get("state") or answer["type"])


async def owner_of(tenant: Tenant, talk: str) -> tuple[str, str | None]:
    def look() -> tuple[str, str | None]:
        row = Conversation.objects.get(pk=talk)
        return str(row.state), str(row.counsellor_id) if row.counsellor_id else None

    return await scoped_call(tenant, look)


@pytest.fixture
async def going(tenant: Tenant) -> AsyncIterator[Talk]:
    async with clients.talk(tenant) as talk:
        yield talk


@pytest.fixture
async def colleague(tenant: Tenant) -> AsyncIterator[Desk]:
    async with clients.desk(tenant, number=2) as window:
        yield window


async def test_talk_goes_over_whole_and_comes_back_the_same_way(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    await going.visitor.say("Er du der?")
    assert (await going.desk.next())["type"] == "message"
    offered = await offer(going.desk, going.conversation, me(colleague))
    seen = await colleague.next()
    about = {name: one for name, one in offered.items() if name != "conversation"}
    assert seen == about
    assert (offered["note"], offered["state"], offered["seconds"]) == (NOTE, "offered", 60)
    assert (offered["from"]["id"], offered["to"]["id"]) == (me(going.desk), me(colleague))
    # Until then nothing has changed for the visitor and the first counsellor.
    assert (await going.desk.say(going.conversation, "Ja."))["seq"] == 2
    assert (await going.visitor.next())["text"] == "Ja."
    assert (await colleague.open_talk(going.conversation))["code"] == NOT_FOUND

    taken = await said(colleague, "accept", offered)

    assert (taken["type"], taken["conversation"]) == ("assigned", going.conversation)
    assert [one["text"] for one in taken["messages"]] == ["Er du der?", "Ja."]
    released = {"type": "released", "conversation": going.conversation, "to": me(colleague)}
    assert await going.desk.next() == released
    told = await going.visitor.next()
    assert (told["type"], told["state"], told["handed_over"]) == ("state", "active", True)
    assert (await going.desk.say(going.conversation, "?"))["code"] == NOT_FOUND
    await going.visitor.say("Hei igjen")
    assert (await colleague.next())["state"] == "accepted"
    assert (await colleague.next())["text"] == "Hei igjen"
    await going.desk.nothing_more()

    back = await offer(colleague, going.conversation, me(going.desk), "")
    assert (await going.desk.next())["note"] == ""
    again = await said(going.desk, "accept", back)
    assert [one["seq"] for one in again["messages"]] == [1, 2, 3]
    assert (await colleague.next())["type"] == "released"
    assert await owner_of(tenant, going.conversation) == ("active", me(going.desk))
    await colleague.nothing_more()


async def test_first_counsellor_keeps_the_talk_when_nobody_takes_it(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    async with clients.desk(tenant, number=2) as second_window:
        offered = await offer(going.desk, going.conversation, me(colleague))
        ended = {"type": "offer", "offer": offered["offer"]}
        mine = {"conversation": going.conversation}
        for window in (colleague, second_window):
            assert (await window.next())["state"] == "offered"

        assert await said(colleague, "decline", offered) == ended | {"state": "declined"}

        assert await second_window.next() == ended | {"state": "declined"}
        assert await going.desk.next() == ended | mine | {"state": "declined"}
        assert known(await said(colleague, "accept", offered)) == NOT_ALLOWED

        offered = await offer(going.desk, going.conversation, me(colleague))
        for window in (colleague, second_window):
            assert (await window.next())["state"] == "offered"
        taken_back = await said(going.desk, "withdraw_offer", offered)
        assert taken_back == {**ended, **mine, "offer": offered["offer"], "state": "withdrawn"}
        for window in (colleague, second_window):
            assert (await window.next())["state"] == "withdrawn"
        assert known(await said(colleague, "accept", offered)) == NOT_ALLOWED
    await going.visitor.nothing_more()
    assert await owner_of(tenant, going.conversation) == ("active", me(going.desk))


async def test_offer_is_over_after_a_minute_whoever_has_died(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    offered = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["state"] == "offered"
    again = await offer(going.desk, going.conversation, me(colleague))
    assert known(again) == NOT_ALLOWED
    await moved_clock(await call(clock.now) + timedelta(seconds=60))
    assert known(await said(colleague, "accept", offered)) == NOT_ALLOWED

    # By whatever process tends; those that took the offer have no part in it.
    await call(lines.beat, runtime().process)
    await call(neglect.tend, tenant)

    for window in (colleague, going.desk):
        assert (await window.next())["state"] == "expired"
    assert await owner_of(tenant, going.conversation) == ("active", me(going.desk))
    anew = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["offer"] == anew["offer"]


async def test_giver_may_be_gone_when_it_is_accepted_and_a_page_loaded_anew_still_has_it(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    offered = await offer(going.desk, going.conversation, me(colleague))
    await going.desk.drop()
    await colleague.drop()
    async with clients.desk(tenant, number=2) as back:
        (shown,) = back.welcome["offers"]
        assert (shown["offer"], shown["note"]) == (offered["offer"], NOTE)

        assert (await said(back, "accept", offered))["type"] == "assigned"

        await going.visitor.say("hei")
        assert (await back.receive("message"))["text"] == "hei"
    assert (await going.visitor.next())["handed_over"] is True
    async with clients.desk(tenant) as first_again:
        assert first_again.welcome["conversations"] == []


async def test_only_a_colleague_who_is_here_and_fit_can_be_offered_a_talk(
    tenant: Tenant, going: Talk, colleague: Desk, outsider: Desk, officer: Desk
) -> None:
    away = str((await call(world.hire, tenant, Role.COUNSELLOR, 3)).pk)
    for to in (me(outsider), away, me(going.desk), str(uuid4())):
        assert known(await offer(going.desk, going.conversation, to)) == NOT_FOUND
    assert known(await offer(going.desk, going.conversation, me(officer))) == NOT_ALLOWED
    for stranger in (outsider, colleague):
        answer = await offer(stranger, going.conversation, me(colleague))
        assert known(answer) == NOT_FOUND
    assert known(await offer(officer, going.conversation, me(colleague))) == NOT_ALLOWED

    papers = Qualification.objects.filter
    yesterday = (await call(clock.now)).date() - timedelta(days=2)
    await scoped_call(
        tenant, lambda: papers(membership=me(colleague)).update(valid_until=yesterday)
    )
    answer = await offer(going.desk, going.conversation, me(colleague))
    assert known(answer) == "qualification_missing"
    await scoped_call(tenant, lambda: papers(membership=me(colleague)).update(valid_until=None))
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(capacity=1))
    async with clients.visitor(tenant) as other_tab, clients.desk(tenant) as window:
        await colleague.ready()
        await colleague.claim(other_tab.conversation)
        answer = await offer(window, going.conversation, me(colleague))
        assert known(answer) == "at_capacity"
        await other_tab.leave()
    assert (await colleague.receive("ended"))["by"] == "visitor"

    offered = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["state"] == "offered"
    for stranger in (outsider, going.desk):
        for kind in ("accept", "decline"):
            assert known(await said(stranger, kind, offered)) == NOT_FOUND
    for stranger in (outsider, colleague):
        assert known(await said(stranger, "withdraw_offer", offered)) == NOT_FOUND
    for kind in ("accept", "decline", "withdraw_offer"):
        assert known(await said(officer, kind, offered)) == NOT_ALLOWED
    assert (await said(colleague, "accept", offered))["type"] == "assigned"


async def test_two_windows_accept_at_once_and_one_has_it(tenant: Tenant, going: Talk) -> None:
    async with clients.desk(tenant, number=2) as one, clients.desk(tenant, number=2) as two:
        offered = await offer(going.desk, going.conversation, me(one))

        answers = await asyncio.gather(*(said(each, "accept", offered) for each in (one, two)))

        assert sorted(map(known, answers)) == ["active", NOT_ALLOWED]
        assert await owner_of(tenant, going.conversation) == ("active", me(one))
        assert (await going.visitor.next())["handed_over"] is True
        await going.visitor.nothing_more()


@pytest.mark.parametrize("rival", ["withdraw_offer", "close", "leave"])
async def test_accept_against_what_ends_it_leaves_one_story(
    tenant: Tenant, going: Talk, colleague: Desk, rival: str
) -> None:
    offered = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["state"] == "offered"
    talk = going.conversation
    rivals = {
        "withdraw_offer": lambda: said(going.desk, "withdraw_offer", offered),
        "close": lambda: going.desk.close_talk(talk),
        "leave": going.visitor.leave,
    }

    accepted, other = await asyncio.gather(said(colleague, "accept", offered), rivals[rival]())

    won = known(accepted) == "active"
    if rival == "close" and won:
        # Who has given the talk away does not end it any more.
        assert known(other) == NOT_FOUND
        assert await owner_of(tenant, talk) == ("active", me(colleague))
    elif rival == "withdraw_offer":
        assert (known(accepted), known(other)) in {
            ("active", NOT_ALLOWED), (NOT_ALLOWED, "withdrawn"),
        }  # fmt: skip
        owner = me(colleague) if won else me(going.desk)
        assert await owner_of(tenant, talk) == ("active", owner)
        if won:
            assert (await going.desk.next())["type"] == "released"
    else:
        # The end stands, before or after it has changed hands, and nobody is left with a talk.
        assert known(accepted) in {"active", NOT_FOUND}
        gone = await call(owner_rows, "default", "SELECT state FROM chat_conversation")
        assert [row for row in gone if row != (State.ENDED,)] == []
        if known(accepted) == "active":
            assert (await colleague.receive("ended"))["conversation"] == talk
        else:
            assert (await colleague.receive("offer"))["state"] == "ended"


async def test_visitor_writes_during_the_hand_over_and_nothing_is_lost_or_shown_twice(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    texts = [f"nummer {number}" for number in range(15)]
    offered = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["state"] == "offered"

    async def write() -> None:
        for text in texts:
            assert (await going.visitor.say(text))["type"] == "said"

    taken, _ = await asyncio.gather(said(colleague, "accept", offered), write())

    seen = [one["text"] for one in taken["messages"]]
    while len(seen) < len(texts):
        seen.append((await colleague.receive("message"))["text"])
    assert seen == texts
    await colleague.nothing_more()
    # The first window has seen a beginning of it, and nothing after it was let go of.
    before = []
    while (frame := await going.desk.next())["type"] == "message":
        before.append(frame["text"])
    assert frame["type"] == "released"
    assert before == texts[: len(before)]
    await going.desk.nothing_more()


async def test_note_is_sealed_and_goes_with_the_talk(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["note"] == NOTE
    row = await scoped_call(tenant, Offer.objects.get)
    assert NOTE.encode()[:12] not in bytes(row.note or b"")

    await going.visitor.erase()

    assert await call(owner_rows, "default", "SELECT id FROM chat_offer") == []
    assert (await colleague.next())["state"] == "ended"
    offered = await offer(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["offer"] == offered["offer"]
    await going.visitor.leave()
    assert await call(owner_rows, "default", "SELECT id FROM chat_offer") == []
    assert (await colleague.next())["state"] == "ended"


async def test_everybody_at_the_desk_knows_who_is_here(tenant: Tenant, counsellor: Desk) -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(clients.desk(tenant, Role.SUPERVISOR))
        (came,) = (await counsellor.receive("colleagues"))["colleagues"]
        assert (came["id"], came["ready"]) == (me(other), False)
        await other.ready()
        (now,) = (await counsellor.receive("colleagues"))["colleagues"]
        assert now["ready"] is True
    assert (await counsellor.receive("colleagues"))["colleagues"] == []
