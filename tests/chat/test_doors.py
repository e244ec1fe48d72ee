"""Who is let in to a socket: by host, origin, session, secret and patience; and how it closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings

from chat.calls import call, scoped_call
from chat.consumers import base
from retention import clock
from tenants.models import Membership, Tenant, User
from tenants.scope import tenant_scope
from tests import clients, world
from tests.clients import Desk, Header, Visitor, headers_at, host_of, moved_clock, origin_at
from tests.world import PATIENCE_SECONDS, address_of

pytestmark = pytest.mark.django_db(transaction=True)

ORIGINS = {
    "visitor": "https://{slug}.{base}",
    "desk": "https://desk-{slug}.{base}",
    "sibling": "https://tidaholm.{base}",
    "sibling desk": "https://desk-tidaholm.{base}",
    "admin": "https://admin.{base}",
    "parent": "https://{base}",
    "child": "https://x.{slug}.{base}",
    "http": "http://{slug}.{base}",
    "no port": "https://{slug}.{name}",
    "other port": "https://{slug}.{name}:9",
    "trailing dot": "https://{slug}.{name}.:8000",
    "path": "https://{slug}.{base}/",
    "suffix": "https://{slug}.{base}.evil.example",
    "prefix": "https://evil.example/{slug}.{base}",
    "capitals": "HTTPS://{slug}.{base}",
    "null": "null",
    "empty": "",
    "two in one": "https://{slug}.{base}, https://{slug}.{base}",
}


def origin_of(name: str, tenant: Tenant) -> str:
    base_host = settings.HELPLINE_BASE
    bare = base_host.partition(":")[0]
    return ORIGINS[name].format(slug=tenant.slug, base=base_host, name=bare)


@pytest.mark.parametrize("side", ["visitor", "desk"])
async def test_only_a_page_of_the_same_host_opens_a_socket(tenant: Tenant, side: str) -> None:
    host = host_of(tenant, side)
    right = origin_at(host)
    origins = {name: origin_of(name, tenant) for name in ORIGINS if name != side}
    headers = {name: headers_at(host, origin=origin) for name, origin in origins.items()}
    headers["absent"] = [(b"host", host.encode())]
    headers["twice"] = [*headers_at(host), (b"origin", right.encode())]

    codes = {name: await code_of(side, said) for name, said in headers.items()}

    assert codes == dict.fromkeys(headers, 4403)
    assert await code_of(side, headers_at(host), hello={"type": "typing"}) == 4401


async def code_of(side: str, headers: list[Header], hello: clients.Frame | None = None) -> int:
    wire = Visitor(headers) if side == "visitor" else Desk(headers)
    assert await wire.open()
    try:
        if hello:
            await wire.send(hello)
        return await wire.closed()
    finally:
        await wire.drop()


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/ws/visitor", "nobody.{base}"),
        ("/ws/visitor", "desk-{slug}.{base}"),
        ("/ws/visitor", "admin.{base}"),
        ("/ws/visitor", "{slug}.{base}, {slug}.{base}"),
        ("/ws/visitor", ""),
        ("/ws/desk", "{slug}.{base}"),
        ("/ws/desk", "admin.{base}"),
        ("/ws/other", "{slug}.{base}"),
        ("/", "{slug}.{base}"),
        ("/ws/visitor/", "{slug}.{base}"),
    ],
)
async def test_another_host_or_path_is_refused_before_the_handshake(
    tenant: Tenant, path: str, host: str
) -> None:
    name = host.format(slug=tenant.slug, base=settings.HELPLINE_BASE)
    communicator = WebsocketCommunicator(clients.application(), path, headers_at(name))

    accepted, _ = await communicator.connect(PATIENCE_SECONDS)

    assert not accepted
    await communicator.disconnect(1006, PATIENCE_SECONDS)


async def test_a_host_in_capitals_with_a_dot_is_the_line(tenant: Tenant) -> None:
    secret = (await clients.start(tenant)).json()["secret"]
    name, _, port = host_of(tenant).partition(":")
    headers = [(b"host", f"{name.upper()}.:{port}".encode())]
    headers.append((b"origin", origin_at(host_of(tenant)).encode()))
    tab = Visitor(headers, secret=secret)
    assert await tab.open()

    assert (await tab.hello())["state"] == "waiting"
    await tab.drop()


async def test_a_first_frame_that_is_no_hello_is_not_let_in(tenant: Tenant) -> None:
    for frame in ({"type": "leave"}, {"type": "say", "id": "x", "text": "hei"}):
        async with clients.visitor(tenant, greet=False) as tab:
            await tab.send(frame)
            if frame["type"] == "say":
                assert (await tab.next())["code"] == "invalid"
                await tab.send({"type": "typing"})
            assert await tab.closed() == 4401


async def test_who_says_no_hello_in_time_is_let_go(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "HELLO_SECONDS", 0.1)
    async with clients.visitor(tenant, greet=False) as tab:
        await tab.send({"type": "sing"})
        assert await tab.closed() == 4408
    async with clients.desk(tenant, greet=False) as window:
        assert await window.closed() == 4408


async def test_who_said_hello_may_be_silent(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "HELLO_SECONDS", 1.0)
    async with clients.visitor(tenant) as tab, clients.visitor(tenant, greet=False) as silent:
        assert await silent.closed() == 4408
        assert (await tab.say("still here"))["seq"] == 1


async def test_a_flood_is_cut_off(tenant: Tenant, visitor: Visitor) -> None:
    for _ in range(400):
        await visitor.send({"type": "typing"})

    assert await visitor.closed() == 4429
    async with clients.visitor(tenant, secret=visitor.secret) as again:
        assert again.welcome["state"] == "waiting"


async def test_a_newer_tab_takes_over_and_the_older_ones_end_changes_nothing(
    tenant: Tenant,
) -> None:
    async with (
        clients.talk(tenant) as talk,
        clients.visitor(tenant, secret=talk.visitor.secret) as newer,
    ):
        assert await talk.visitor.closed() == 4409
        await talk.visitor.drop()
        said = await newer.say("from the new tab")
        heard = await talk.desk.next()
        await talk.desk.nothing_more()

    assert (said["seq"], heard["seq"], heard["text"]) == (1, 1, "from the new tab")


async def test_a_secret_opens_nothing_a_quarter_of_an_hour_after_the_end(
    tenant: Tenant, visitor: Visitor
) -> None:
    await visitor.leave()
    ended_at = await call(clock.now)
    goodbye = await back(tenant, visitor.secret)

    await moved_clock(ended_at + timedelta(minutes=14, seconds=50))
    assert await back(tenant, visitor.secret) == goodbye
    assert goodbye["ended"] == {"by": "visitor", "evaluation": None}

    await moved_clock(ended_at + timedelta(minutes=15))
    async with clients.visitor(tenant, secret=visitor.secret, greet=False) as late:
        await late.send({"type": "hello", "protocol": 1, "secret": visitor.secret, "after": 0})
        assert await late.closed() == 4401


async def back(tenant: Tenant, secret: str) -> clients.Frame:
    async with clients.visitor(tenant, secret=secret) as tab:
        return tab.welcome


async def test_a_desk_session_is_nothing_at_another_line(tenant: Tenant, other: Tenant) -> None:
    def hire_at_both() -> None:
        member = world.hire(tenant)
        with tenant_scope(other):
            Membership.objects.create(tenant=other, user=member.user, role="counsellor")

    await call(hire_at_both)
    here = await clients.sign_in(tenant, address_of(tenant, "counsellor", 1))
    there = await clients.sign_in(other, address_of(tenant, "counsellor", 1))
    assert here
    assert there

    assert await standing_of(tenant, here) == (200, "", "welcome")
    assert await standing_of(other, there) == (200, "", "welcome")
    assert await standing_of(other, here) == (302, "/desk/login/", 4401)
    assert await standing_of(tenant, there) == (302, "/desk/login/", 4401)


async def standing_of(tenant: Tenant, cookie: str) -> tuple[int, str, str | int]:
    """Return what a session gets at a line: its page, where that leads, and its socket."""
    host = host_of(tenant, "desk")
    page = await clients.ask("GET", host, "/desk/", headers=[(b"cookie", cookie.encode())])
    async with clients.desk(tenant, cookie=cookie, greet=False) as window:
        await window.send({"type": "hello", "protocol": 1})
        event = await window.communicator.output_queue.get()
    if event["type"] == "websocket.close":
        return page.status, page.headers.get("location", ""), event["code"]
    return page.status, page.headers.get("location", ""), "welcome"


@pytest.mark.parametrize(
    "cookie", ["", "desk=", "__Host-desk=x", "__Host-desk=" + "a" * 32, "\x01;=;"]
)
async def test_a_cookie_that_is_no_session_opens_no_desk(tenant: Tenant, cookie: str) -> None:
    headers = headers_at(host_of(tenant, "desk"), cookie=cookie)

    assert await code_of("desk", headers) == 4401


async def test_who_is_not_a_member_any_more_is_refused_at_the_next_frame(
    tenant: Tenant, counsellor: Desk, visitor: Visitor
) -> None:
    await counsellor.ready()
    await scoped_call(tenant, lambda: Membership.objects.update(active=False))

    refused = await counsellor.claim(visitor.conversation)

    assert refused == {"type": "error", "code": "not_allowed", "text": refused["text"]}
    await call(lambda: User.objects.update(is_active=False))
    assert await clients.sign_in(tenant, address_of(tenant, "counsellor", 1)) is None
