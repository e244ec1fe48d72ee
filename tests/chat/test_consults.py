"""A counsellor asks a colleague: the visitor knows it, and the colleague sees nothing of the talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from chat import consults, lines, neglect
from chat.calls import call, scoped_call
from chat.models import Consult
from chat.runtime import runtime
from retention import clock
from tenants.models import Role, Tenant
from tests import clients, world
from tests.clients import Desk, Frame, Talk
from tests.talks import owner_rows
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION, ANSWER = "Har du tall for søvn hos unge?", "Ja, se side 12 i metodeboken."
SECRET = "Jeg heter noe som ingen skal vite."


def me(window: Desk) -> str:
    return str(window.welcome["me"]["id"])


async def ask(window: Desk, talk: str, colleague: str, text: str = QUESTION) -> Frame:
    frame = {"type": "consult", "conversation": talk, "colleague": colleague, "text": text}
    return await window.request(frame)


async def about(window: Desk, kind: str, consult: str, **said: str) -> Frame:
    return await window.request({"type": kind, "consult": consult, **said})


@pytest.fixture
async def going(tenant: Tenant) -> AsyncIterator[Talk]:
    async with clients.talk(tenant) as talk:
        yield talk


@pytest.fixture
async def colleague(tenant: Tenant) -> AsyncIterator[Desk]:
    async with clients.desk(tenant, Role.SUPERVISOR) as window:
        yield window


async def test_thread_goes_to_and_fro_beside_the_talk_and_the_visitor_is_told(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    await going.visitor.say(SECRET)
    asked = await ask(going.desk, going.conversation, me(colleague))
    told = await going.visitor.next()
    assert (told["state"], told["note"]) == ("paused", "colleague")
    seen = await colleague.next()
    assert asked == {**seen, "conversation": going.conversation}
    assert (seen["type"], seen["n"], seen["text"]) == ("consult", 1, QUESTION)
    assert (seen["from"]["id"], seen["to"]["id"]) == (me(going.desk), me(colleague))

    replied = await about(colleague, "consult_reply", seen["consult"], text=ANSWER)

    assert (replied["type"], replied["n"], replied["text"]) == ("consult_reply", 2, ANSWER)
    answer = await going.desk.receive("consult_reply")
    assert answer == {**replied, "conversation": going.conversation}
    more = await ask(going.desk, going.conversation, me(colleague), "Takk. Og for barn?")
    assert (await colleague.next())["n"] == more["n"] == 3
    # The visitor is told once that it may take a while, and not again for every line.
    await going.visitor.nothing_more()
    async with clients.desk(tenant, Role.SUPERVISOR) as later:
        (thread,) = later.welcome["consults"]
        assert [(line["by"], line["text"]) for line in thread["lines"]] == [
            ("asker", QUESTION), ("colleague", ANSWER), ("asker", "Takk. Og for barn?"),
        ]  # fmt: skip
        assert "conversation" not in thread
        assert later.welcome["conversations"] == []
        assert SECRET not in str(later.welcome)
    closed = await about(going.desk, "consult_close", seen["consult"])
    assert closed == {
        "type": "consult_closed", "consult": seen["consult"], "by": "asker",
        "conversation": going.conversation,
    }  # fmt: skip
    assert await colleague.next() == {
        "type": "consult_closed", "consult": seen["consult"], "by": "asker",
    }  # fmt: skip
    await colleague.nothing_more()


async def test_asker_is_told_of_a_no_and_of_silence(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    first = await ask(going.desk, going.conversation, me(colleague))
    assert (await about(colleague, "consult_close", first["consult"]))["by"] == "colleague"
    assert (await going.desk.receive("consult_closed"))["by"] == "colleague"
    refused = await about(colleague, "consult_reply", first["consult"], text="likevel")
    assert refused["code"] == "not_found"
    second = await ask(going.desk, going.conversation, me(colleague))
    assert second["consult"] != first["consult"]
    await moved_clock(await call(clock.now) + consults.ANSWER_WITHIN)

    await call(lines.beat, runtime().process)
    await call(neglect.tend, tenant)

    for window in (going.desk, colleague):
        closed = await window.receive("consult_closed")
        while closed["consult"] != second["consult"]:
            closed = await window.receive("consult_closed")
        assert closed["by"] == "no_answer"


async def test_thread_is_sealed_and_goes_with_the_talk(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    asked = await ask(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["text"] == QUESTION
    row = await scoped_call(tenant, Consult.objects.get)
    assert QUESTION.encode()[:12] not in bytes(row.body)

    await going.visitor.erase()

    assert await call(owner_rows, "default", "SELECT id FROM chat_consult") == []
    closed = {"type": "consult_closed", "consult": asked["consult"], "by": "talk"}
    assert await colleague.next() == closed
    again = await ask(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["consult"] == again["consult"]
    await going.visitor.leave()
    assert await call(owner_rows, "default", "SELECT id FROM chat_consult") == []
    assert await colleague.next() == {**closed, "consult": again["consult"]}
    late = await about(colleague, "consult_reply", again["consult"], text=ANSWER)
    assert late["code"] == "not_found"


async def test_thread_does_not_outlast_its_askers_hold_on_the_talk(
    tenant: Tenant, going: Talk, colleague: Desk
) -> None:
    asked = await ask(going.desk, going.conversation, me(colleague))
    assert (await colleague.next())["type"] == "consult"
    async with clients.desk(tenant, number=2) as other:
        transfer = {"type": "transfer", "conversation": going.conversation, "to": me(other)}
        offered = await going.desk.request(transfer)
        taken = await other.request({"type": "accept", "offer": offered["offer"]})
        assert taken["type"] == "assigned"

        assert (await colleague.next())["by"] == "talk"
        late = await about(colleague, "consult_reply", asked["consult"], text=ANSWER)
        assert late["code"] == "not_found"


async def test_only_a_colleague_who_is_here_is_asked_and_only_those_two_are_in_it(
    tenant: Tenant, going: Talk, colleague: Desk, outsider: Desk, officer: Desk
) -> None:
    away = str((await call(world.hire, tenant, Role.COUNSELLOR, 3)).pk)
    for to in (me(outsider), away, me(going.desk), str(uuid4())):
        refused = await ask(going.desk, going.conversation, to)
        assert refused["code"] == "not_found"
    for stranger, code in (
        (outsider, "not_found"),
        (officer, "not_allowed"),
        (colleague, "not_found"),
    ):
        refused = await ask(stranger, going.conversation, me(officer))
        assert refused["code"] == code
    await going.visitor.nothing_more()

    asked = await ask(going.desk, going.conversation, me(colleague))
    for stranger in (outsider, officer):
        for kind, said in (("consult_reply", {"text": ANSWER}), ("consult_close", {})):
            refused = await about(stranger, kind, asked["consult"], **said)
            assert refused["code"] == "not_found"
    # One is asked at a time, so that nobody spreads what a talk is about.
    refused = await ask(going.desk, going.conversation, me(officer))
    assert refused["code"] == "not_allowed"
    too_much = await ask(going.desk, going.conversation, me(colleague), "x" * 4_001)
    assert too_much["code"] == "invalid"
    for _ in range(consults.CHARACTERS // 4_000 - 1):
        await ask(going.desk, going.conversation, me(colleague), "x" * 4_000)
    full = await ask(going.desk, going.conversation, me(colleague), "x" * 4_000)
    assert full["code"] == "not_allowed"
