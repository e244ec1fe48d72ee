"""What a line learns of a visitor: what the visitor writes, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from channels.testing import WebsocketCommunicator

from chat.calls import call
from tenants.models import Role, Tenant
from tests import clients, world
from tests.clients import Desk, Frame, Header, Visitor, headers_at, host_of
from tests.world import address_of

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS, AGENT, FROM = "203.0.113.77", "a-telephone-of-its-kind", "the-page-before.example"
# What a browser and the machines on the way say about who is asking, unasked.
TELLING: list[Header] = [
    (b"x-forwarded-for", ADDRESS.encode()),
    (b"forwarded", f"for={ADDRESS}".encode()),
    (b"user-agent", AGENT.encode()),
    (b"referer", f"https://{FROM}/".encode()),
    (b"cookie", f"visitor={AGENT}".encode()),
]
WRITTEN = "I write this to one person"
NOT_FOUND = {"type": "error", "code": "not_found", "text": "no such talk"}


@pytest.fixture
def line(request: pytest.FixtureRequest, transactional_db: None) -> Tenant:
    (tenant,) = world.open_tenants(request.param)
    return tenant


class Overheard(Desk):
    """A window that remembers every frame it was ever given."""

    def __init__(self, headers: list[Header]) -> None:
        super().__init__(headers)
        self.given: list[Frame] = []

    async def _frame(self) -> Frame:
        self.given.append(frame := await super()._frame())
        return frame


@asynccontextmanager
async def overheard(tenant: Tenant, role: str, number: int = 1) -> AsyncIterator[Overheard]:
    await call(world.hire, tenant, role, number)
    cookie = await clients.sign_in(tenant, address_of(tenant, role, number)) or ""
    window = Overheard(headers_at(host_of(tenant, "desk"), cookie=cookie))
    assert await window.open()
    await window.hello()
    try:
        yield window
    finally:
        await window.drop()


async def tab_that_tells(tenant: Tenant) -> Visitor:
    """A visitor whose browser and network say all that they can."""
    host = host_of(tenant)
    said = [*TELLING, (b"content-type", b"application/json")]
    begun = await clients.ask("POST", host, "/api/conversations", body=b"{}", headers=said)
    tab = Visitor([*headers_at(host), *TELLING], secret=begun.json()["secret"])
    assert isinstance(tab.communicator, WebsocketCommunicator)
    tab.communicator.scope["client"] = (ADDRESS, 40_000)
    assert await tab.open()
    tab.conversation = (await tab.hello())["conversation"]
    return tab


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("sexogsamfunn", id="S7"),
        pytest.param("detfinneshjelp", id="D4"),
        pytest.param("urph", id="U3"),
        pytest.param("tidaholm", id="T4"),
        pytest.param("snakkompsyken", id="B8"),
    ],
    indirect=True,
)
async def test_only_who_talks_with_the_visitor_reads_it_and_learns_nothing_besides(
    line: Tenant,
) -> None:
    """Rule: S7, D4, U3, T4, B8"""
    async with AsyncExitStack() as stack:
        member = await stack.enter_async_context(overheard(line, Role.COUNSELLOR))
        others = [
            await stack.enter_async_context(overheard(line, *who))
            for who in ((Role.COUNSELLOR, 2), (Role.SUPERVISOR,), (Role.OFFICER,))
        ]
        tab = await tab_that_tells(line)
        stack.push_async_callback(tab.drop)
        await member.ready()
        assert (await member.take_next())["conversation"] == tab.conversation
        await tab.say(WRITTEN)
        assert (await member.receive("message"))["text"] == WRITTEN
        for other in others:
            assert await other.open_talk(tab.conversation) == NOT_FOUND
            assert await other.open_talk(tab.conversation, purpose="a look") == NOT_FOUND
            await other.nothing_more()
        await tab.leave()
        await member.receive("ended")

    for window in (member, *others):
        told = json.dumps(window.given)
        assert [one for one in (ADDRESS, AGENT, FROM) if one in told] == []
        assert (WRITTEN in told) is (window is member)


@pytest.mark.parametrize(
    "line", [path.stem for path in world.CHARTERS.glob("*.toml")], indirect=True
)
async def test_nobody_is_asked_who_they_are(line: Tenant) -> None:
    """Rule: D1, U1, T4, B8"""
    page = await clients.ask("GET", host_of(line), "/", headers=TELLING)
    fields = re.findall(r"<(?:input|textarea|select)\b[^>]*>", page.body.decode())
    begun = await clients.start(line)
    refused = [
        (await clients.start(line, **{field: "Kari"})).json()["error"]
        for field in ("name", "email", "phone", "age", "county", "identity_number")
    ]

    # A subject that need not be chosen, the place to write in, a code that the line itself gave, and what
    # is asked once the talk is over and cannot be tied to it.
    ours = ('name="topic"', "data-draft", "data-code-field", "data-kind=")
    asked = [one for one in fields if not any(mark in one for mark in ours)]
    assert asked == []
    assert [one for one in fields if "required" in one and "data-draft" not in one] == []
    assert (page.cookies, begun.cookies, begun.status) == ({}, {}, 201)
    assert refused == ["invalid"] * len(refused)


@pytest.mark.parametrize("line", [pytest.param("urph", id="U5")], indirect=True)
async def test_talk_carries_words_and_no_attachment(line: Tenant) -> None:
    """Rule: U5"""
    picture = "data:image/png;base64,iVBORw0KGgo="
    page = await clients.ask("GET", host_of(line), "/")
    async with clients.talk(line) as going:
        for field in ("attachment", "attachments", "file", "image", "url"):
            say = {"type": "say", "id": str(uuid4()), "text": "see", field: picture}
            assert (await going.visitor.request(say))["code"] == "invalid"
        await going.desk.nothing_more()
        await going.visitor.send_bytes(b"\x89PNG\r\n\x1a\n")
        assert await going.visitor.closed() == 4400
        await going.desk.nothing_more()

    assert 'type="file"' not in page.body.decode()
