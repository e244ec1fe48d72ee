"""A page that is loaded again comes back to its talk; a tab that was closed and is restored does not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chat.calls import call, scoped_call
from chat.conversations import end_conversation
from chat.models import Conversation
from chat.states import By
from retention import clock
from tenants.models import Tenant
from tests import clients
from tests.clients import Answer, Visitor, ask, headers_at, host_of, post
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

SHUT = "closed with 4401"
CLOSED = "/api/conversations/closed-tab"


async def say_closed(tenant: Tenant, page: Visitor, tab: str) -> Answer:
    return await post(host_of(tenant), CLOSED, {"secret": page.secret, "tab": tab})


async def hello(page: Visitor, tab: str) -> None:
    said = {"type": "hello", "protocol": 1, "secret": page.secret, "after": 0, "tab": tab}
    page.welcome = await page.request(said)


async def greeted(tenant: Tenant, secret: str) -> str:
    """Return the state in which somebody with ``secret`` finds the talk, or how they are shut out."""
    page = Visitor(headers_at(host_of(tenant)), secret=secret)
    assert await page.open()
    await page.send({"type": "hello", "protocol": 1, "secret": secret, "tab": str(uuid4())})
    try:
        return str((await page.receive("welcome"))["state"])
    except AssertionError as shut:
        return str(shut)
    finally:
        await page.drop()


async def pass_(seconds: int) -> None:
    await moved_clock(await call(clock.now) + timedelta(seconds=seconds))


async def closed_at(tenant: Tenant) -> object:
    return await scoped_call(tenant, lambda: Conversation.objects.get().tab_closed_at)


async def test_page_that_is_back_in_time_stays_for_good(tenant: Tenant) -> None:
    tabs = [str(uuid4()) for _ in range(2)]
    async with clients.visitor(tenant, greet=False) as page:
        await hello(page, tabs[0])
        answer = await say_closed(tenant, page, tabs[0])
        noted = await closed_at(tenant)
        await pass_(19)
        async with clients.visitor(tenant, secret=page.secret, greet=False) as again:
            await hello(again, tabs[1])
            # What the page before it has said comes late over a slow line.
            await say_closed(tenant, page, tabs[0])
            await pass_(60)
            await again.drop()

        assert (answer.status, answer.body) == (204, b"")
        assert noted is not None
        assert await greeted(tenant, page.secret) == "waiting"


async def test_tab_that_was_closed_opens_nothing_when_it_is_restored(
    tenant: Tenant, other: Tenant
) -> None:
    tab = str(uuid4())
    async with clients.visitor(tenant, greet=False) as page:
        await hello(page, tab)
        await say_closed(other, page, tab)
        elsewhere = await closed_at(tenant)
        await say_closed(tenant, page, tab)
        await page.drop()
        await pass_(20)

        assert elsewhere is None
        assert await greeted(tenant, page.secret) == SHUT


async def test_closed_tab_is_told_nothing_of_the_end_either(tenant: Tenant) -> None:
    """Not even that there was a talk."""
    tab = str(uuid4())
    async with clients.visitor(tenant, greet=False) as page:
        await hello(page, tab)
        await say_closed(tenant, page, tab)
        await page.drop()
        await pass_(20)
        await call(end_conversation, tenant, UUID(page.conversation), by=By.SYSTEM)

        assert await greeted(tenant, page.secret) == SHUT


async def test_page_closed_before_it_was_greeted_opens_nothing_either(tenant: Tenant) -> None:
    async with clients.visitor(tenant, greet=False) as page:
        await say_closed(tenant, page, str(uuid4()))
        await pass_(20)

        assert await greeted(tenant, page.secret) == SHUT


async def test_hello_that_comes_after_its_pages_farewell_opens_nothing_for_long(
    tenant: Tenant,
) -> None:
    """A page that is loaded again and closed at once, over a slow line."""
    first, second = str(uuid4()), str(uuid4())
    async with clients.visitor(tenant, greet=False) as page:
        await hello(page, first)
        await say_closed(tenant, page, second)
        async with clients.visitor(tenant, secret=page.secret, greet=False) as again:
            await hello(again, second)
            await again.drop()
        await pass_(20)

        assert await greeted(tenant, page.secret) == SHUT


async def test_tab_that_was_put_away_and_said_nothing_comes_back(tenant: Tenant) -> None:
    async with clients.visitor(tenant, greet=False) as page:
        await hello(page, str(uuid4()))
        await page.drop()
        await pass_(600)

        assert await greeted(tenant, page.secret) == "waiting"


async def test_code_opens_what_a_closed_tab_has_lost(tenant: Tenant) -> None:
    opened = (await clients.start(tenant)).json()
    tab = str(uuid4())
    async with clients.visitor(tenant, secret=opened["secret"], greet=False) as page:
        await hello(page, tab)
        await say_closed(tenant, page, tab)
        await pass_(20)
    said = {"code": opened["resume_code"]}
    answer = await post(host_of(tenant), "/api/conversations/resume", said)

    assert await greeted(tenant, answer.json()["secret"]) == "waiting"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"secret": "x"}', b'{"secret": "x", "tab": "x"}'])
async def test_word_that_is_none_is_refused(tenant: Tenant, body: bytes) -> None:
    kind = [(b"content-type", b"application/json")]
    answer = await ask("POST", host_of(tenant), CLOSED, body=body, headers=kind)

    said = answer.json()
    assert (answer.status, said) == (400, {"error": "invalid", "text": said["text"]})
