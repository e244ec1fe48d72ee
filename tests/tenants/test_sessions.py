"""A session of staff ends when the charter says so, whoever is at work.  Rule: ours"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.calls import call, scoped_call
from tenants import clock, drafts, sessions
from tenants.charter.shape import Policy as Terms
from tenants.models import StaffSession, Tenant, User
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope
from tests import web, world
from tests.talks import owner_rows
from tests.web import Client
from tests.world import address_of, hire, moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

TWELVE_HOURS = timedelta(hours=12)


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    return lines[1]


async def signed_in(tenant: Tenant, number: int = 1) -> str:
    """Return the Cookie header of a counsellor who has just signed in."""
    await call(hire, tenant, "counsellor", number)
    cookie = await web.sign_in(tenant, address_of(tenant, "counsellor", number))
    assert cookie is not None
    return cookie


async def page(tenant: Tenant, cookie: str) -> int:
    """Return what the desk answers: 200 inside, 302 to the door."""
    host = web.host_of(tenant, "desk")
    answer = await web.ask("GET", host, "/desk/", headers=[(b"cookie", cookie.encode())])
    return answer.status


def ends() -> list[datetime]:
    return list(StaffSession.objects.order_by("expire_date").values_list("expire_date", flat=True))


def rows() -> int:
    return int(owner_rows("default", "SELECT count(*) FROM tenants_staffsession")[0][0])


def publish_session_of(tenant: Tenant, hours: int) -> None:
    """Publish a version under which sessions live ``hours``, and the rest as before."""
    terms: Terms = terms_of(current_policy(tenant))
    keep = tuple(
        replace(one, amount=hours, unit="hours") if one.kind == "session" else one
        for one in terms.keep
    )
    drafts.write_draft(tenant, replace(terms, keep=keep))
    now = clock.now()
    drafts.publish_draft(tenant, begins_at=now, now=now)


async def test_session_lives_as_long_as_the_policy_says_and_no_longer(
    tenant: Tenant, other: Tenant
) -> None:
    before = await call(clock.now)
    cookie, elsewhere = await signed_in(tenant), await signed_in(other)
    after = await call(clock.now)
    assert all(before + TWELVE_HOURS <= end <= after + TWELVE_HOURS for end in await call(ends))

    await moved_clock(before + TWELVE_HOURS)
    assert [await page(tenant, cookie), await page(other, elsewhere)] == [200, 200]
    await moved_clock(after + TWELVE_HOURS)
    assert [await page(tenant, cookie), await page(other, elsewhere)] == [302, 302]


async def test_shorter_promise_ends_a_living_session_and_no_other(
    tenant: Tenant, other: Tenant
) -> None:
    cookie, elsewhere = await signed_in(tenant), await signed_in(other)
    begun = await call(clock.now)
    await moved_clock(begun + timedelta(hours=3))
    assert [await page(tenant, cookie), await page(other, elsewhere)] == [200, 200]

    await scoped_call(tenant, publish_session_of, tenant, 2)

    assert [await page(tenant, cookie), await page(other, elsewhere)] == [302, 200]
    assert await call(sessions.clear) == 1
    assert await call(rows) == 1
    assert await page(other, elsewhere) == 200


async def test_longer_promise_does_not_lengthen_a_living_session(tenant: Tenant) -> None:
    cookie = await signed_in(tenant)
    begun = await call(clock.now)
    await scoped_call(tenant, publish_session_of, tenant, 20)

    await moved_clock(begun + timedelta(hours=13))

    assert await page(tenant, cookie) == 302
    await call(sessions.clear)
    assert await call(rows) == 0


async def test_clearing_takes_what_is_over_and_leaves_what_lives(tenant: Tenant) -> None:
    await signed_in(tenant)
    begun = await call(clock.now)
    await moved_clock(begun + timedelta(hours=6))
    living = await signed_in(tenant, 2)
    assert await call(sessions.clear) == 0

    await moved_clock(begun + TWELVE_HOURS)

    assert await call(sessions.clear) == 1
    assert await call(rows) == 1
    assert await page(tenant, living) == 200


def test_session_still_ends_with_the_browser(tenant: Tenant) -> None:
    """A life of its own must not make the browser keep the cookie on its disk."""
    hire(tenant)
    client = Client()
    said = {"login": address_of(tenant, "counsellor", 1), "password": world.PASSWORD}

    client.post("/desk/login/", said, headers={"host": web.host_of(tenant, "desk")}, secure=True)

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_many_sessions_are_looked_at_with_as_many_queries_as_one(
    tenant: Tenant, other: Tenant
) -> None:
    now = clock.now()
    users = [hire(tenant, "counsellor", number).user for number in range(1, 6)]
    for user, hours in zip(users, (1, 2, 3, 5, 12), strict=True):
        _signed_in_at(tenant, user, now - timedelta(hours=hours))
    _signed_in_at(other, users[0], now)
    everybody = [user.pk for user in users]

    with tenant_scope(tenant):
        with CaptureQueriesContext(connection) as of_one:
            sessions.sittings(tenant, everybody[:1])
        with CaptureQueriesContext(connection) as of_all:
            found = sessions.sittings(tenant, everybody)

    assert len(of_all) == len(of_one)
    assert sorted(one.user for one in found) == sorted(everybody[:4])


def _signed_in_at(tenant: Tenant, user: User, moment: datetime) -> None:
    session = sessions.SessionStore()
    with tenant_scope(tenant):
        sessions.begin(session, tenant)
    session[sessions.SIGNED_IN] = moment.isoformat()
    session[SESSION_KEY] = str(user.pk)
    session.save()
