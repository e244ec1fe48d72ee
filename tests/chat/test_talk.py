"""The talk as its two sides see it, frame by frame."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from tenants.models import Tenant
from tests import clients
from tests.clients import Answer, Desk, Frame, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


async def test_what_both_say_reaches_the_other_in_order(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        said = []
        for number in range(5):
            said.append(await talk.visitor.say(f"v{number}"))
            said.append(await talk.desk.say(talk.conversation, f"c{number}"))
        at_desk = [await talk.desk.next() for _ in range(5)]
        at_visitor = [await talk.visitor.next() for _ in range(5)]

    assert [one["seq"] for one in said] == list(range(1, 11))
    assert at_desk == [
        {
            "type": "message",
            "conversation": talk.conversation,
            "seq": 2 * number + 1,
            "from": "visitor",
            "text": f"v{number}",
            "at": said[2 * number]["at"],
        }
        for number in range(5)
    ]
    assert at_visitor == [
        {
            "type": "message",
            "seq": 2 * number + 2,
            "from": "counsellor",
            "text": f"c{number}",
            "at": said[2 * number + 1]["at"],
        }
        for number in range(5)
    ]


async def test_the_other_window_of_a_counsellor_gets_what_the_first_one_says(
    tenant: Tenant,
) -> None:
    async with clients.talk(tenant) as talk, clients.desk(tenant) as window:
        identity = str(uuid4())
        said = await talk.desk.say(talk.conversation, "hei", id=identity)
        heard = await window.next()

    message = {"seq": 1, "from": "counsellor", "text": "hei", "at": said["at"], "id": identity}
    assert heard == {"type": "message", "conversation": talk.conversation, **message}
    assert [one["conversation"] for one in window.welcome["conversations"]] == [talk.conversation]


async def test_a_message_sent_again_is_the_same_message(tenant: Tenant) -> None:
    identity = str(uuid4())
    async with clients.talk(tenant) as talk:
        first = await talk.visitor.say("hei", id=identity)
        again = await talk.visitor.say("hei", id=identity)
        changed = await talk.visitor.say("something else", id=identity)
        async with clients.visitor(tenant, secret=talk.visitor.secret, after=1) as tab:
            elsewhere = await tab.say("hei", id=identity)
            await tab.nothing_more()
        heard = [await talk.desk.next() for _ in range(2)]
        await talk.desk.nothing_more()

    here = {"conversation": talk.conversation}
    message = {"seq": 1, "from": "visitor", "text": "hei", "at": first["at"]}
    assert [again, changed, elsewhere] == [first] * 3
    assert heard == [
        {"type": "message", **here, **message},
        {"type": "line", **here, "who": "visitor", "up": False},
    ]


async def test_the_same_id_from_both_sides_is_two_messages(tenant: Tenant) -> None:
    identity = str(uuid4())
    async with clients.talk(tenant) as talk:
        mine = await talk.visitor.say("from me", id=identity)
        theirs = await talk.desk.say(talk.conversation, "from them", id=identity)

    assert (mine["seq"], theirs["seq"]) == (1, 2)


async def test_each_ref_is_echoed_once_also_where_one_message_is_sent_many_times_at_once(
    tenant: Tenant, visitor: Visitor
) -> None:
    identity = str(uuid4())
    for ref in "abcde":
        say = {"type": "say", "id": identity, "text": "hei", "ref": ref}
        await visitor.send(say)
    answers = [await visitor.next() for _ in range(5)]
    await visitor.nothing_more()

    said = {"type": "said", "id": identity, "seq": 1, "at": answers[0]["at"]}
    assert sorted(answers, key=lambda frame: str(frame["ref"])) == [
        {**said, "ref": ref} for ref in "abcde"
    ]


async def test_what_was_erased_is_answered_when_sent_again_and_stays_erased(tenant: Tenant) -> None:
    identity = str(uuid4())
    async with clients.talk(tenant) as talk:
        said = await talk.visitor.say("my name", id=identity)
        erased = await talk.visitor.erase()
        again = await talk.visitor.say("my name", id=identity)
        after = await talk.visitor.say("go on")
        heard = [await talk.desk.next() for _ in range(3)]
        await talk.desk.nothing_more()
        async with clients.visitor(tenant, secret=talk.visitor.secret) as tab:
            welcome = tab.welcome

    assert erased == {"type": "erased", "through": 1}
    assert (again["id"], again["seq"]) == (said["id"], said["seq"])
    assert after["seq"] == 2
    assert [(frame["type"], frame.get("seq")) for frame in heard] == [
        ("message", 1),
        ("erased", None),
        ("message", 2),
    ]
    assert (welcome["last_seq"], welcome["erased_through"]) == (2, 1)
    assert [message["text"] for message in welcome["messages"]] == ["go on"]


async def test_typing_and_seen_reach_the_other_side_alone(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        await talk.desk.send({"type": "typing", "conversation": talk.conversation})
        await talk.visitor.send({"type": "typing"})
        assert await talk.visitor.next() == {"type": "typing"}
        typing = {"type": "typing", "conversation": talk.conversation}
        assert await talk.desk.next() == typing
        await talk.desk.say(talk.conversation, "one")
        await talk.desk.say(talk.conversation, "two")
        assert [(await talk.visitor.next())["seq"] for _ in range(2)] == [1, 2]
        seen = {"type": "seen", "conversation": talk.conversation}
        await talk.visitor.send({"type": "seen", "seq": 2})
        assert await talk.desk.next() == {**seen, "seq": 2}
        for seq in (1, 2):
            await talk.visitor.send({"type": "seen", "seq": seq})
        await talk.desk.say(talk.conversation, "three")
        assert (await talk.visitor.next())["seq"] == 3
        await talk.visitor.send({"type": "seen", "seq": 3})
        assert await talk.desk.next() == {**seen, "seq": 3}
        await talk.visitor.nothing_more()
        await talk.desk.nothing_more()


async def test_the_place_in_the_queue_is_told_at_most_once_a_second(tenant: Tenant) -> None:
    async def come_ahead() -> list[Answer]:
        return [await clients.start(tenant, urgent=True) for _ in range(6)]

    async with clients.visitor(tenant) as last_but_many:
        # Heard while they come: what has waited to be read would seem to come at once.
        coming = asyncio.ensure_future(come_ahead())
        frames: list[Frame] = []
        heard_at: list[float] = []
        while not frames or frames[-1]["position"] != 7:
            frames.append(await last_but_many.receive("queue"))
            heard_at.append(time.monotonic())
        ahead = await coming

    assert [answer.status for answer in ahead] == [201] * 6
    assert (frames[-1]["position"], frames[-1]["wait_seconds"]) == (7, None)
    assert all(later - earlier > 0.5 for earlier, later in pairwise(heard_at))


async def test_leaving_ends_the_talk_for_both_and_only_once(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        ended = await talk.visitor.leave()
        told = await talk.desk.next()
        again = await talk.visitor.leave()
        late = await talk.desk.say(talk.conversation, "wait")
        await talk.visitor.nothing_more()
        await talk.desk.nothing_more()

    alternatives = [
        {"name": contact["name"], "phone": contact["phone"]} for contact in ended["alternatives"]
    ]
    assert ended == {
        "type": "ended",
        "by": "visitor",
        "evaluation": None,
        "alternatives": alternatives,
    }
    assert {one["phone"] for one in alternatives} >= {"800 99 900", "113"}
    assert told == {"type": "ended", "conversation": talk.conversation, "by": "visitor"}
    assert again == {"type": "error", "code": "ended", "text": again["text"]}
    assert late == {"type": "error", "code": "not_found", "text": late["text"]}


async def test_closing_ends_the_talk_and_frees_the_counsellors_place(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk, clients.visitor(tenant) as second:
        await talk.desk.claim(second.conversation)
        ended = await talk.desk.close_talk(talk.conversation)
        told = await talk.visitor.next()
        async with clients.visitor(tenant) as third:
            assigned = await talk.desk.take_next()

    assert ended == {"type": "ended", "conversation": talk.conversation, "by": "counsellor"}
    assert (told["type"], told["by"]) == ("ended", "counsellor")
    assert (assigned["type"], assigned["conversation"]) == ("assigned", third.conversation)


async def test_erasing_is_refused_where_it_is_not_promised(other: Tenant) -> None:
    async with clients.talk(other) as talk:
        await talk.visitor.say("stays")
        refused = await talk.visitor.erase()
        async with clients.visitor(other, secret=talk.visitor.secret) as tab:
            kept = [message["text"] for message in tab.welcome["messages"]]

    assert refused == {"type": "error", "code": "not_allowed", "text": refused["text"]}
    assert kept == ["stays"]


async def test_the_eraser_reaches_both_sides_and_every_later_reader(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        await talk.visitor.say("one")
        await talk.desk.say(talk.conversation, "two")
        erased = await talk.visitor.erase()
        opened = await talk.desk.open_talk(talk.conversation)
        more = await talk.visitor.request({"type": "more", "after": 0})

    assert erased == {"type": "erased", "through": 2}
    assert (opened["last_seq"], opened["erased_through"], opened["messages"]) == (2, 2, [])
    assert more == {"type": "more", "messages": [], "more": False}


async def test_a_burst_beyond_a_person_is_slowed_and_not_stored(visitor: Visitor) -> None:
    answers = [await visitor.say(f"{number}") for number in range(25)]

    refused: list[Frame] = [answer for answer in answers if answer["type"] == "error"]
    said = [answer["seq"] for answer in answers if answer["type"] == "said"]
    assert refused
    assert refused == [
        {"type": "error", "code": "slow_down", "text": answer["text"]} for answer in refused
    ]
    assert said == list(range(1, len(said) + 1))
    assert len(said) >= 20


async def test_a_later_message_does_not_overtake_one_that_was_refused(
    tenant: Tenant, settings: Any
) -> None:
    settings.SAY_BURST, settings.SAY_PER_SECOND = 1, 10
    async with clients.visitor(tenant) as tab:
        stored, first = 0, str(uuid4())
        while (await tab.say("too fast", id=first))["type"] == "said":
            stored, first = stored + 1, str(uuid4())
        # Real time makes room again; nothing is heard meanwhile.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await tab.next()
        later = await tab.say("later")
        again = await tab.say("too fast", id=first)

    assert later["code"] == "slow_down"
    assert (again["type"], again["seq"]) == ("said", stored + 1)


async def test_a_talk_that_is_somebody_elses_is_none_of_mine(
    tenant: Tenant, supervisor: Desk
) -> None:
    async with clients.talk(tenant) as talk:
        frames: list[Frame] = [
            {"type": "open", "conversation": talk.conversation},
            {"type": "open", "conversation": talk.conversation, "purpose": "curious"},
            {"type": "say", "conversation": talk.conversation, "id": str(uuid4()), "text": "x"},
            {"type": "typing", "conversation": talk.conversation},
            {"type": "seen", "conversation": talk.conversation, "seq": 0},
            {"type": "more", "conversation": talk.conversation, "after": 0},
            {"type": "close", "conversation": talk.conversation},
        ]
        answers = [await supervisor.request(frame) for frame in frames]
        await talk.visitor.nothing_more()

    assert answers == [
        {"type": "error", "code": "not_found", "text": "no such talk"} for _ in frames
    ]
