"""A visitor who is passed on, from the card to the partner's queue, as browsers would speak."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chat import lines
from chat.calls import call
from chat.runtime import runtime
from referrals import carrying
from retention import clock
from tenants.models import Tenant
from tests import clients
from tests.clients import Answer, Desk, Frame, Talk, Visitor, host_of, post
from tests.world import moved_clock

WHY = "De kan mer om det du forteller."
DRAFT = "Hun er femten og sover ikke."


async def lay(window: Desk, talk: str, to: Tenant, *, summary: str = DRAFT) -> Frame:
    content = {"to": to.slug, "why": WHY, "summary": summary}
    frame = {"type": "card", "conversation": talk, "kind": "referral", "content": content}
    return await window.request(frame)


async def say_yes(tab: Visitor, card: Frame, value: object) -> tuple[Frame, Frame]:
    """Answer a card; return the card as it is then, and what the visitor alone is told."""
    answered = await tab.request({"type": "answer", "card": card["id"], "value": value})
    assert answered["type"] == "card", answered
    return answered, await tab.receive("handoff")


@dataclass(frozen=True)
class Tokens:
    there: str
    back: str


def tokens_in(told: Frame) -> Tokens:
    assert told["state"] == "go", told
    return Tokens(*told["url"].partition("#handoff=")[2].split("."))


async def arrive(line: Tenant, token: str, **more: str) -> Answer:
    return await post(host_of(line), "/api/handoffs/arrive", {"token": token, **more})


async def go_back(line: Tenant, token: str, **more: str) -> Answer:
    return await post(host_of(line), "/api/handoffs/return", {"token": token, **more})


async def card_now(window: Desk, talk: str) -> Frame:
    """Return the newest card of a talk as its counsellor finds it."""
    return dict((await window.open_talk(talk))["cards"][-1])


async def state_now(window: Desk, talk: str) -> str:
    return str((await card_now(window, talk))["value"]["state"])


@dataclass(frozen=True)
class Passed:
    """Somebody who has said yes: their talk at the giver, the card, and the way there and back."""

    going: Talk
    card: Frame
    tokens: Tokens


@asynccontextmanager
async def passed(
    giver: Tenant, taker: Tenant, value: object = "nothing", *says: str, number: int = 1
) -> AsyncIterator[Passed]:
    """A talk in which the visitor has said ``says`` and then yes to going on."""
    async with clients.talk(giver, number=number) as going:
        for text in says:
            await going.visitor.say(text)
        card = await lay(going.desk, going.conversation, taker)
        assert card["type"] == "card", card
        _, told = await say_yes(going.visitor, card, value)
        yield Passed(going, card, tokens_in(told))


async def there(taker: Tenant, passed: Passed) -> dict[str, Any]:
    """Let the visitor come; return what their page at the taker is answered."""
    answer = await arrive(taker, passed.tokens.there)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


async def after(span: timedelta) -> None:
    """Let time pass, with this process alive, and let the job look."""
    await moved_clock(await call(clock.now) + span)
    await call(lines.beat, runtime().process)
    await call(carrying.carry_on)
