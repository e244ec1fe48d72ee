"""The page about privacy: each charter in each language, made from rows and following them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from chat.pages.privacy import promises_of
from retention import clock
from tenants.drafts import publish_draft, write_draft
from tenants.models import Tenant
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope
from tests.pages.conftest import TENANTS, Get
from tests.pages.reading import Page, used_texts

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/privacy/"
DURATION = r"(\d+ \w+)"


def read(get: Get, slug: str, language: str) -> str:
    return get(slug, PATH, lang=language).content.decode()


def promised(html: str) -> list[tuple[str, str, str]]:
    """Return kind, rule and sentence of each promise on the page."""
    found = re.findall(r'<li data-promise="(\w+)" data-kind="(\w+)">([^<]+)</li>', html)
    return [(kind, rule, text) for rule, kind, text in found]


def ways(html: str) -> dict[str, list[str]]:
    """Return the stops of each line of the picture."""
    parts = html.split('data-way="')[1:]
    return {
        part.partition('"')[0]: re.findall(r'data-stage="(\w+)"', part.partition("</ol>")[0])
        for part in parts
    }


@pytest.mark.parametrize("slug", TENANTS)
def test_page_says_every_promise_in_each_language(
    slug: str, get: Get, charters: dict[str, Tenant]
) -> None:
    tenant = charters[slug]
    for language in tenant.languages:
        html = read(get, slug, language)
        with tenant_scope(tenant):
            said = promises_of(tenant, current_policy(tenant), language=language)
        with translation.override(language):
            english = {text for text in used_texts() if translation.gettext(text) != text}

        assert sorted(promised(html)) == sorted((one.kind, one.rule, one.text) for one in said)
        assert language == "en" or english & Page(html).texts == set()


# The sentence by which somebody who reads the page knows the rule.
SENTENCES = [
    ("D5", "detfinneshjelp", "nb", "blir alt som er skrevet, slettet med en gang"),
    ("D6", "detfinneshjelp", "nb", "kan du slette alt som er skrevet så langt, og fortsette"),
    ("D7", "detfinneshjelp", "nb", "blir låst inne i høyst 7 dager og så slettet av seg selv"),
    ("D8", "detfinneshjelp", "nb", "Et nei endrer ingenting"),
    ("D10", "detfinneshjelp", "nb", "må vi si fra til nødetatene"),
    ("D11", "detfinneshjelp", "nb", "snakke med en psykolog uten å si hvem du er"),
    ("S7", "sexogsamfunn", "nb", "Vi lagrer aldri IP-adressen din"),
    ("S9", "sexogsamfunn", "nb", "er det frivillig å svare"),
    ("U3", "urph", "nb", "Vi lagrer aldri IP-adressen din"),
    ("U7", "urph", "nb", "innen 1 arbeidsdag etter at vi oppdager det"),
    ("U8", "urph", "nb", "Den slettes så snart den er utlevert"),
    ("U9", "urph", "nb", "Du kan be om å få vite hva som står om deg i journalen vår"),
    ("U11", "urph", "nb", "datatilsynet.no"),
    ("T4", "tidaholm", "sv", "Du bestämmer själv hur mycket du berättar om dig"),
    ("T6", "tidaholm", "sv", "Vi har tystnadsplikt mot din familj och dina vänner"),
    ("T9", "tidaholm", "sv", "sparar vi det i 3 månader. Sedan raderas det."),
    ("T10", "tidaholm", "sv", "kan vem som helst be att få läsa det"),
    ("T11", "tidaholm", "sv", "måste vi vara helt säkra på att det var du som chattade"),
    ("B8", "snakkompsyken", "nb", "Vi lagrer aldri IP-adressen din"),
    ("B3", "alarmtelefonen", "nb", "Vi kan foreslå at du går videre til SnakkOmPsyken."),
    ("B8", "snakkommobbing", "en", "We never keep your IP address"),
]


@pytest.mark.parametrize(
    ("slug", "language", "sentence"),
    [pytest.param(*rest, id=f"{rule}-{rest[0]}") for rule, *rest in SENTENCES],
)
def test_rule_is_told_in_plain_words(slug: str, language: str, sentence: str, get: Get) -> None:
    assert sentence in read(get, slug, language)


def test_picture_has_a_line_for_each_way_that_the_policy_knows(get: Get) -> None:
    found = {slug: ways(read(get, slug, "en")) for slug in TENANTS}

    at_close = {"conversation": ["write", "close", "gone"]}
    assert found == {
        **dict.fromkeys(TENANTS, at_close),
        "detfinneshjelp": {
            **at_close,
            "erase": ["write", "erase", "gone"],  # D6
            "address": ["write", "keep", "gone"],  # D7
        },
        "tidaholm": {"conversation": ["write", "close", "keep", "gone"]},  # T9
        "urph": {
            "conversation": ["write", "close", "keep", "gone"],
            "flagged": ["write", "notice", "gone"],  # U7
        },
    }


def test_page_follows_a_change_of_a_row(get: Get, charters: dict[str, Tenant]) -> None:
    tenant = charters["tidaholm"]
    before = read(get, "tidaholm", "sv")
    change(tenant, amount=2)

    after = read(get, "tidaholm", "sv")

    assert "sparar vi det i 3 månader" in before
    assert "sparar vi det i 2 månader" in after
    assert '<span class="life-detail">2 månader</span>' in after
    assert "3 månader" not in after
    assert [re.findall(r"data-version>Version (\d+)", html) for html in (before, after)] == [
        ["1"], ["2"],
    ]  # fmt: skip


def change(tenant: Tenant, *, amount: int, in_days: int = 0) -> None:
    """Publish that a talk is kept ``amount`` months, to begin in so many days."""
    now = clock.now()
    with tenant_scope(tenant):
        terms = terms_of(current_policy(tenant))
        keep = tuple(
            replace(each, amount=amount) if each.kind == "conversation" else each
            for each in terms.keep
        )
        write_draft(tenant, replace(terms, keep=keep))
        publish_draft(tenant, begins_at=now + timedelta(days=in_days), now=now)


def test_coming_version_is_named_with_its_day_and_holds_not_yet(
    get: Get, charters: dict[str, Tenant]
) -> None:
    assert "data-next" not in read(get, "tidaholm", "en")

    change(charters["tidaholm"], amount=2, in_days=30)
    html = read(get, "tidaholm", "en")

    day = (clock.now() + timedelta(days=30)).astimezone(charters["tidaholm"].tzinfo)
    told = f"A new version holds from {day.day} {day:%B} {day.year}."
    assert re.findall(r"data-next>([^<]+)<", html) == [told]
    assert "we keep it for 3 months" in html


@pytest.mark.parametrize("slug", TENANTS)
def test_page_is_neutral_and_fetches_from_its_own_host_only(
    slug: str, get: Get, charters: dict[str, Tenant]
) -> None:
    response = get(slug, PATH)
    page = Page(response.content.decode())

    assert page.title == charters[slug].neutral_title
    assert [url for url in page.fetched if not re.fullmatch(r"/(?!/)\S+", url)] == []
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


def test_front_page_and_room_lead_there_without_telling_where_from(get: Get) -> None:
    links = re.findall(r"<a ([^>]*data-privacy)>", get("urph", lang="nb").content.decode())

    there = 'href="/privacy/?lang=nb" target="_blank" rel="noopener noreferrer" data-privacy'
    assert links == [there, there]  # D11
    assert 'href="/proof/?lang=nb"' in read(get, "urph", "nb")


def test_own_words_are_shown_where_the_charter_has_them(get: Get) -> None:
    having = {slug for slug in TENANTS if "data-own-words" in read(get, slug, "en")}

    assert having == {"detfinneshjelp", "tidaholm"}
