"""Cards: what is laid before a visitor, by whom, and how long it can be answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chat import cards, lines, neglect
from chat.calls import call, scoped_call
from chat.cards import CardKind, register_card
from chat.models import Card, Conversation
from chat.runtime import runtime
from retention import clock
from tenants.errors import Invalid
from tenants.models import Contact, Partner, Tenant
from tests import clients
from tests.clients import Desk, Frame, Talk
from tests.talks import owner_rows
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "May we write down your age?"
LASTS = timedelta(minutes=10)


def ask(tenant: Tenant, language: str, content: Frame) -> Frame:
    return {"question": content.get("question", ""), "language": language}


def taken(tenant: Tenant, talk: Conversation, shown: Frame, value: Any) -> Any:
    if not isinstance(value, bool):
        raise Invalid("yes or no")
    return value


@pytest.fixture(autouse=True)
def question() -> Iterator[None]:
    """A kind as another app registers one: it takes yes or no, within ten minutes."""
    register_card(CardKind(name="question", offer=ask, answered=taken, lasts=LASTS))
    yield
    del cards._kinds["question"]


def kept_cards() -> int:
    return int(owner_rows("default", "SELECT count(*) FROM chat_card")[0][0])


async def lay(window: Desk, talk: str, *, kind: str = "question", **content: str) -> Frame:
    frame = {"type": "card", "conversation": talk, "kind": kind}
    return await window.request({**frame, "content": content or {"question": QUESTION}})


async def answer(going: Talk, card: str, value: object) -> Frame:
    return await going.visitor.request({"type": "answer", "card": card, "value": value})


async def test_card_is_answered_once_and_both_sides_see_it_wherever_they_are(
    tenant: Tenant,
) -> None:
    async with clients.talk(tenant) as going, clients.desk(tenant) as window:
        laid = await lay(going.desk, going.conversation)
        shown = {name: one for name, one in laid.items() if name != "conversation"}
        assert shown == {
            "type": "card", "id": laid["id"], "kind": "question", "state": "offered",
            "version": 1, "after": 0, "question": QUESTION, "language": "nb",
        }  # fmt: skip
        assert [await going.visitor.next(), await window.next()] == [shown, laid]
        assert (await answer(going, laid["id"], "perhaps"))["code"] == "invalid"

        said = await answer(going, laid["id"], True)

        assert said == {**shown, "state": "answered", "version": 2, "value": True}
        told = {**said, "conversation": going.conversation}
        assert [await going.desk.next(), await window.next()] == [told, told]
        assert (await answer(going, laid["id"], False))["code"] == "not_allowed"
        kept = [{name: one for name, one in said.items() if name != "type"}]
        async with clients.visitor(tenant, secret=going.visitor.secret) as back:
            assert back.welcome["cards"] == kept
        async with clients.desk(tenant) as later:
            assert later.welcome["conversations"][0]["cards"] == kept


async def test_card_that_has_run_out_is_told_so_and_takes_no_answer(tenant: Tenant) -> None:
    async with clients.talk(tenant) as going:
        laid = await lay(going.desk, going.conversation)
        assert (await going.visitor.next())["state"] == "offered"
        await moved_clock(await call(clock.now) + LASTS)
        assert (await answer(going, laid["id"], True))["code"] == "not_allowed"

        await call(lines.beat, runtime().process)
        await call(neglect.tend, tenant)

        for side in (going.visitor, going.desk):
            frame = await side.next()
            assert (frame["type"], frame["state"], frame["version"]) == ("card", "expired", 2)


async def test_card_is_sealed_and_goes_with_what_is_erased_and_with_the_talk(
    tenant: Tenant,
) -> None:
    async with clients.talk(tenant) as going:
        laid = await lay(going.desk, going.conversation)
        row = await scoped_call(tenant, Card.objects.get)
        assert QUESTION.encode()[:10] not in bytes(row.body)
        await going.visitor.erase()
        assert await scoped_call(tenant, Card.objects.count) == 0
        assert await call(kept_cards) == 0
        assert (await answer(going, laid["id"], True))["code"] == "not_found"

        await lay(going.desk, going.conversation)
        assert await call(kept_cards) == 1
        await going.visitor.leave()

        assert await call(kept_cards) == 0


async def test_only_who_has_the_talk_lays_and_takes_back_a_card(
    tenant: Tenant, outsider: Desk, supervisor: Desk
) -> None:
    async with clients.talk(tenant) as going:
        laid = await lay(going.desk, going.conversation)
        about = {"type": "withdraw", "conversation": going.conversation, "card": laid["id"]}
        for stranger in (outsider, supervisor):
            assert (await lay(stranger, going.conversation))["code"] == "not_found"
            assert (await stranger.request(about))["code"] == "not_found"
        async with clients.visitor(tenant) as other:
            refused = await other.request({"type": "answer", "card": laid["id"], "value": True})
            assert refused["code"] == "not_found"

        assert (await going.desk.request(about))["state"] == "withdrawn"
        assert (await answer(going, laid["id"], True))["code"] == "not_allowed"
        assert (await answer(going, str(uuid4()), True))["code"] == "not_found"
        assert (await lay(going.desk, going.conversation, kind="none"))["code"] == "invalid"


async def test_signpost_shows_the_number_first_and_stays_until_the_end(
    tenant: Tenant, other: Tenant
) -> None:
    def partner() -> None:
        texts = {"nb": "De kan hjelpe deg videre."}
        Partner.objects.update_or_create(
            tenant=tenant,
            slug=other.slug,
            defaults={"mode": "signpost", "texts": texts, "rule": "ours"},
        )

    await scoped_call(tenant, partner)
    foreign = await scoped_call(other, lambda: Contact.objects.values_list("pk", flat=True)[0])
    async with clients.talk(tenant) as going:
        shown = await lay(
            going.desk, going.conversation, kind="signpost", to=f"partner:{other.slug}"
        )

        assert (shown["name"], shown["text"]) == (other.name, "De kan hjelpe deg videre.")
        assert (shown["open"], shown["url"].startswith("http")) == (True, True)
        assert shown["phone"]
        seen = await going.visitor.next()
        assert {**seen, "conversation": going.conversation} == shown
        for unknown in (f"contact:{foreign}", "partner:nobody", "contact:x\0", ""):
            refused = await lay(going.desk, going.conversation, kind="signpost", to=unknown)
            assert refused["code"] == "invalid"
