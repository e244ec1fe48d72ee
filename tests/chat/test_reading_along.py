"""A colleague who is asked reads along only where the line promises so, and never unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from chat import lines, neglect
from chat.calls import call
from chat.runtime import runtime
from retention import clock
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tenants.staff import leave
from tests import clients
from tests.clients import Desk, Frame, Talk
from tests.talks import let_every_line_erase
from tests.versions import let_colleagues_read
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND, LATER = "Jeg sover ikke om natta.", "Si mer om det.", "Det er eksamen."


@pytest.fixture
async def line(other: Tenant) -> Tenant:
    """A line that promises that a colleague may be shown the talk, visibly."""
    await call(let_colleagues_read, other)
    return other


@pytest.fixture
async def going(line: Tenant) -> AsyncIterator[Talk]:
    async with clients.talk(line) as talk:
        await talk.visitor.say(FIRST)
        await talk.desk.receive("message")
        await talk.desk.say(talk.conversation, SECOND)
        await talk.visitor.receive("message")
        yield talk


@pytest.fixture
async def colleague(line: Tenant) -> AsyncIterator[Desk]:
    async with clients.desk(line, Role.SUPERVISOR) as window:
        yield window


@pytest.fixture
async def outsider(tenant: Tenant) -> AsyncIterator[Desk]:
    """A counsellor of another line."""
    async with clients.desk(tenant) as window:
        yield window


def me(window: Desk) -> str:
    return str(window.welcome["me"]["id"])


async def asked(talk: Talk, colleague: Desk) -> Frame:
    """Ask ``colleague``; both sides and the visitor have read so."""
    frame = {"type": "consult", "conversation": talk.conversation, "colleague": me(colleague)}
    thread = await talk.desk.request({**frame, "text": "Hva ville du sagt?"})
    assert (await colleague.next())["type"] == "consult"
    assert (await talk.visitor.next())["state"] == "paused"
    return thread


async def about(window: Desk, kind: str, consult: str, **said: str) -> Frame:
    return await window.request({"type": kind, "consult": consult, **said})


async def shown(talk: Talk, colleague: Desk) -> str:
    """Show ``colleague`` the talk; all three have read so. Return the consult."""
    consult = str((await asked(talk, colleague))["consult"])
    reading = {"type": "reading", "value": True}
    answer = await about(talk.desk, "consult_show", consult)
    assert answer == {**reading, "conversation": talk.conversation}
    assert await talk.visitor.next() == reading
    page = await colleague.next()
    assert (page["type"], page["consult"]) == ("shown", consult)
    return consult


async def is_over(talk: Talk, colleague: Desk) -> None:
    """Nobody reads along any more: the colleague is told, and what is written does not reach them."""
    assert (await colleague.receive("hidden"))["type"] == "hidden"
    await talk.visitor.say(LATER)
    await colleague.request({"type": "nothing of this name"})
    left = [frame for frame in colleague._aside if frame["type"] in {"message", "shown"}]
    assert left == []


async def test_colleague_reads_along_and_the_visitor_is_told_from_then_until_it_is_over(
    line: Tenant, going: Talk, colleague: Desk
) -> None:
    thread = await asked(going, colleague)
    assert thread["may_show"] is True
    consult = thread["consult"]
    answer = await about(going.desk, "consult_show", consult)
    assert answer == {"type": "reading", "conversation": going.conversation, "value": True}
    assert await going.visitor.next() == {"type": "reading", "value": True}
    page = await colleague.next()
    assert [(one["from"], one["text"]) for one in page.pop("messages")] == [
        ("visitor", FIRST), ("counsellor", SECOND),
    ]  # fmt: skip
    assert page == {"type": "shown", "consult": consult, "more": False}

    await going.visitor.say(LATER)
    message = await colleague.next()
    assert (message["type"], message["consult"], message["text"]) == ("message", consult, LATER)
    assert message.keys() == {"type", "consult", "seq", "from", "text", "at"}
    # Said twice it is no news, and a page that is loaded again says so too.
    assert (await about(going.desk, "consult_show", consult))["value"] is True
    async with clients.visitor(line, secret=going.visitor.secret) as again:
        assert again.welcome["reading"] is True
        async with clients.desk(line) as second:
            assert second.welcome["consults"][0]["shown"] is True
            await colleague.drop()
            async with clients.desk(line, Role.SUPERVISOR) as back:
                assert LATER not in str(back.welcome)
                page = await back.next()
                assert [one["text"] for one in page["messages"]] == [FIRST, SECOND, LATER]
                assert going.conversation not in str([back.welcome, page])

                hidden = await about(second, "consult_hide", consult)

                assert hidden["value"] is False
                assert await going.desk.receive("reading") == hidden
                assert await again.next() == {"type": "reading", "value": False}
                assert await back.next() == {"type": "hidden", "consult": consult}
                await again.say("Dette er bare for deg.")
                await back.nothing_more()
    async with clients.visitor(line, secret=going.visitor.secret) as after:
        assert "reading" not in after.welcome


async def test_nobody_else_shows_reads_or_writes(
    going: Talk, line: Tenant, colleague: Desk, outsider: Desk
) -> None:
    async with clients.desk(line, Role.OFFICER) as member:
        consult = (await asked(going, colleague))["consult"]
        # An officer answers nobody, and is told so whatever there is.
        codes = ((outsider, "not_found"), (member, "not_allowed"), (colleague, "not_found"))
        for stranger, code in codes:
            for kind in ("consult_show", "consult_hide"):
                assert (await about(stranger, kind, consult))["code"] == code
        await going.visitor.nothing_more()
        await about(going.desk, "consult_show", consult)
        assert (await colleague.next())["type"] == "shown"
        await going.visitor.say(LATER)
        assert (await colleague.next())["text"] == LATER
        # To be shown a talk is not to have it.
        for window, code in codes:
            refused = await window.say(going.conversation, "Hei fra meg også.")
            assert refused["code"] == code
            assert (await window.open_talk(going.conversation))["code"] == "not_found"
        await member.nothing_more()
        await outsider.nothing_more()


@pytest.mark.parametrize("ending", ["closed", "ended", "erased", "handed over", "freed"])
async def test_nothing_is_shown_once_it_is_over(
    ending: str, line: Tenant, going: Talk, colleague: Desk
) -> None:
    await call(let_every_line_erase)
    consult = await shown(going, colleague)
    if ending == "ended":
        await going.visitor.leave()
        assert await colleague.next() == {"type": "hidden", "consult": consult}
        assert (await colleague.next())["type"] == "consult_closed"
        return
    if ending == "closed":
        await about(colleague, "consult_close", consult)
    elif ending == "erased":
        await going.visitor.erase()
    elif ending == "handed over":
        async with clients.desk(line, number=2) as taker:
            transfer = {"type": "transfer", "conversation": going.conversation, "to": me(taker)}
            offered = await going.desk.request(transfer)
            await taker.request({"type": "accept", "offer": offered["offer"]})
    else:
        await going.desk.drop()
        await moved_clock(await call(clock.now) + neglect.COUNSELLOR_GONE)
        await call(lines.beat, runtime().process)
        await call(neglect.tend, line)

    assert (await going.visitor.receive("reading"))["value"] is False
    await is_over(going, colleague)


async def test_line_that_does_not_promise_it_shows_nothing(tenant: Tenant, other: Tenant) -> None:
    for line in (tenant, other):
        async with clients.talk(line) as talk, clients.desk(line, Role.SUPERVISOR) as colleague:
            thread = await asked(talk, colleague)
            assert "may_show" not in thread
            # A version that allows it is for those who begin under it.
            if line is other:
                await call(let_colleagues_read, line)
            refused = await about(talk.desk, "consult_show", thread["consult"])
            assert refused["code"] == "not_allowed"
            await talk.visitor.nothing_more()
            await colleague.nothing_more()


@pytest.mark.parametrize("at_once", [True, False])
async def test_version_that_forbids_it_ends_it(
    at_once: bool, line: Tenant, going: Talk, colleague: Desk
) -> None:
    consult = await shown(going, colleague)
    now = await call(clock.now)
    begins_at = now if at_once else now + timedelta(minutes=2)

    await call(let_colleagues_read, line, value=False, begins_at=begins_at if not at_once else None)
    if not at_once:
        await going.visitor.nothing_more()
        await moved_clock(begins_at)
        await call(lines.beat, runtime().process)
        await call(neglect.tend, line)

    assert await going.visitor.receive("reading") == {"type": "reading", "value": False}
    await is_over(going, colleague)
    assert (await about(going.desk, "consult_show", consult))["code"] == "not_allowed"


async def test_member_who_leaves_reads_no_more(line: Tenant, going: Talk, colleague: Desk) -> None:
    await shown(going, colleague)

    await call(_leave, line, me(colleague))

    assert await colleague.closed() == 4401
    await call(neglect.tend, line)
    assert await going.visitor.receive("reading") == {"type": "reading", "value": False}


def _leave(tenant: Tenant, member: str) -> None:
    with tenant_scope(tenant):
        leave(tenant, UUID(member), actor=None)
