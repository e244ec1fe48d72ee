"""What was typed, and from where, is looked for in everything that the platform leaves behind."""

from __future__ import annotations

import http.client
import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from chat.calls import call
from helpline.children import BEAT, WORKER, Child
from helpline.processes import wait_until
from helpline.supervisor import STOPPING
from retention import clock
from retention.models import AddressRecord
from retention.purge import purge
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests import vault
from tests.clients import Frame
from tests.engines import Harness
from tests.privacy.traces import Traces, spellings
from tests.stack import LiveStack
from tests.world import PASSWORD, address_of, hire, move_clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]

# A second loopback address, from which the visitor's and the counsellor's machine come.
SOURCE = "127.0.0.77"
CONTROL = f"control-{secrets.token_hex(12)}"


def unique(name: str) -> str:
    return f"{name}-{secrets.token_hex(12)}"


@dataclass
class Secrets:
    """What nobody may ever find; ``tab`` once the talk has begun."""

    address: str = field(default_factory=lambda: f"2001:db8::{secrets.token_hex(2)}:beef")
    visitor: str = field(default_factory=lambda: unique("sagt-av-den-som-ringer"))
    counsellor: str = field(default_factory=lambda: unique("sagt-av-den-som-svarer"))
    erased: str = field(default_factory=lambda: unique("sagt-og-angret"))
    agent: str = field(default_factory=lambda: unique("telephone"))
    refused: str = field(default_factory=lambda: unique("ikke-tatt-imot"))
    answered: str = field(default_factory=lambda: unique("svart-etterpaa"))

    def headers(self) -> dict[str, str]:
        """What proxies and browsers tell about who is asking."""
        told = ("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP")
        return {
            **dict.fromkeys(told, self.address),
            "Forwarded": f'for="[{self.address}]";proto=http',
            "User-Agent": self.agent,
            "Referer": f"http://{self.agent}.example/",
            "Via": f"1.1 {self.agent}",
            "X-Request-ID": self.agent,
            "X-Home-Made": f"{self.address} {self.agent}",
        }

    def needles(self, tab: str) -> dict[str, str]:
        return {**vars(self), "source": SOURCE, "tab": tab, "control": CONTROL}


def ask(
    stack: LiveStack, label: str, method: str, path: str, *, body: str = "", **headers: str
) -> http.client.HTTPResponse:
    """Ask over a connection that comes from ``SOURCE``; the answer has been read."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, source_address=(SOURCE, 0))
    host = f"{label}.{stack.base}"
    about = {"Host": host, "Origin": f"http://{host}", **headers}
    connection.request(method, path, body=body.encode(), headers=about)
    response = connection.getresponse()
    response.body = response.read().decode()  # type: ignore[attr-defined]  # before it is closed
    connection.close()
    return response


def cookies(response: http.client.HTTPResponse) -> str:
    found = response.headers.get_all("Set-Cookie") or []
    return "; ".join(one.partition(";")[0] for one in found)


def begin(stack: LiveStack, tenant: Tenant, telling: dict[str, str]) -> tuple[str, str]:
    """Begin a talk; return the secret of the tab and the code that brings back to the talk."""
    said = {**telling, "Content-Type": "application/json"}
    answer = ask(stack, tenant.slug, "POST", "/api/conversations", body="{}", **said)
    assert answer.status == 201
    opened = json.loads(answer.body)  # type: ignore[attr-defined]  # see ask
    return opened["secret"], opened["resume_code"]


def sign_in(stack: LiveStack, tenant: Tenant, telling: dict[str, str]) -> str:
    """Sign in at the desk's door; return the session's Cookie header."""
    label, path = f"desk-{tenant.slug}", "/desk/login/"
    page = ask(stack, label, "GET", path, **telling)
    text: str = page.body  # type: ignore[attr-defined]  # see ask
    token = text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    login = address_of(tenant, Role.COUNSELLOR, 1)
    form = {"csrfmiddlewaretoken": token, "login": login, "password": PASSWORD}
    said = {**telling, "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies(page)}
    answer = ask(stack, label, "POST", path, body=urlencode(form), **said)
    assert answer.status == 302
    return cookies(answer)


class Line:
    """A socket on a real server, from ``SOURCE``."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def request(self, kind: str, **fields: object) -> Frame:
        """Send a frame and return its answer."""
        ref = uuid4().hex
        await self.socket.send(json.dumps({"type": kind, "ref": ref, **fields}))
        while (frame := await self.next()).get("ref") != ref:
            pass
        return frame

    async def receive(self, kind: str) -> Frame:
        while (frame := await self.next())["type"] != kind:
            pass
        return frame

    async def next(self) -> Frame:
        frame: Frame = json.loads(await self.socket.recv())
        return frame


