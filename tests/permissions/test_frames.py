"""Every kind of frame, said by everybody over real sockets: whom it is for is heard, nobody else.

Before each frame is said by somebody whom it is for, all others say the very same: who is of another
role is told so, and who is of another line is told what they are told of things that are not there.
What is said here is compared with what the sockets read, so a kind that is added later fails until
it is said here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from chat import cards
from chat.calls import call
from chat.cards import CardKind, register_card
from chat.models import Conversation
from helpline.doors import frames
from helpline.doors import lines as door_lines
from tenants.models import Role, Tenant
from tenants.permissions import VISITOR, VISITORS
from tests import clients, holds, vault, world
from tests.clients import Desk, Frame, Visitor, headers_at, host_of
from tests.talks import let_every_line_erase
from tests.versions import let_colleagues_read
from tests.web import Client

pytestmark = pytest.mark.django_db(transaction=True)

COUNSELLOR, SUPERVISOR = str(Role.COUNSELLOR), str(Role.SUPERVISOR)
OFFICER, ADMINISTRATOR = str(Role.OFFICER), str(Role.ADMINISTRATOR)
# What nothing answers.
QUIET = {"typing", "seen", "active"}
DECLARED = {
    (door.place, door.address): door.permission.roles for door in frames() if door.permission
}


def _offer(tenant: Tenant, language: str, content: Frame) -> Frame:
    return {"question": content.get("question", ""), "language": language}


def _answered(tenant: Tenant, talk: Conversation, shown: Frame, value: Any) -> Any:
    return value


@pytest.fixture(autouse=True)
def question() -> Iterator[None]:
    """A card as another app registers one."""
    register_card(CardKind(name="question", offer=_offer, answered=_answered))
    yield
    del cards._kinds["question"]


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    yield
    await world.stop_runtime()


@pytest.fixture
async def lines(transactional_db: None) -> list[Tenant]:
    return await call(_lines)


def _lines() -> list[Tenant]:
    lines = world.open_tenants("urph", "tidaholm")
    let_colleagues_read(lines[0])
    let_every_line_erase()
    Tenant.objects.update(may_pick=True)
    return [Tenant.objects.get(pk=line.pk) for line in lines]


@dataclass
class Room:
    """A line's desk with somebody of every role, and one of another line at theirs."""

    desks: dict[str, Desk]
    outsider: Desk
    heard: set[tuple[str, str]] = field(default_factory=set)

    async def say(self, role: str, word: str, **said: Any) -> Frame:
        """Let everybody say a frame, and ``role`` last: it is for them. Return its answer."""
        frame = {"type": word, **said}
        declared = DECLARED["/ws/desk", word]
        for other in self.desks.keys() - declared:
            refused = await self.desks[other].request(frame)
            assert refused.get("code") == "not_allowed", (other, word, refused)
        if unknown(frame) != frame:
            told = [await self.outsider.request(one) for one in (frame, unknown(frame))]
            assert told[0] == told[1], (word, told)
            assert told[0]["type"] == "error", (word, told)
        self.heard.add((role, word))
        if word in QUIET:
            await self.desks[role].send(frame)
            return {}
        answer = await self.desks[role].request(frame)
        assert answer["type"] != "error", (role, word, answer)
        return answer


def unknown(frame: Frame) -> Frame:
    """Return the same frame about things that are not there."""
    return {name: str(uuid4()) if is_id(value) else value for name, value in frame.items()}


