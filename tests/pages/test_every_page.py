"""Every page of every line in every language: nothing untranslated, inline or of a third party."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from tenants.models import Role, Tenant
from tests.office.doors import Door
from tests.pages.conftest import TENANTS, Get
from tests.pages.walking import walk

LANGUAGES = ["nb", "sv", "en"]
# What answers no page: what is fetched, posted or downloaded.
NO_PAGES = {
    *("ledger", "status", "start", "promises", "theme", "leave", "resume", "closed_tab"),
    # The bubble is a script, and what it frames is the front page in other clothes.
    *("evaluations", "bubble", "framed"),
    # Of somebody who is passed on; the piece is words and templates for the page's script.
    *("handoff-arrive", "handoff-return", "handoff-piece"),
}
STAFF = (Role.COUNSELLOR, Role.OFFICER, Role.ADMINISTRATOR)


def names_of(urlconf: str) -> set[str]:
    """Return the paths of a host's pages, as its table of addresses has them."""

    def each(patterns: list[URLPattern | URLResolver], before: str) -> set[str]:
        found: set[str] = set()
        for one in patterns:
            path = before + str(one.pattern)
            if isinstance(one, URLResolver):
                found |= each(one.url_patterns, path)
            elif one.name not in NO_PAGES:
                found.add(f"/{path}")
        return found

    return each(get_resolver(urlconf).url_patterns, "")


Wrong = dict[tuple[str, ...], list[str]]


@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("slug", TENANTS)
def test_visitors_pages(slug: str, is_open: bool, get: Get, charters: dict[str, Tenant]) -> None:
    if is_open:
        call_command("open_lines", verbosity=0)
    wrong: Wrong = {}
    seen = set()
    for language in charters[slug].languages:
        for found in walk(partial(get, slug), "/", language=language, slug=slug):
            seen.add(found.path)
            wrong |= {(language, found.path): found.wrong} if found.wrong else {}

    assert wrong == {}
    assert seen == names_of("helpline.urls_visitor")


@pytest.mark.django_db
@pytest.mark.parametrize("slug", TENANTS)
def test_desks_pages(slug: str, charters: dict[str, Tenant]) -> None:
    """Each line in each role and each language; each role in each language at two lines or more."""
    wrong: Wrong = {}
    seen = set()
    turn = TENANTS.index(slug)
    for number, role in enumerate(STAFF):
        language = LANGUAGES[(number + turn) % len(LANGUAGES)]
        for found in walk(
            Door.of(charters[slug], role).get, "/desk/", language=language, slug=slug
        ):
            seen.add(found.path)
            wrong |= {(role, language, found.path): found.wrong} if found.wrong else {}

    assert wrong == {}
    assert seen >= {f"/desk/{page}" for page in ("", "office/policy/", "office/trail/")}