@asynccontextmanager
async def line(
    stack: LiveStack, label: str, path: str, telling: dict[str, str]
) -> AsyncIterator[Line]:
    host = f"{label}.{stack.base}"
    headers = {name: value for name, value in telling.items() if name != "User-Agent"}
    async with connect(
        f"ws://{host}{path}",
        origin=Origin(f"http://{host}"),
        additional_headers=headers,
        user_agent_header=telling["User-Agent"],
        host="127.0.0.1",
        port=stack.port,
        local_addr=(SOURCE, 0),
    ) as socket:
        yield Line(socket)


@contextmanager
def behind(stack: LiveStack, harness: Harness) -> Iterator[None]:
    """Run the worker and beat that ``manage.py up`` runs, on the databases of ``stack``."""
    directory, children = harness.run.directory, []
    try:
        for name, command in (("worker", WORKER), ("beat", BEAT)):
            ready = directory / f"{name}-{stack.port}.ready"
            environment = {**stack.environment, "HELPLINE_READY_FILE": str(ready)}
            log = directory / f"{name}-{stack.port}.log"
            child = Child(name, command, environment, log, STOPPING[1], stop_seconds=20)
            children.append(child)
            child.start()
            assert wait_until(ready.exists, seconds=60), log.read_text("utf-8")
        yield
    finally:
        for child in children:
            child.stop(hurry=False)


@pytest.fixture
def second_stack(live_stack: LiveStack, harness: Harness) -> Iterator[LiveStack]:
    """Another web process on the same databases, so that a talk goes through Valkey."""
    with LiveStack.on(harness.run) as stack:
        yield stack


def blunder(stack: LiveStack, tenant: Tenant, hidden: Secrets) -> list[int]:
    """Say at every HTTP door what it refuses; return the answers' statuses."""
    telling, wrong, desk = hidden.headers(), hidden.refused, f"desk-{tenant.slug}"
    said = {**telling, "Content-Type": "application/json"}
    form = {**telling, "Content-Type": "application/x-www-form-urlencoded"}
    start = "/api/conversations"
    asked = [
        ask(stack, tenant.slug, "GET", f"/api/{wrong}?q={wrong}", **telling),
        ask(stack, f"{wrong[:40]}", "GET", f"/{wrong}", **telling),
        ask(stack, tenant.slug, "POST", start, body=f'{{"topic": "{wrong}"}}', **said),
        ask(stack, tenant.slug, "POST", start, body=wrong, **said),
        ask(stack, tenant.slug, "POST", "/api/evaluations", body=f'{{"{wrong}": 1}}', **said),
        ask(stack, desk, "POST", "/desk/login/", body=f"login={wrong}&password={wrong}", **form),
    ]
    return [answer.status for answer in asked]


async def blunder_on(visitor: Line, wrong: str) -> None:
    """Say in a talk what is refused."""
    say = {"id": str(uuid4()), "text": wrong}
    for frame in ({**say, wrong: wrong}, {**say, "id": wrong}, {**say, "text": wrong * 200}):
        assert (await visitor.request("say", **frame))["code"] == "invalid"


def planted_at(harness: Harness) -> list[str]:
    run = harness.run
    places = ((run.main, run.database), (run.keys, f"{run.database}_keys"))
    return [server.replace("/postgres?", f"/{database}?") for server, database in places]


