"""What a line over HTTP is beside a socket: its doors, its numbers, and how it is known to be lost."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from chat.calls import call
from chat.consumers import base
from chat.overhttp import door, line
from chat.overhttp.handle import Handle
from tenants.models import Tenant
from tests import clients
from tests.chat.test_doors import ORIGINS, code_of, origin_of
from tests.clients import Desk, Frame, Visitor, ask, headers_at, host_of, origin_at, post
from tests.live import begin
from tests.overhttp import Far, OverHttp, Polled, Streamed
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)

GONE = {"error": "not_found", "text": "no such line"}


@pytest.fixture(params=[Streamed, Polled], ids=["stream", "poll"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[OverHttp]:
    monkeypatch.setattr(Visitor, "over_http", request.param)
    found: type[OverHttp] = request.param
    return found


@pytest.fixture
async def opened(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """A visitor who waits, on a line that is asked for what there is by the test alone."""
    monkeypatch.setattr(Visitor, "over_http", Streamed)
    monkeypatch.setattr(line, "LATE_SECONDS", 0.0)
    async with clients.visitor(tenant) as tab:
        yield tab


def line_of(tab: Visitor) -> OverHttp:
    assert isinstance(tab.communicator, OverHttp)
    return tab.communicator


def typing(count: int = 1) -> list[object]:
    return [{"type": "typing"}] * count


# Who is let in.


async def test_only_a_page_of_the_same_host_opens_a_line(
    tenant: Tenant, way: type[OverHttp]
) -> None:
    host = host_of(tenant)
    origins = {name: origin_of(name, tenant) for name in ORIGINS if name != "visitor"}
    headers = {name: headers_at(host, origin=origin) for name, origin in origins.items()}
    headers["absent"] = [(b"host", host.encode())]
    headers["twice"] = [*headers_at(host), (b"origin", origin_at(host).encode())]

    codes = {name: await code_of("visitor", said) for name, said in headers.items()}

    assert codes == dict.fromkeys(headers, 4403)
    assert await code_of("visitor", headers_at(host), hello={"type": "typing"}) == 4401


@pytest.mark.parametrize("host", ["nobody.{base}", "desk-{slug}.{base}", "admin.{base}", ""])
async def test_no_line_opens_at_a_host_without_visitors(tenant: Tenant, host: str) -> None:
    name = host.format(slug=tenant.slug, base=settings.HELPLINE_BASE)

    answers = [await post(name, "/line", {"hear": hear}) for hear in ("stream", "poll")]

    assert [(answer.status, answer.json()) for answer in answers] == [
        (421, {"error": "unknown_host"})
    ] * 2


@pytest.mark.parametrize("path", ["/line", "/line/say", "/line/hear"])
async def test_what_is_no_request_of_the_contract_is_refused(tenant: Tenant, path: str) -> None:
    host, kind = host_of(tenant), [(b"content-type", b"application/json")]
    answers = [
        await ask("GET", host, path),
        await ask("POST", host, path, body=b'{"hear":"poll"}', headers=[(b"content-type", b"text/plain")]),
        *[
            await ask("POST", host, path, body=body, headers=kind)
            for body in (b"{", b"[]", b"{}", b"\xff", b'{"hear":"news"}', b"[" * 100_000, b" " * 1_100_000)
        ],
    ]  # fmt: skip

    assert [(answer.status, answer.json()["error"]) for answer in answers] == [
        (400, "invalid")
    ] * len(answers)


async def test_a_line_is_its_own_clients_alone(
    tenant: Tenant, other: Tenant, opened: Visitor
) -> None:
    mine = line_of(opened)
    found = Handle.read(mine.line)
    assert found
    key, name = bytes(32), bytes(16)
    headers = headers_at(host_of(tenant))

    async def asked(shown: str, said: list[tuple[bytes, bytes]]) -> set[tuple[int, str]]:
        answers = set()
        for path, more in (("/line/say", {"from": 1, "frames": []}), ("/line/hear", {"after": 0})):
            status, body = await OverHttp(said).door.post(path, {"line": shown, **more})
            answers.add((status, body.decode()))
        return answers

    gone = {(404, json.dumps(GONE, separators=(",", ":")))}
    assert await asked("not a line", headers) == gone
    assert await asked(Handle(found.process, found.name, key).reveal(), headers) == gone
    assert await asked(Handle(found.process, name, found.key).reveal(), headers) == gone
    assert await asked(mine.line, headers_at(host_of(other))) == gone
    assert (
        await asked(mine.line, headers_at(host_of(tenant), origin="https://evil.example")) == gone
    )
    assert await mine.say(mine.number + 1, []) == (200, {"taken": mine.number})


async def test_nothing_of_a_line_is_kept_by_a_cache_or_a_browser(tenant: Tenant) -> None:
    headers = [
        (b"origin", origin_at(host_of(tenant)).encode()),
        (b"content-type", b"application/json"),
    ]

    answer = await ask("POST", host_of(tenant), "/line", body=b'{"hear":"poll"}', headers=headers)

    assert answer.cookies == {}
    assert answer.headers == {
        "content-type": "application/json",
        "content-length": str(len(answer.body)),
        "cache-control": "no-store, no-transform",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
        "x-accel-buffering": "no",
    }


async def test_there_is_an_end_to_how_many_lines_a_process_holds(
    tenant: Tenant, opened: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.overhttp.lines.MOST_LINES", 1)

    refused = await post(host_of(tenant), "/line", {"hear": "poll"})

    assert (refused.status, refused.json()["error"]) == (503, "unavailable")
    assert (await opened.say("still here"))["seq"] == 1


# Numbers.


async def test_frames_are_taken_once_and_in_order(opened: Visitor) -> None:
    mine = line_of(opened)
    first = mine.number + 1
    says = [{"type": "say", "id": str(uuid4()), "text": text} for text in ("one", "two", "three")]

    late = await mine.say(first + 1, says[1:])
    whole = await mine.say(first, says[:2])
    again = await mine.say(first, says)
    mine.number = first + 2
    heard = [await opened.next() for _ in range(3)]
    await opened.nothing_more()

    assert [late, whole, again] == [
        (200, {"taken": taken}) for taken in (first - 1, first + 2, first + 2)
    ]
    assert [(said["type"], said["id"], said["seq"]) for said in heard] == [
        ("said", say["id"], seq) for seq, say in enumerate(says, 1)
    ]


async def test_an_answer_that_did_not_arrive_is_given_again(tenant: Tenant) -> None:
    near = OverHttp(headers_at(host_of(tenant))).door
    secret = (await clients.start(tenant)).json()["secret"]

    async def posted(path: str, **said: object) -> Any:
        status, body = await near.post(path, said)
        assert status == 200, body
        return json.loads(body)

    shown = (await posted("/line", hear="poll"))["line"]
    hello = {"type": "hello", "protocol": 1, "secret": secret}
    await posted("/line/say", **{"line": shown, "from": 1, "frames": [hello]})
    once = await posted("/line/hear", line=shown, after=0)
    twice = await posted("/line/hear", line=shown, after=0)
    say = {"type": "say", "id": str(uuid4()), "text": "hei"}
    await posted("/line/say", **{"line": shown, "from": 2, "frames": [say], "bye": False})
    after: int = once["last"]
    heard: list[Frame] = []
    while not any(frame["type"] == "said" for frame in heard):
        then = await posted("/line/hear", line=shown, after=after)
        heard += then["frames"]
        assert then["last"] == after + len(then["frames"])
        after = then["last"]

    assert once["frames"][0]["type"] == "welcome"
    assert twice["frames"][: len(once["frames"])] == once["frames"]
    assert [frame["seq"] for frame in heard if frame["type"] == "said"] == [1]


async def test_a_flood_that_leaves_a_gap_is_not_kept(opened: Visitor) -> None:
    mine = line_of(opened)

    status, said = await mine.say(mine.number + 2, typing(1_000))
    refused = await mine.say(mine.number + 2, typing(1_001))
    filled = await mine.say(mine.number + 1, typing())

    assert (status, said) == (200, {"taken": mine.number})
    assert refused[0] == 400
    assert filled == (200, {"taken": mine.number + line.AHEAD_LIMIT})


async def test_a_frame_that_is_none_closes_as_on_a_socket(
    tenant: Tenant, way: type[OverHttp]
) -> None:
    for frame in (["an", "array"], {"type": "say", "text": "x" * 70_000}):
        async with clients.visitor(tenant) as tab:
            await tab.send(frame)
            assert (await tab.next())["code"] == "invalid"
            assert await tab.closed() == 4400


async def test_what_is_said_to_a_line_that_is_closed_is_not_kept(opened: Visitor) -> None:
    mine = line_of(opened)
    await opened.send(["an", "array"])
    assert (await opened.next())["code"] == "invalid"
    assert await opened.closed() == 4400

    status, said = await mine.say(mine.number + 1, typing())

    assert status == 404 or said == {"taken": mine.number}


async def test_large_frames_behind_a_gap_are_a_flood(opened: Visitor) -> None:
    mine = line_of(opened)
    large = [{"type": "say", "text": "x" * 60_000}] * 12
    for ahead in (2, 20):
        await mine.say(mine.number + ahead, large)

    assert await opened.closed() == 4429


# Being lost.


async def test_a_client_that_answers_no_ping_is_lost(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PING_SECONDS", 0.1)
    monkeypatch.setattr(line, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(base, "FRAMES_BURST", 10_000)
    monkeypatch.setattr(Visitor, "over_http", Streamed)
    async with clients.talk(tenant) as talk:
        # However much it is told meanwhile.
        while line_of(talk.visitor).beats.qsize() < 15:
            await talk.desk.send({"type": "typing", "conversation": talk.conversation})
            await talk.visitor.receive("typing")
        await talk.desk.nothing_more()
        monkeypatch.setattr(line_of(talk.visitor), "say", _says_nothing)
        missed = await talk.desk.next()

    assert missed == missing(talk)


async def _says_nothing(start: int, frames: list[object], **more: object) -> tuple[int, Any]:
    return 200, {}


def missing(talk: clients.Talk) -> clients.Frame:
    return {"type": "line", "conversation": talk.conversation, "who": "visitor", "up": False}


async def test_a_poll_that_does_not_come_again_is_lost(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(line, "HEAR_SECONDS", 0.2)
    monkeypatch.setattr(Visitor, "over_http", Polled)
    async with clients.talk(tenant) as talk:
        for _ in range(6):
            await line_of(talk.visitor).beats.get()
        await talk.desk.nothing_more()
        monkeypatch.setattr(line_of(talk.visitor), "say", _says_nothing)
        await talk.visitor.drop()
        missed = await talk.desk.next()

    assert missed == missing(talk)


async def test_who_hangs_up_is_gone_at_once_and_what_was_said_counts(
    tenant: Tenant, way: type[OverHttp]
) -> None:
    async with clients.talk(tenant) as talk:
        mine = line_of(talk.visitor)
        say = {"type": "say", "id": str(uuid4()), "text": "one last thing"}
        await mine.say(mine.number + 1, [say], bye=True)
        heard = {frame["type"]: frame for frame in [await talk.desk.next(), await talk.desk.next()]}
        after = await mine.say(mine.number + 2, typing())

    assert heard["line"] == missing(talk)
    assert heard["message"]["text"] == "one last thing"
    assert after == (404, GONE)


async def test_what_was_sent_as_the_page_went_arrives_after_its_stream_broke(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visitor, "over_http", Streamed)
    async with clients.talk(tenant) as talk:
        mine = line_of(talk.visitor)
        mine.future.cancel()
        await talk.desk.say(talk.conversation, "are you there?")
        answer = await mine.say(mine.number + 1, [{"type": "leave"}], bye=True)
        told = await talk.desk.next()

    assert answer == (200, {"taken": mine.number + 1})
    assert told == {"type": "ended", "conversation": talk.conversation, "by": "visitor"}


async def test_a_visitor_over_http_keeps_their_place_as_on_a_socket(
    tenant: Tenant, supervisor: Desk, way: type[OverHttp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LATE_SECONDS", 0.0)
    async with clients.visitor(tenant) as first, clients.visitor(tenant):
        await first.drop()
        waiting = (await supervisor.receive("waiting"))["waiting"]
        while [one["state"] for one in waiting] != ["dropped", "waiting"]:
            waiting = (await supervisor.receive("waiting"))["waiting"]
        async with clients.visitor(tenant, secret=first.secret) as again:
            welcome = again.welcome

    assert (welcome["state"], welcome["position"]) == ("waiting", 1)


@pytest.mark.parametrize("way", [Streamed, Polled], ids=["stream", "poll"])
async def test_a_server_that_restarts_tells_lines_over_http_too(
    live_stack: LiveStack, tenant: Tenant, way: type[OverHttp]
) -> None:
    secret = (await call(begin, live_stack, tenant))["secret"]
    host = f"{tenant.slug}.{live_stack.base}"
    headers = [(b"host", host.encode()), (b"origin", f"http://{host}".encode())]
    tab = Visitor(
        headers, secret=secret, communicator=way([], door=Far(headers, [live_stack.port]))
    )
    assert await tab.open()
    assert (await tab.hello())["state"] == "waiting"

    ending = asyncio.get_running_loop().run_in_executor(None, live_stack.end, signal.SIGTERM)
    code = await tab.closed()
    await ending
    await tab.drop()

    assert code == 1012
