"""A forgotten password: nobody learns whose address it is, and everything that was open ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.calls import call
from retention import clock
from retention.models import VaultPerson
from tenants import lockouts
from tenants.models import AccountLink, AuditEntry, Membership, Role, Tenant, User
from tenants.passwords import set_by_link
from tenants.scope import tenant_scope
from tests import clients, vault, web
from tests.accounts.mails import NEW, Browser, page_of, sent, stage, told
from tests.clients import host_of
from tests.office.doors import Door
from tests.talks import owner_rows
from tests.web import origin_at
from tests.world import PASSWORD, address_of, hire, member_in, move_clock, open_tenants

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    return lines[1]


def asked(browser: Browser, email: str) -> tuple[bytes, list[str]]:
    """Ask for a link; return the page, and the statements without what is filled in."""
    with CaptureQueriesContext(connection) as captured:
        answer = browser.forget(email)
    assert stage(answer) == (200, "asked")
    shapes = [re.sub(r"'[^']*'|NULL|\b\d+\b", "?", one["sql"]) for one in captured]
    return page_of(answer), shapes


def test_whoever_asks_learns_nothing_and_a_mailbox_is_not_filled(
    tenant: Tenant, other: Tenant
) -> None:
    member = hire(tenant)
    gone = hire(tenant, number=2)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    browser = Browser(tenant)

    answers = [
        asked(browser, email)
        for email in (member.user.email, "nobody@b.example", gone.user.email, "no address", "")
    ]

    assert answers == [answers[0]] * 5
    (mailed,) = sent()
    assert mailed.to == [member.user.email]
    assert tenant.name not in mailed.subject + mailed.body
    assert AccountLink.objects.count() == 1
    for _ in range(3):
        browser.forget(member.user.email.upper())
    assert sent() == []
    # Five minutes later another one takes the place of the first.
    move_clock(clock.now() + timedelta(minutes=5))
    browser.forget(member.user.email)
    (newer,) = sent()
    assert stage(browser.open_link(mailed.token)) == (410, "dead")
    assert stage(browser.open_link(newer.token)) == (200, "set")
    assert stage(Browser(other).open_link(newer.token)) == (410, "dead")
    assert stage(Browser().open_link(newer.token)) == (410, "dead")
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert stage(browser.open_link(newer.token, password=NEW)) == (410, "dead")
    User.objects.filter(pk=member.user_id).update(is_active=True)

    move_clock(clock.now() + timedelta(hours=1))
    late = browser.open_link(newer.token, password=NEW)
    assert stage(late) == (410, "dead")
    assert page_of(late) == page_of(browser.open_link("never was"))
    assert sent() == []
    assert AccountLink.objects.count() == 0
    assert browser.signs_in(member.user.email, PASSWORD)


def test_another_password_ends_every_session_and_the_key_that_the_old_one_locked(
    tenant: Tenant, other: Tenant
) -> None:
    officer, _ = vault.furnish(tenant)
    login = address_of(tenant, Role.OFFICER, 1)
    with tenant_scope(other):
        member_in(other, officer, Role.COUNSELLOR, 9)
    here, there = Browser(tenant), Browser(other)
    assert here.signs_in(login, PASSWORD)
    assert there.signs_in(login, PASSWORD)
    beside = Door.of(tenant, Role.OFFICER, 2)
    key = VaultPerson.objects.get(user=officer).public

    here.forget(login)
    (mailed,) = sent()
    assert here.get("/desk/").status_code == 200
    weak = here.open_link(mailed.token, password="password")
    assert stage(weak) == (409, "set")
    assert "too common" in weak.content.decode()
    done = here.open_link(mailed.token, password=NEW)

    assert stage(done) == (200, "done")
    ((to, said),) = told()
    assert (to, "The password of your account was changed." in said) == (login, True)
    assert told() == []
    assert "data-vault" in done.content.decode()
    assert stage(here.open_link(mailed.token, password=PASSWORD)) == (410, "dead")
    assert [one.get("/desk/").status_code for one in (here, there)] == [302, 302]
    assert beside.get("/desk/").status_code == 200
    assert not VaultPerson.objects.filter(user=officer).exists()
    assert not here.signs_in(login, PASSWORD)
    assert here.signs_in(login, NEW)
    assert VaultPerson.objects.get(user=officer).public != key
    for line in (tenant, other):
        with tenant_scope(line):
            member = Membership.objects.get(user=officer)
            entries = AuditEntry.objects.filter(subject=member.pk)
            assert list(entries.values_list("action", flat=True)) == ["member.password_reset"]


async def test_an_open_desk_is_closed_at_once(tenant: Tenant) -> None:
    member = await call(hire, tenant)
    async with clients.desk(tenant) as desk, clients.desk(tenant, number=2) as beside:
        await call(Browser(tenant).forget, member.user.email)
        (mailed,) = await call(sent)
        await call(lambda: set_by_link(mailed.token, NEW, tenant=tenant))

        assert await desk.closed() == 4401
        assert (await beside.ready())["type"] == "ready"


async def test_place_asks_for_so_many_links_whoever_they_are_for(
    tenant: Tenant, other: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lockouts.LIMITS, lockouts.ASKED, 3)
    email = await call(lambda: hire(tenant).user.email)

    async def ask(address: str, line: Tenant, to: str) -> web.Answer:
        host, path = host_of(line, "desk"), "/desk/forgotten/?lang=en"
        page = await web.ask("GET", host, path)
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
        headers = [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"origin", origin_at(host).encode()),
            (b"cookie", "; ".join(f"{key}={one}" for key, one in page.cookies.items()).encode()),
        ]
        form = f"csrfmiddlewaretoken={token}&email={to}".encode()
        return await web.ask(
            "POST", host, path, body=form, headers=headers, client=(address, 50000)
        )

    here, elsewhere = "203.0.113.9", "198.51.100.7"
    asked = [await ask(here, tenant, f"nobody-{number}@b.example") for number in range(3)]
    known, unknown = [await ask(here, tenant, to) for to in (email, "no@b.example")]
    at_another = await ask(here, other, "no@b.example")
    assert [one.status for one in (*asked, known, unknown, at_another)] == [200] * 3 + [429] * 3
    assert "Too many links have been asked for from here." in known.body.decode()
    assert await call(sent) == []
    # A house next door is not meant, nor is this one ten minutes later.
    assert (await ask(elsewhere, tenant, email)).status == 200
    assert [mailed.to for mailed in await call(sent)] == [[email]]
    rows = str(await call(owner_rows, "default", "SELECT a::text FROM axes_accessattempt a"))
    assert [said for said in (here, elsewhere, "@", "forgotten") if said in rows] == []
    await call(lambda: move_clock(clock.now() + timedelta(minutes=10)))
    assert (await ask(here, tenant, "no@b.example")).status == 200
