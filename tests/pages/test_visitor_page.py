"""The visitor's page of every tenant in every language, as the server gives it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from tenants.models import Notice, Tenant
from tenants.scope import tenant_scope
from tests.pages.conftest import TENANTS, Get
from tests.pages.reading import Page, used_texts

BUDGET = 60 * 1024
SUBJECTS = {
    "sexogsamfunn": ["Sex", "Seksualitet", "Seksuell helse"],  # S2
    "urph": [  # U4
        *("Vonde tanker", "Rus", "Angst og uro", "Søvn", "Depresjon"),
        *("Skolen", "Fritid", "Hjemme", "Jeg er bekymret for en annen"),
    ],
    "tidaholm": [  # T3
        *("Skolan", "Hemma", "Självkänsla", "Alkohol och droger"),
        *("Utanförskap", "Brott", "Något annat"),
    ],
}
FOR_WHOM = {"urph": "barn og unge i alle aldre, men alle", "tidaholm": "räcker det att få prata"}


@pytest.mark.parametrize("slug", TENANTS)
def test_page_speaks_each_language_whole(slug: str, get: Get, charters: dict[str, Tenant]) -> None:
    leftovers = {}
    for language in charters[slug].languages:
        page = Page(get(slug, lang=language).content.decode())
        with translation.override(language):
            english = {text for text in used_texts() if translation.gettext(text) != text}
        leftovers[language] = english & page.texts if language != "en" else set()

    assert leftovers == {language: set() for language in charters[slug].languages}


@pytest.mark.parametrize("slug", TENANTS)
def test_page_fetches_from_its_own_host_only(slug: str, get: Get) -> None:
    page = Page(get(slug).content.decode())

    assert [url for url in page.fetched if not re.fullmatch(r"/(?!/)\S+", url)] == []


@pytest.mark.parametrize("slug", TENANTS)
def test_page_is_neutral_in_the_history_and_kept_nowhere(
    slug: str, get: Get, charters: dict[str, Tenant]
) -> None:
    response = get(slug)
    page = Page(response.content.decode())

    assert page.title == charters[slug].neutral_title
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("slug", TENANTS)
def test_page_fits_the_budget(slug: str, get: Get) -> None:
    html = get(slug).content
    sizes = {"page": _compressed(html)}
    for url in Page(html.decode()).fetched:
        if url.startswith(settings.STATIC_URL):
            _weigh(Path(settings.STATIC_ROOT) / url.removeprefix(settings.STATIC_URL), sizes)
        else:
            sizes[url] = _compressed(get(slug, url).content)

    assert sum(sizes.values()) <= BUDGET, sizes


def _weigh(path: Path, sizes: dict[str, int]) -> None:
    """Add a file and every module that it imports."""
    if path.name in sizes:
        return
    content = path.read_bytes()
    sizes[path.name] = _compressed(content)
    for name in (
        re.findall(r"from \"\./([^\"]+)\";", content.decode()) if path.suffix == ".js" else []
    ):
        _weigh(path.parent / name, sizes)


def _compressed(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=6))


def test_page_offers_erasing_only_where_it_is_promised(get: Get) -> None:
    offered = {slug for slug in TENANTS if b"data-erase" in get(slug).content}

    assert offered == {"detfinneshjelp"}  # D6


def test_picture_ends_as_the_policy_says(get: Get) -> None:
    def stages(slug: str) -> list[str]:
        return re.findall(r'data-stage="(\w+)"', get(slug).content.decode())

    assert stages("detfinneshjelp") == ["write", "close", "gone"]  # D5
    assert stages("tidaholm") == ["write", "close", "keep", "gone"]  # T9


def test_notice_shows_with_its_number_while_active(get: Get, charters: dict[str, Tenant]) -> None:
    before = get("detfinneshjelp").content.decode()
    with tenant_scope(charters["detfinneshjelp"]):
        Notice.objects.filter(slug="technical-trouble").update(active=True)
    after = get("detfinneshjelp").content.decode()

    assert "data-notice" not in before
    assert re.search(r'data-notice>[^<]+<a href="tel:80099900">800 99 900</a>', after)  # D3


def test_language_follows_address_then_browser_then_tenant(get: Get) -> None:
    asked = [
        get("tidaholm", lang="en"),
        get("tidaholm", lang="nb"),
        get("tidaholm"),
    ]

    assert [one.headers["Content-Language"] for one in asked] == ["en", "sv", "sv"]


@pytest.mark.parametrize("slug", SUBJECTS)
def test_page_offers_the_subjects_and_no_choice_is_made(slug: str, get: Get) -> None:
    call_command("open_lines", verbosity=0)
    page = get(slug).content.decode()

    choices = re.findall(r'<input type="radio" name="topic"([^>]*)><span>([^<]+)</span>', page)

    assert [label for _, label in choices] == SUBJECTS[slug]
    assert [about for about, _ in choices if "checked" in about or "required" in about] == []
    assert FOR_WHOM.get(slug, "") in page


@pytest.mark.parametrize(
    ("slug", "links"),
    [
        pytest.param("sexogsamfunn", ["https://sexogsamfunn.no/"], id="S11"),
        pytest.param(
            "urph", ["https://www.datatilsynet.no/", "https://www.dubestemmer.no/"], id="U11"
        ),
    ],
)
def test_page_links_to_what_it_promises_open_or_closed(
    slug: str, links: list[str], get: Get
) -> None:
    closed = get(slug).content.decode()
    call_command("open_lines", verbosity=0)

    for page in (closed, get(slug).content.decode()):
        found = re.findall(r'class="contact-link" href="(https:[^"]+)"', page)
        assert list(dict.fromkeys(found)) == links
