"""Plays an example of docs/protocol.md: who has which socket, and what happens around them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from chat.calls import call, scoped_call
from chat.consumers import base
from chat.events import layer
from chat.models import Presence
from chat.rests import rest
from chat.runtime import runtime
from chat.valkeys import read_host
from referrals.directory.services import list_service
from referrals.directory.shape import Said
from referrals.partnerships import Terms, accept, propose
from retention import clock
from tenants.models import (
    Contact,
    HoursException,
    Qualification,
    Role,
    StaffSession,
    Tenant,
)
from tenants.qualifications import end_qualification
from tenants.staff import leave
from tests.chat.examples import Step, Values
from tests.clients import (
    Answer,
    Desk,
    Frame,
    Visitor,
    Wire,
    ask,
    headers_at,
    host_of,
    moved_clock,
    sign_in,
    start,
)
from tests.overhttp import Near, events
from tests.proofs import proof_of
from tests.versions import FLAGGED, let_colleagues_read, promise_more
from tests.world import PASSWORD, PATIENCE_SECONDS, address_of, hire, open_tenants

ROLES = {str(role) for role in Role}


class Stage:
    """One example being played: who has which socket, and what the names stand for."""

    def __init__(self, tenant: Tenant, other: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tenant, self.other, self.monkeypatch = tenant, other, monkeypatch
        self.values = Values()
        self.wires: dict[str, Wire] = {}
        self.answers: dict[str, Answer] = {}
        self.streams: dict[str, AsyncIterator[tuple[str, Frame]]] = {}
        self.cookies: dict[str, str] = {}
        self.client: tuple[str, int] | None = None
        self.closing = AsyncExitStack()

    async def play(self, step: Step) -> None:
        if not step.who:
            await DIRECTIONS[step.what](self)
        elif step.says:
            await self.said(step.who, step.what)
        else:
            await self.heard(step.who, step.what)

    async def said(self, who: str, what: str) -> None:
        verb, _, rest = what.partition(" ")
        if verb in {"GET", "POST"}:
            await self.asked(who, verb, rest)
        elif verb == "connect":
            await self.connected(who, rest)
        elif times := re.match(r"(\d+) times ", what):
            for _ in range(int(times[1])):
                await self.wires[who].send_text(self.values.fill(what[times.end() :]))
        elif what == "lose the line":
            await self.wires[who].drop()
        else:
            await self.wires[who].send_text(self.values.fill(what))

    async def asked(self, who: str, method: str, rest: str) -> None:
        place, _, body = rest.partition(" ")
        host, path = self.host_and_path(who, place)
        if path == "/line" and "stream" in body:
            parts = Near(headers_at(host)).stream(path, json.loads(body))
            self.closing.push_async_callback(parts.aclose)
            self.streams[who] = events(parts)
            return
        kind = b"application/json" if body.startswith("{") else b"application/x-www-form-urlencoded"
        said = [(b"content-type", kind), (b"origin", f"https://{host}".encode())]
        if who in self.cookies:
            said.append((b"cookie", self.cookies[who].encode()))
        answer = await ask(
            method,
            host,
            path,
            body=self.values.fill(body).encode(),
            headers=said,
            client=self.client,
        )
        self.answers[who] = answer
        if answer.cookies:
            self.cookies[who] = "; ".join(f"{name}={one}" for name, one in answer.cookies.items())
        if token := re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', answer.body):
            self.values.known["<token>"] = token[1].decode()

    def host_and_path(self, who: str, place: str) -> tuple[str, str]:
        if not place.startswith("//"):
            return host_of(self.tenant, self.side(who)), place
        host, _, path = place.removeprefix("//").partition("/")
        return host_of(self.other) if host == "partner" else host, f"/{path}"

    @staticmethod
    def side(who: str) -> str:
        return "desk" if who.partition("-")[0] in ROLES else "visitor"

    async def connected(self, who: str, rest: str) -> None:
        path, _, origin = rest.partition(" from ")
        host = host_of(self.tenant, self.side(who))
        if self.side(who) == "desk" and who not in self.cookies and not origin:
            await self.signed_in(who)
        cookie = self.cookies.get(who, "")
        headers = headers_at(host, cookie=cookie, origin=origin or None)
        wire: Wire = Desk(headers) if path == "/ws/desk" else Visitor(headers)
        assert wire.path == path
        assert await wire.open()
        self.closing.push_async_callback(wire.drop)
        self.wires[who] = wire

    async def signed_in(self, who: str) -> None:
        role, _, number = who.partition("-")
        await call(hire, self.tenant, role, int(number or 1))
        cookie = await sign_in(self.tenant, address_of(self.tenant, role, int(number or 1)))
        assert cookie
        self.cookies[who] = cookie

    async def heard(self, who: str, what: str) -> None:
        if what.startswith("close "):
            assert await self.wires[who].closed() == int(what.removeprefix("close "))
        elif re.match(r"\d{3}\b", what):
            self.answered(who, what)
        elif streamed := re.fullmatch(r"(?:event: (\w+) )?data: (.+)", what):
            await self.event_heard(who, streamed[1] or "", json.loads(streamed[2]))
        else:
            await self.frame_heard(who, json.loads(what))

    def answered(self, who: str, what: str) -> None:
        status, _, body = what.partition(" ")
        answer = self.answers[who]
        assert answer.status == int(status), answer.body
        if body.startswith("/"):
            assert answer.headers["location"] == body
        elif body:
            found = answer.json()
            assert self.values.agree(json.loads(body), found), found

    async def event_heard(self, who: str, kind: str, expected: Frame) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await anext(self.streams[who])
        assert found[0] == kind
        assert self.values.agree(expected, found[1]), found

    async def frame_heard(self, who: str, expected: Frame) -> None:
        wire = self.wires[who]
        if expected["type"] in {"queue", "waiting", "colleagues"}:
            # These come whenever the queue has changed; one of them is the one.
            while not self.values.agree(expected, await wire.receive(expected["type"])):
                pass
            return
        found = await wire.next()
        assert self.values.agree(expected, found), f"{what_of(expected)}\n{what_of(found)}"


def what_of(frame: Frame) -> str:
    return json.dumps(frame, ensure_ascii=False, sort_keys=True)


# Stage directions.


async def line_closed(stage: Stage) -> None:
    def close() -> None:
        today = clock.now().astimezone(stage.tenant.tzinfo).date()
        HoursException.objects.all().delete()
        for day in range(3):
            HoursException.objects.create(
                tenant=stage.tenant, on=today + timedelta(days=day), reason={}, rule="ours"
            )

    await scoped_call(stage.tenant, close)


async def closes_soon(stage: Stage) -> None:
    # A Wednesday on which the line is open until 13 in Oslo, and a quarter of an hour of last call.
    await moved_clock(datetime(2030, 9, 18, 10, 40, tzinfo=UTC))


async def _changed(stage: Stage, **values: int | bool) -> None:
    await call(lambda: Tenant.objects.filter(pk=stage.tenant.pk).update(**values))


async def one_may_wait(stage: Stage) -> None:
    await _changed(stage, queue_cap=1)


async def one_start_at_once(stage: Stage) -> None:
    stage.monkeypatch.setattr(settings, "START_BURST", 1)
    stage.client = ("203.0.113.90", 50_123)


async def work_done(stage: Stage) -> None:
    challenge = stage.answers["visitor"].json()["challenge"]
    stage.values.known["<proof>"] = proof_of(challenge)


async def one_code_at_once(stage: Stage) -> None:
    stage.monkeypatch.setattr(settings, "CODE_BURST", 1)
    stage.client = ("203.0.113.91", 50_123)


async def no_queue_unstaffed(stage: Stage) -> None:
    await _changed(stage, queues_unstaffed=False)


async def one_talk_at_once(stage: Stage) -> None:
    await _changed(stage, capacity=1)


async def hellos_are_due_soon(stage: Stage) -> None:
    stage.monkeypatch.setattr(base, "HELLO_SECONDS", 0.05)


async def kept_line(stage: Stage) -> None:
    stage.tenant, stage.other = stage.other, stage.tenant


async def asking_line(stage: Stage) -> None:
    (stage.tenant,) = await call(open_tenants, "sexogsamfunn")


async def flagged_talks_go_sooner(stage: Stage) -> None:
    await scoped_call(stage.tenant, promise_more, stage.tenant, FLAGGED)


async def fifteen_minutes(stage: Stage) -> None:
    await moved_clock(await call(clock.now) + timedelta(minutes=15))


async def twenty_seconds(stage: Stage) -> None:
    await moved_clock(await call(clock.now) + timedelta(seconds=20))


async def unqualified(stage: Stage) -> None:
    def expire() -> None:
        yesterday = clock.now().date() - timedelta(days=2)
        Qualification.objects.update(valid_until=yesterday)

    await stage.signed_in("counsellor")
    await scoped_call(stage.tenant, expire)


async def withdrawn(stage: Stage) -> None:
    def withdraw() -> None:
        member, boss = hire(stage.tenant), hire(stage.tenant, Role.SUPERVISOR, 7)
        said = {"kind": "psychologist", "reason": "withdrawn"}
        end_qualification(stage.tenant, boss, member.pk, **said)

    await scoped_call(stage.tenant, withdraw)


async def let_go(stage: Stage) -> None:
    def go() -> None:
        leave(stage.tenant, hire(stage.tenant).pk, actor=None)

    await scoped_call(stage.tenant, go)


async def signs_in_elsewhere(stage: Stage) -> None:
    assert await sign_in(stage.tenant, address_of(stage.tenant, "counsellor", 1))


async def nobody_at_the_desk(stage: Stage) -> None:
    def away() -> None:
        StaffSession.objects.update(active_at=clock.NOW - settings.IDLE_LIMIT)

    await call(away)
    await runtime().attendance.look()


async def waiting_visitor(stage: Stage) -> None:
    await _arrive(stage, "visitor", "")


async def _arrive(stage: Stage, who: str, suffix: str) -> None:
    opened = (await start(stage.tenant)).json()
    stage.values.known |= {
        f"<talk{suffix}>": opened["conversation"],
        f"<secret{suffix}>": opened["secret"],
        f"<code{suffix}>": opened["resume_code"],
    }
    await stage.connected(who, "/ws/visitor")
    wire = stage.wires[who]
    await wire.request({"type": "hello", "protocol": 1, "secret": opened["secret"]})


async def two_waiting(stage: Stage) -> None:
    await _arrive(stage, "visitor", "")
    await _arrive(stage, "visitor-2", "-2")


async def counsellor_ready(stage: Stage) -> None:
    await stage.connected("counsellor", "/ws/desk")
    await stage.wires["counsellor"].request({"type": "hello", "protocol": 1})
    await stage.wires["counsellor"].request({"type": "ready", "value": True})


async def rests(stage: Stage) -> None:
    def begin() -> None:
        member = Presence.objects.select_related("membership").get().membership
        rest(stage.tenant, member, 300)

    await scoped_call(stage.tenant, begin)


async def talking(stage: Stage) -> None:
    await waiting_visitor(stage)
    await counsellor_ready(stage)
    await stage.wires["counsellor"].request({"type": "next"})
    await stage.wires["visitor"].next()


async def colleagues_read(stage: Stage) -> None:
    stage.tenant, stage.other = stage.other, stage.tenant
    await call(let_colleagues_read, stage.tenant)


async def colleague_here(stage: Stage) -> None:
    await stage.connected("counsellor-2", "/ws/desk")
    second = stage.wires["counsellor-2"]
    assert isinstance(second, Desk)
    await second.hello()
    stage.values.known["<member-2>"] = second.welcome["me"]["id"]
    stage.values.known["<member>"] = second.welcome["colleagues"][0]["id"]


async def said_one_each(stage: Stage) -> None:
    await talking(stage)
    tab, window = stage.wires["visitor"], stage.wires["counsellor"]
    assert isinstance(tab, Visitor)
    assert isinstance(window, Desk)
    await tab.say("Er det noen der?")
    await window.next()
    await window.say(stage.values.known["<talk>"], "Ja, jeg er her.")
    await tab.next()


async def long_talk(stage: Stage) -> None:
    stage.monkeypatch.setattr("chat.messages.PAGE_MESSAGES", 2)
    await talking(stage)
    tab, window = stage.wires["visitor"], stage.wires["counsellor"]
    assert isinstance(tab, Visitor)
    for text in ("en", "to", "tre"):
        await tab.say(text)
        await window.next()


async def number_to_call(stage: Stage) -> None:
    contact = await scoped_call(stage.tenant, Contact.objects.get, value="800 99 900")
    stage.values.known["<contact>"] = f"contact:{contact.pk}"


async def listed_service(stage: Stage) -> None:
    said = Said(name={"nb": "Legevakten"}, phones=[{"number": "116 117", "type": "voice"}])
    service = await scoped_call(stage.tenant, list_service, stage.tenant, None, said)
    stage.values.known["<service>"] = f"service:{service.pk}"


async def twenty_said(stage: Stage) -> None:
    tab = stage.wires["visitor"]
    assert isinstance(tab, Visitor)
    for _ in range(20):
        await tab.say("…")


async def credentials(stage: Stage) -> None:
    await call(hire, stage.tenant)
    stage.values.known["<login>"] = address_of(stage.tenant, Role.COUNSELLOR, 1).replace("@", "%40")
    stage.values.known["<password>"] = PASSWORD.replace(" ", "+")


async def nobody_tells(stage: Stage) -> None:
    # Whoever opens the first socket of this event loop begins to listen here, in vain.
    stage.monkeypatch.setattr(layer(), "hosts", [read_host("unix:///nowhere/valkey.sock")])


async def foreign_talk(stage: Stage) -> None:
    opened = (await start(stage.other)).json()
    stage.values.known["<talk>"] = opened["conversation"]


async def passes_on(stage: Stage) -> None:
    pact = await call(propose, stage.tenant, stage.other, Terms())
    await call(accept, stage.other, pact)


DIRECTIONS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "the line is closed": line_closed,
    "the line closes in twenty minutes, and those who wait are taken for fifteen more": closes_soon,
    "one may wait here at a time": one_may_wait,
    "one talk may be begun from one place at once": one_start_at_once,
    "the visitor does the work": work_done,
    "one code may be tried from one place at once": one_code_at_once,
    "this line does not let anybody wait while nobody is ready": no_queue_unstaffed,
    "one talk at once here": one_talk_at_once,
    "the ten seconds are short": hellos_are_due_soon,
    "this line keeps talks for three months, and does not offer to erase": kept_line,
    "this line asks afterwards how it went": asking_line,
    "this line deletes a talk with personal data within a working day": flagged_talks_go_sooner,
    "fifteen minutes pass": fifteen_minutes,
    "twenty seconds pass": twenty_seconds,
    "the counsellor's papers have expired": unqualified,
    "the counsellor's papers are withdrawn": withdrawn,
    "the counsellor is let go": let_go,
    "the counsellor signs in somewhere else": signs_in_elsewhere,
    "for a quarter of an hour nobody does anything at the counsellor's desk": nobody_at_the_desk,
    "the line's list has a number to call": number_to_call,
    "the line's directory has a service": listed_service,
    "a visitor is waiting": waiting_visitor,
    "two visitors are waiting": two_waiting,
    "a counsellor is ready": counsellor_ready,
    "the counsellor rests for five minutes": rests,
    "a visitor and a counsellor are talking": talking,
    "they have said one thing each": said_one_each,
    "this line lets a colleague read along": colleagues_read,
    "a colleague is at the desk": colleague_here,
    "they have said three things, and a page holds two": long_talk,
    "the visitor has just said twenty things": twenty_said,
    "a counsellor has a login": credentials,
    "somebody waits at another line": foreign_talk,
    "this line passes on to a partner": passes_on,
    "the server is not told what happens elsewhere": nobody_tells,
}