def look(harness: Harness, traces: Traces) -> dict[str, set[str]]:
    """Search every place, writing the control again: the WAL of keys is gone within seconds.

    It is inserted, for an update logs only what differs from the row before.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for _ in range(5):
        for url in planted_at(harness):
            with psycopg.connect(url) as connection:
                connection.execute("INSERT INTO planted VALUES (%s)", [CONTROL])
        for place, names in traces.found_in().items():
            found[place] |= names
        if "control" in found["keys WAL"]:
            break
    return dict(found)


def plant(harness: Harness, traces: Traces, stack: LiveStack) -> None:
    """Put the control where the others must not be, to see that it is found there."""
    for url in planted_at(harness):
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE planted (said text)")
            connection.execute("INSERT INTO planted VALUES (%s)", [CONTROL])
    traces.redis.rpush("planted", CONTROL)
    with stack.log.open("a", encoding="utf-8") as log:
        log.write(CONTROL)


def dig_up(harness: Harness, traces: Traces) -> None:
    for url in planted_at(harness):
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE planted")
    traces.redis.delete("planted")


async def answered(stack: LiveStack, asking: Tenant, hidden: Secrets) -> str:
    """End a talk at a line that asks how it went, and say so; return the token.  Rule: S9"""
    telling = hidden.headers()
    tab, _ = await call(begin, stack, asking, telling)
    async with line(stack, asking.slug, "/ws/visitor", telling) as visitor:
        await visitor.request("hello", protocol=1, secret=tab, after=0)
        token: str = (await visitor.request("leave"))["evaluation"]
    said = {**telling, "Content-Type": "application/json"}
    form = json.dumps({"token": token, "answers": {"words": hidden.answered}})
    answer = await call(ask, stack, asking.slug, "POST", "/api/evaluations", body=form, **said)
    assert answer.status == 204
    return token


async def talk(
    stacks: tuple[LiveStack, LiveStack], tenant: Tenant, hidden: Secrets, tab: str
) -> AsyncIterator[str]:
    """Hold a talk between two web processes; stop where it is alive and once it is over."""
    telling = hidden.headers()
    cookie = await call(sign_in, stacks[1], tenant, telling)
    desk = {**telling, "Cookie": cookie}
    async with (
        line(stacks[0], tenant.slug, "/ws/visitor", telling) as visitor,
        line(stacks[1], f"desk-{tenant.slug}", "/ws/desk", desk) as window,
    ):
        assert (await visitor.request("hello", protocol=1, secret=tab, after=0))["last_seq"] == 0
        await window.request("hello", protocol=1)
        await window.request("ready", value=True)
        conversation = (await window.request("next"))["conversation"]
        await visitor.request("say", id=str(uuid4()), text=hidden.erased)
        assert (await window.receive("message"))["text"] == hidden.erased
        await visitor.request("erase")
        await blunder_on(visitor, hidden.refused)
        await window.receive("erased")
        await visitor.request("say", id=str(uuid4()), text=hidden.visitor)
        assert (await window.receive("message"))["text"] == hidden.visitor
        said = {"conversation": conversation, "text": hidden.counsellor}
        await window.request("say", id=str(uuid4()), **said)
        assert (await visitor.receive("message"))["text"] == hidden.counsellor
        yield "alive"
        await visitor.request("leave")
        await window.receive("ended")
    yield "over"


def opened(tenant: Tenant, officer: User, operator: User) -> str:
    """Open the one address in the vault, and return it as it is shown."""
    with tenant_scope(tenant):
        talk = AddressRecord.objects.get().conversation
    request = vault.ask_for(tenant, officer, talk)
    vault.agree_to(tenant, operator, request)
    return vault.shown_to(tenant, officer, request).address.ip


def let_seven_days_pass() -> None:
    move_clock(clock.now() + timedelta(days=7))
    purge()


async def test_nothing_typed_and_no_address_is_found_anywhere(
    tenant: Tenant, asking: Tenant, live_stack: LiveStack, second_stack: LiveStack, harness: Harness
) -> None:
    """The vault keeps the address, and two open it; in clear it lies nowhere, then or later.

    What is answered after a talk lies sealed as well, and its token nowhere.

    Rule: D5, D6, D7, S7, S9, U3
    """
    await call(hire, tenant)
    two = await call(vault.furnish, tenant)
    hidden = Secrets()
    with behind(live_stack, harness):
        tab, code = await call(begin, live_stack, tenant, hidden.headers())
        codes = {"code": code, "code as read": code.replace("-", "")}
        traces = Traces(harness.run, hidden.needles(tab) | codes)
        with traces.listening():
            await call(plant, harness, traces, live_stack)
            refusals = await call(blunder, live_stack, tenant, hidden)
            traces.needles["token"] = spellings(await answered(live_stack, asking, hidden))
            stages = {}
            async for stage in talk((live_stack, second_stack), tenant, hidden, tab):
                stages[stage] = await call(look, harness, traces)
            assert await call(opened, tenant, *two) == SOURCE
            stages["opened"] = await call(look, harness, traces)
            await call(let_seven_days_pass)
            stages["seven days later"] = await call(look, harness, traces)
    await call(dig_up, harness, traces)

    found_everywhere_and_alone = {place: {"control"} for place in stages["alive"]}
    assert refusals == [404, 421, 400, 400, 400, 403]
    assert stages == dict.fromkeys(
        ("alive", "over", "opened", "seven days later"), found_everywhere_and_alone
    )
    # What was listened to is what was to be heard: sealed messages, and tasks.
    assert any(b"PUBLISH" in one and b"body" in one for one in traces.heard)
    assert any(b"chat.tend_talks" in one for one in traces.heard)
