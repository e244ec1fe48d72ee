"""Quick phrases: a line's own words, filled for whoever writes, and never anybody else's."""

from __future__ import annotations

import html

import pytest

from chat.calls import call, scoped_call
from chat.phrases import QuickPhrase, Wording, phrases
from retention import clock
from tenants.models import HoursException, Membership, Phrase, Role, Tenant
from tests import world
from tests.clients import hire, host_of, sign_in
from tests.web import ask
from tests.world import address_of

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {"nb": "Jeg heter {name}, {title} i {line}. Vi stenger {closes}.", "en": "Until {closes}."}


def only_phrase(tenant: Tenant, texts: dict[str, str]) -> None:
    Phrase.objects.all().delete()
    Phrase.objects.create(tenant=tenant, slug="hei", texts=texts, position=0, rule="ours")


def offered(tenant: Tenant, member: Membership) -> list[QuickPhrase]:
    return phrases(tenant, member, now=clock.now())


async def test_phrase_is_filled_in_each_language_for_who_may_use_it(tenant: Tenant) -> None:
    member = await call(hire, tenant)
    await scoped_call(tenant, lambda: only_phrase(tenant, WORDS))
    closes = await scoped_call(
        tenant, lambda: HoursException.objects.order_by("on").values_list("closes", flat=True)[0]
    )
    tenant.shows_first_name = True
    shown = await scoped_call(tenant, offered, tenant, member)

    hour = f"{closes:%H:%M}"
    own = f"Jeg heter counsellor1, counsellor (nb) i {tenant.name}. Vi stenger {hour}."
    assert shown == [
        QuickPhrase("hei", [Wording("nb", own), Wording("en", f"Until {hour}.")]),
    ]
    # A name that visitors are not told is told by no phrase either.
    tenant.shows_first_name = False
    nameless = await scoped_call(tenant, offered, tenant, member)
    assert nameless == [QuickPhrase("hei", [Wording("en", f"Until {hour}.")])]


async def test_line_that_never_closes_offers_no_closing_time(transactional_db: None) -> None:
    (always,) = await call(world.open_tenants, "alarmtelefonen")
    member = await call(hire, always)
    await scoped_call(always, lambda: HoursException.objects.all().delete())
    await scoped_call(always, lambda: only_phrase(always, WORDS))

    assert await scoped_call(always, offered, always, member) == []


async def test_desk_has_its_own_lines_phrases_and_no_others(tenant: Tenant, other: Tenant) -> None:
    await scoped_call(tenant, lambda: only_phrase(tenant, {"nb": "Bare <hos> oss.", "en": "Ours."}))
    for role in (Role.COUNSELLOR, Role.SUPERVISOR):
        assert "Bare <hos> oss." in await page_of(tenant, role)

    foreign = await page_of(other, Role.COUNSELLOR)
    assert "Bare <hos> oss." not in foreign
    assert "välkommen till Socialtjänsten Tidaholm" in foreign
    stranger = await ask("GET", host_of(tenant, "desk"), "/desk/")
    assert (stranger.status, b"Bare" in stranger.body) == (302, False)


async def page_of(tenant: Tenant, role: Role) -> str:
    """Return the desk as a member of ``role`` gets it, with its signs as they are read."""
    await call(hire, tenant, role)
    cookie = await sign_in(tenant, address_of(tenant, role, 1)) or ""
    headers = [(b"cookie", cookie.encode())]
    answer = await ask("GET", host_of(tenant, "desk"), "/desk/", headers=headers)
    assert answer.status == 200
    return html.unescape(answer.body.decode())
