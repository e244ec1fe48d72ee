"""What a visitor is shown of a partner, what they may choose, and what comes along."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chat.calls import call, scoped_call
from chat.models import Card, Conversation, Tally
from referrals.models import Incoming, Outgoing
from referrals.partnerships import Terms, accept, propose
from tenants.models import Tenant
from tests import clients
from tests.clients import desk, visitor
from tests.referrals.passing import (
    DRAFT,
    WHY,
    after,
    arrive,
    card_now,
    lay,
    passed,
    say_yes,
    state_now,
    there,
    tokens_in,
)

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "Jeg får ikke sove."
OWN = "Jeg vil bare snakke om søvn."
CHOICES = {
    "nothing": ("nothing", {}),
    "summary": ("summary", {"summary": DRAFT}),
    "all": ("all", {"messages": [{"from": "visitor", "text": SAID}]}),
    "changed": ({"choice": "summary", "summary": OWN}, {"summary": OWN}),
}


async def test_card_says_who_is_there_and_what_is_different(giver: Tenant, taker: Tenant) -> None:
    async with clients.talk(giver) as going:
        card = await lay(going.desk, going.conversation, taker)
        seen = await going.visitor.receive("card")

        assert {**seen, "conversation": going.conversation} == card
        assert {name: card[name] for name in ("name", "why", "summary", "mode", "open")} == {
            "name": taker.name, "why": WHY, "summary": DRAFT, "mode": "live", "open": True,
        }  # fmt: skip
        assert "SnakkOmPsyken" in card["criteria"]
        assert any("tre års" in one for one in card["who"])
        hours, who = card["differs"][:2]
        assert (hours["what"], who["what"]) == ("hours", "who")
        assert (hours["here"], hours["there"]) == (
            "Hver dag hele døgnet", "Hver dag 14:00–22:00",
        )  # fmt: skip
        assert all(one["here"] != one["there"] for one in card["differs"])


@pytest.mark.parametrize(("value", "along"), CHOICES.values(), ids=CHOICES)
async def test_what_was_chosen_comes_along_and_the_first_talk_ends_when_taken(
    giver: Tenant, taker: Tenant, value: object, along: dict[str, object]
) -> None:
    async with passed(giver, taker, value, SAID) as one, desk(taker) as window:
        assert await state_now(one.going.desk, one.going.conversation) == "agreed"
        found = await there(taker, one)
        assert found["from"] == {"name": giver.name}
        assert await state_now(one.going.desk, one.going.conversation) == "there"
        async with visitor(taker, secret=found["secret"]) as tab:
            await window.ready()
            assigned = await window.take_next()

            brought = {"kind": "brought", "from": {"name": giver.name}, "part": 1, "parts": 1}
            choice = value if isinstance(value, str) else "summary"
            for cards in (assigned["cards"], tab.welcome["cards"]):
                (card,) = cards
                about = {"state": "offered", "version": 1, "after": 0, "id": card["id"]}
                assert card == {**brought, "choice": choice, **along, **about}
            ended = await one.going.desk.receive("ended")
            assert ended == {
                "type": "ended", "conversation": one.going.conversation, "by": "counsellor",
                "handed_over": True,
            }  # fmt: skip
            # The first line forgets at the end; the second talk is alive.
            assert await scoped_call(giver, Conversation.objects.count) == 0
            assert await scoped_call(giver, Card.objects.count) == 0
            assert (await tab.say("Hei"))["seq"] == 1
            # For the figures there they are one who has come and was answered.
            assert await scoped_call(taker, tallied) == {"started": 1, "answered": 1}


def tallied() -> dict[str, int]:
    return dict(Tally.objects.values_list("what", "count"))


async def test_who_stays_stays_and_nothing_goes_anywhere(giver: Tenant, taker: Tenant) -> None:
    async with clients.talk(giver) as going:
        card = await lay(going.desk, going.conversation, taker)

        answered = await going.visitor.request(
            {"type": "answer", "card": card["id"], "value": "stay"}
        )

        assert answered["value"] == {"choice": "stay", "state": "declined"}
        await going.visitor.say("Jeg blir her.")
        for tenant, model in ((giver, Outgoing), (taker, Incoming), (taker, Conversation)):
            assert await scoped_call(tenant, model.objects.count) == 0


async def test_after_an_erasure_only_what_is_left_comes_along(third: Tenant, taker: Tenant) -> None:
    pact = await call(propose, third, taker, Terms())
    await call(accept, taker, pact)
    async with clients.talk(third) as going:
        await going.visitor.say("Dette vil jeg ikke ha sagt.")
        await going.visitor.erase()
        await going.visitor.say(SAID)
        card = await lay(going.desk, going.conversation, taker)
        _, told = await say_yes(going.visitor, card, "all")

        found = (await arrive(taker, tokens_in(told).there)).json()

        async with visitor(taker, secret=found["secret"]) as tab:
            assert tab.welcome["cards"][0]["messages"] == [{"from": "visitor", "text": SAID}]


async def test_a_long_talk_comes_along_whole_in_several_cards(giver: Tenant, taker: Tenant) -> None:
    texts = [f"{number} {'🙂' * 3_900}" for number in range(16)]
    async with passed(giver, taker, "all", *texts) as one:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]) as tab:
            cards = list(tab.welcome["cards"])
            while len(cards) < 4:
                cards.append(await tab.receive("card"))

    assert [(card["part"], card["parts"]) for card in cards] == [(n, 4) for n in range(1, 5)]
    came = [said["text"] for card in cards for said in card["messages"]]
    # Not compared as they are: nobody wants to read the difference.
    assert (len(came), came == texts) == (16, True)


async def test_answers_that_are_none_are_refused_and_one_answer_is_final(
    giver: Tenant, taker: Tenant
) -> None:
    async with clients.talk(giver) as going:
        card = await lay(going.desk, going.conversation, taker, summary="")
        about = {"type": "answer", "card": card["id"]}
        wrong = ("go", 1, None, "summary", {"choice": "all", "summary": "x"},
                 {"choice": "summary", "summary": ""}, {"choice": "summary", "summary": 7},
                 {"choice": "summary", "summary": "x" * 4001})  # fmt: skip
        for value in wrong:
            assert (await going.visitor.request({**about, "value": value}))["code"] == "invalid"
        await say_yes(going.visitor, card, "nothing")
        assert (await going.visitor.request({**about, "value": "all"}))["code"] == "not_allowed"
        again = await lay(going.desk, going.conversation, taker)
        refused = await going.visitor.request(
            {"type": "answer", "card": again["id"], "value": "nothing"}
        )
        assert refused["code"] == "not_allowed"


async def test_only_partners_are_shown(giver: Tenant, taker: Tenant, third: Tenant) -> None:
    async with clients.talk(giver) as going:
        for nobody in (third, giver):
            assert (await lay(going.desk, going.conversation, nobody))["code"] == "invalid"
        content = {"to": taker.slug, "why": ""}
        frame = {"type": "card", "conversation": going.conversation, "kind": "referral"}
        assert (await going.desk.request({**frame, "content": content}))["code"] == "invalid"


async def test_signpost_shows_numbers_and_takes_no_answer(giver: Tenant, taker: Tenant) -> None:
    async with clients.talk(taker) as going:
        card = await lay(going.desk, going.conversation, giver)

        assert (card["mode"], card["phones"][0]["phone"]) == ("signpost", card["phone"])
        assert re.fullmatch(r"[\d ]+", card["phone"])
        frame = {"type": "answer", "card": card["id"], "value": "nothing"}
        assert (await going.visitor.request(frame))["code"] == "not_allowed"
        await after(timedelta(hours=1))
        assert (await card_now(going.desk, going.conversation))["state"] == "offered"


async def test_who_was_passed_on_is_not_passed_on_again(
    giver: Tenant, taker: Tenant, third: Tenant
) -> None:
    pact = await call(propose, taker, third, Terms())
    await call(accept, third, pact)
    async with passed(giver, taker) as one, desk(taker) as window:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]) as tab:
            await window.ready()
            await window.take_next()

            for line in (third, giver):
                card = await lay(window, tab.conversation, line)

                assert card["mode"] == "signpost"
                # Each line writes a number in its own manner: 116 111, 116111.
                numbers = [re.sub(r"\D", "", one["phone"]) for one in card["phones"]]
                assert len(numbers) >= 2
                assert len(set(numbers)) == len(numbers)
    async with clients.talk(taker, number=2) as other:
        assert (await lay(other.desk, other.conversation, third))["mode"] == "live"
    assert await scoped_call(third, Conversation.objects.count) == 0