def is_id(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def me(window: Desk) -> str:
    return str(window.welcome["me"]["id"])


async def everybody(stack: AsyncExitStack, line: Tenant, other: Tenant) -> Room:
    roles = (COUNSELLOR, SUPERVISOR, OFFICER, ADMINISTRATOR)
    desks = {role: await stack.enter_async_context(clients.desk(line, role)) for role in roles}
    return Room(desks, await stack.enter_async_context(clients.desk(other)))


async def in_the_talk(room: Room, role: str, tab: Visitor) -> None:
    """Say what a counsellor says in a talk that they have."""
    talk = {"conversation": tab.conversation}
    await room.say(role, "say", **talk, id=str(uuid4()), text="hei")
    await tab.receive("message")
    await room.say(role, "typing", **talk)
    await tab.receive("typing")
    await tab.say("hei")
    await room.say(role, "seen", **talk, seq=2)
    await tab.receive("seen")
    await room.say(role, "more", **talk, after=0)
    await room.say(role, "open", **talk)
    await room.say(role, "pause", **talk, note="")
    await room.say(role, "resume", **talk)
    card = await room.say(role, "card", **talk, kind="question", content={"question": "?"})
    await room.say(role, "withdraw", **talk, card=card["id"])
    await room.say(role, "flag", **talk)


async def about_the_talk(room: Room, role: str, colleague: str, tab: Visitor) -> None:
    """Ask everybody else about the talk, and let a colleague take it in the end."""
    talk = {"conversation": tab.conversation}
    for asked in sorted(room.desks.keys() - {role}):
        to = me(room.desks[asked])
        thread = await room.say(role, "consult", **talk, colleague=to, text="hva nå?")
        consult = {"consult": thread["consult"]}
        await room.say(role, "consult_show", **consult)
        await room.say(role, "consult_hide", **consult)
        await room.say(asked, "consult_reply", **consult, text="vent")
        await room.say(asked, "consult_close", **consult)
    thread = await room.say(role, "consult", **talk, colleague=to, text="og nå?")
    await room.say(role, "consult_close", consult=thread["consult"])
    to = me(room.desks[colleague])
    offer = await room.say(role, "transfer", **talk, to=to, note="")
    await room.say(role, "withdraw_offer", offer=offer["offer"])
    offer = await room.say(role, "transfer", **talk, to=to, note="")
    await room.say(colleague, "decline", offer=offer["offer"])
    offer = await room.say(role, "transfer", **talk, to=to, note="")
    await room.say(colleague, "accept", offer=offer["offer"])


async def a_shift(room: Room, line: Tenant, role: str, colleague: str) -> None:
    async with clients.visitor(line) as first, clients.visitor(line) as second:
        await room.say(role, "ready", value=True)
        assert (await room.say(role, "next"))["conversation"] == first.conversation
        await in_the_talk(room, role, first)
        await room.desks[colleague].ready()
        await about_the_talk(room, role, colleague, first)
        await room.desks[colleague].close_talk(first.conversation)
        await room.say(role, "claim", conversation=second.conversation)
        await room.say(role, "close", conversation=second.conversation)
        await room.say(role, "back")
        await room.say(role, "ready", value=False)
        await room.desks[colleague].ready(value=False)


async def test_each_frame_of_the_desk_is_for_whom_it_declares(lines: list[Tenant]) -> None:
    line, other = lines
    kept = await call(holds.ended, line, "hei")
    async with AsyncExitStack() as stack:
        room = await everybody(stack, line, other)
        for role in room.desks:
            await room.say(role, "active")

        await a_shift(room, line, COUNSELLOR, SUPERVISOR)
        await a_shift(room, line, SUPERVISOR, COUNSELLOR)
        await room.say(OFFICER, "open", conversation=str(kept), purpose="to look")

    said = room.heard | {(role, "hello") for role in room.desks}
    declared = {
        (role, kind)
        for (path, kind), roles in DECLARED.items()
        if path == "/ws/desk"
        for role in roles
    }
    assert said == declared


async def closes(window: Desk | Visitor, hello: Frame) -> int:
    assert await window.open()
    await window.send(hello)
    code = await window.closed()
    await window.drop()
    return code


def _signed_in() -> str:
    client = Client()
    client.force_login(vault.operator())
    return client.cookies.output(header="", attrs=[]).strip()


async def test_nobody_else_comes_to_a_desk(lines: list[Tenant]) -> None:
    line, other = lines
    started = (await clients.start(line)).json()
    cookies = ["", f"__Host-desk={started['secret']}", await call(_signed_in)]
    for role in Role.values:
        await call(world.hire, other, role)
        cookies.append(await clients.sign_in(other, world.address_of(other, role, 1)) or "")
    assert all(cookies[1:])

    hello = {"type": "hello", "protocol": 1}
    desks = [Desk(headers_at(host_of(line, "desk"), cookie=one)) for one in cookies]

    assert [await closes(desk, hello) for desk in desks] == [4401] * len(cookies)


async def test_each_frame_of_a_visitor_is_for_who_shows_the_secret(lines: list[Tenant]) -> None:
    line, other = lines
    async with clients.talk(line) as talk, clients.talk(other) as elsewhere:
        tab, stranger = talk.visitor, elsewhere.visitor
        frame = {"type": "card", "conversation": talk.conversation, "kind": "question"}
        card = await talk.desk.request({**frame, "content": {"question": "?"}})
        said: list[Frame] = [
            {"type": "say", "id": str(uuid4()), "text": "hei"},
            {"type": "more", "after": 0},
            {"type": "answer", "card": card["id"], "value": True},
            {"type": "erase"},
            {"type": "leave"},
        ]
        foreign = [await stranger.request(one) for one in (said[2], unknown(said[2]))]
        for quiet in ({"type": "typing"}, {"type": "seen", "seq": 0}):
            await tab.send(quiet)
        answers = [await tab.request(one) for one in said]
        secrets = [stranger.secret, "x" * 43]
        hello: Frame = {"type": "hello", "protocol": 1, "after": 0}
        tabs = [Visitor(headers_at(host_of(line))) for _ in secrets]
        codes = [await closes(tabs[n], {**hello, "secret": one}) for n, one in enumerate(secrets)]

    assert foreign[0] == foreign[1]
    assert [one["type"] for one in answers] == ["said", "more", "card", "erased", "ended"]
    assert codes == [4401, 4401]
    kinds = {"hello", "typing", "seen", *(str(one["type"]) for one in said)}
    assert {kind for path, kind in DECLARED if path == "/ws/visitor"} == kinds
    assert {DECLARED["/ws/visitor", kind] for kind in kinds} == {frozenset({VISITOR})}


async def asked_at(line: Tenant, path: str, said: Frame) -> tuple[int, bytes]:
    origin = (b"origin", clients.origin_at(host_of(line)).encode())
    kind = (b"content-type", b"application/json")
    body = json.dumps(said).encode()
    answer = await clients.ask("POST", host_of(line), path, body=body, headers=[origin, kind])
    return answer.status, answer.body


async def test_line_over_http_is_for_who_shows_its_handle(lines: list[Tenant]) -> None:
    line, other = lines
    status, body = await asked_at(line, "/line", {"hear": "poll"})
    handle = json.loads(body)["line"]
    strange = handle[:-4] + ("AAAA" if handle[-4:] != "AAAA" else "BBBB")
    doors: dict[str, Frame] = {"/line/say": {"from": 1, "frames": []}, "/line/hear": {"after": 0}}

    said = {"from": 1, "frames": [], "line": handle}
    own = await asked_at(line, "/line/say", said)
    foreign = [
        await asked_at(other, path, {**about, "line": handle}) for path, about in doors.items()
    ]
    unknown = [
        await asked_at(line, path, {**about, "line": strange}) for path, about in doors.items()
    ]

    assert (status, own[0]) == (200, 200)
    assert foreign == unknown
    assert [found for found, _ in foreign] == [404, 404]
    declared = {door.address for door in door_lines() if door.permission == VISITORS}
    assert declared == set(doors)
