"""What belongs to one line is nothing at another: rows, frames, ids, sessions and secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import get_args
from uuid import uuid4

import pytest
from django.urls import URLResolver, get_resolver

from chat import frames
from chat.calls import call
from tenants.models import Role, Tenant
from tests import clients
from tests.clients import Frame, Visitor, desk, headers_at, host_of, talk
from tests.sizes import sized

pytestmark = pytest.mark.django_db(transaction=True)

EACH = sized(50, otherwise=15)


async def test_tabs_at_each_of_two_lines_never_see_each_others(lines: list[Tenant]) -> None:
    await call(Tenant.objects.update, queue_cap=EACH)
    pairs = [(tenant, number) for number in range(EACH) for tenant in lines]
    secrets = [(await clients.start(tenant)).json()["secret"] for tenant, _ in pairs]
    async with AsyncExitStack() as stack:
        tabs = await asyncio.gather(
            *(
                stack.enter_async_context(clients.visitor(tenant, secret=secret))
                for (tenant, _), secret in zip(pairs, secrets, strict=True)
            )
        )
        answers = await asyncio.gather(
            *(tab.say(f"{t.slug} {n}") for tab, (t, n) in zip(tabs, pairs, strict=True))
        )
        desks = [await stack.enter_async_context(desk(tenant)) for tenant in lines]

        assert [answer["seq"] for answer in answers] == [1] * len(pairs)
        await asyncio.gather(*(tab.nothing_more() for tab in tabs))
        again = await asyncio.gather(
            *(texts_read_again(stack, *one) for one in zip_up(tabs, pairs))
        )
        assert again == [[f"{tenant.slug} {number}"] for tenant, number in pairs]
        for window, tenant in zip(desks, lines, strict=True):
            own = [tab.conversation for tab, (t, _) in zip_up(tabs, pairs) if t == tenant]
            assert window.welcome["total"] == EACH
            assert {row["conversation"] for row in window.welcome["waiting"]} == set(own)


def zip_up(
    tabs: list[Visitor], pairs: list[tuple[Tenant, int]]
) -> list[tuple[Visitor, tuple[Tenant, int]]]:
    return list(zip(tabs, pairs, strict=True))


async def texts_read_again(
    stack: AsyncExitStack, tab: Visitor, of: tuple[Tenant, int]
) -> list[str]:
    newer = await stack.enter_async_context(clients.visitor(of[0], secret=tab.secret))
    return [message["text"] for message in newer.welcome["messages"]]


async def test_foreign_id_is_answered_as_an_unknown_one(lines: list[Tenant]) -> None:
    tenant, other = lines
    with_talk = [
        frame.__struct_config__.tag
        for frame in get_args(frames.DeskFrame)
        if "conversation" in frame.__struct_fields__
    ]
    async with talk(tenant) as own, talk(other) as foreign, desk(other, Role.OFFICER) as officer:
        for kind in with_talk:
            for window in (foreign.desk, officer):
                answers = [
                    await window.request({"type": kind, "conversation": id_, **rest(kind)})
                    for id_ in (own.conversation, str(uuid4()))
                ]
                assert answers[0] == answers[1], kind
                # An officer takes nobody, whatever the id is.
                codes = {"not_found", "not_allowed" if window is officer else "not_ready"}
                assert answers[0]["code"] in codes, answers[0]
        # The outsider's refusals are not for want of a talk: the one who has it is answered.
        assert (await own.desk.say(own.conversation, "still here"))["type"] == "said"
        assert (await own.visitor.next())["text"] == "still here"
        await foreign.visitor.nothing_more()


def rest(kind: str) -> Frame:
    """Return what a good frame of ``kind`` has besides its talk."""
    fields: dict[str, Frame] = {
        "say": {"id": str(uuid4()), "text": "hello"},
        "seen": {"seq": 1},
        "card": {"kind": "signpost", "content": {"to": "partner:nobody"}},
        "withdraw": {"card": str(uuid4())},
        "consult": {"colleague": str(uuid4()), "text": "hello"},
        "transfer": {"to": str(uuid4())},
        "more": {"after": 0},
        "open": {"purpose": "a look at the other line's talk"},
    }
    return fields.get(kind, {})


async def test_secret_and_session_of_one_line_open_nothing_at_the_other(
    lines: list[Tenant],
) -> None:
    tenant, other = lines
    async with clients.visitor(tenant) as tab, desk(tenant) as window:
        stranger = Visitor(headers_at(host_of(other)), secret=tab.secret)
        assert await stranger.open()
        await stranger.send({"type": "hello", "protocol": 1, "secret": tab.secret, "after": 0})
        assert await stranger.closed() == 4401

        cookie = dict(window.headers)[b"cookie"].decode()
        elsewhere = clients.Desk(headers_at(host_of(other, "desk"), cookie=cookie))
        assert await elsewhere.open()
        assert await elsewhere.closed() == 4401
        page = await clients.ask(
            "GET", host_of(other, "desk"), "/desk/", headers=[(b"cookie", cookie.encode())]
        )
        assert (page.status, page.headers["location"]) == (302, "/desk/login/")
        assert (await tab.say("hello"))["type"] == "said"


def patterns_of(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address that is answered, with those of the lists that are included."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns_of(one, f"{before}{one.pattern}")
        else:
            yield f"{before}{one.pattern}"


@pytest.mark.parametrize("side", ["helpline.urls_visitor", "helpline.urls_desk"])
def test_no_address_of_a_line_names_a_row(side: str) -> None:
    """Ids travel in frames alone, and in the office: tests/office/test_isolation.py has the outsider.

    An article of the handbook has a name of the line's own: tests/office/test_handbook.py has theirs.
    Whoever is sent back is named by their talk: tests/referrals/test_desk_pages.py has theirs.
    """
    named = {"desk/handbook/<slug:slug>/", "desk/handoffs/<uuid:conversation>/send-back/"}
    own = [one for one in patterns_of(get_resolver(side)) if not one.startswith("desk/office/")]

    assert len(own) > 5
    assert {one for one in own if "<" in one} <= named
