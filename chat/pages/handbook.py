"""The handbook on the desk: a panel, and the pieces of pages that it fetches while one types."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from chat.handbook import search
from chat.handbook.articles import article_named, in_force, version_in_force
from chat.handbook.markdown import Passage, passages
from chat.handbook.search import Piece
from chat.models import Version
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.panels import Panel
from retention import clock
from tenants import staff
from tenants.errors import NotFound
from tenants.models import Membership, Tenant
from tenants.permissions import MEMBERS, lets_in

# What a table of contents beside a talk may hold; more than that is found by its words.
MOST = 200

View = Callable[..., HttpResponse]


def has_articles(tenant: Tenant, member: Membership) -> bool:
    """Return whether anything is in force that could be looked up. In the scope."""
    return in_force(clock.now()).exists()


HANDBOOK = Panel(
    name="handbook",
    label=_("Handbook"),
    template="chat/panels/handbook.html",
    script="chat/js/handbook.js",
    key="H",
    shown=has_articles,
    section="office-handbook",
)


@dataclass(frozen=True)
class ArticleLink:
    """One line of what was found, or of the contents."""

    slug: str
    title: list[Piece]
    passage: list[Piece]
    category: str
    language: str
    owner: str


@dataclass(frozen=True)
class FoundPage:
    """All that templates/chat/panels/_found.html shows; ``language`` is the page's own."""

    typed: str
    articles: list[ArticleLink]
    language: str


@dataclass(frozen=True)
class ArticlePage:
    """All that templates/chat/panels/_article.html shows."""

    slug: str
    title: str
    language: str
    since: str
    owner: str
    passages: list[Passage]


def of_the_desk(view: View) -> View:
    """Let members into a view that answers with a piece of a page; nobody is led to the door."""

    @lets_in(MEMBERS)
    @functools.wraps(view)
    def let_in(request: TenantRequest, **named: str) -> HttpResponse:
        if staff.current_membership(request) is None:
            return HttpResponse(status=403)
        with translation.override(languages.desk_language(request, request.tenant)):
            return view(request, **named)

    return let_in


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_desk
def found(request: TenantRequest) -> HttpResponse:
    """Show what holds the words ``q`` of the form, or all there is while nothing is asked.

    What somebody looks up beside a talk tells of the talk: words in an address would stay in the
    browser's history and in the logs of what lies between.
    """
    typed = request.POST.get("q", "").strip()
    language = languages.desk_language(request, request.tenant)
    page = FoundPage(typed, links_to(typed), language)
    return render(request, "chat/panels/_found.html", {"page": page})


@require_safe
@of_the_desk
def article(request: TenantRequest, slug: str) -> HttpResponse:
    """Show what an article says now, paragraph by paragraph."""
    try:
        version = version_in_force(article_named(slug), clock.now())
    except NotFound:
        raise Http404 from None
    if version is None:
        raise Http404
    language = languages.desk_language(request, request.tenant)
    page = article_page(version, request.tenant, language=language)
    return render(request, "chat/panels/_article.html", {"page": page})


def links_to(typed: str) -> list[ArticleLink]:
    """Return what was found, the best first; the contents where nothing is asked. In the scope."""
    names = names_of_lines()
    if not typed:
        there = search.contents(most=MOST)
        return [_link(one, [Piece(one.title, hit=False)], [], names) for one in there]
    return [
        _link(one.version, list(one.title), list(one.passage), names)
        for one in search.find_articles(typed)
    ]


def article_page(version: Version, tenant: Tenant, *, language: str) -> ArticlePage:
    """Gather one version as the desk shows it, with its dates in ``language``."""
    assert version.begins_at is not None
    begun = version.begins_at.astimezone(tenant.tzinfo).date()
    return ArticlePage(
        slug=version.article.slug,
        title=version.title,
        language=version.language,
        since=languages.date_in_words(begun, language),
        owner=names_of_lines().get(version.article.owner, ""),
        passages=passages(version.body, link=address_of, top=4),
    )


def address_of(slug: str) -> str:
    """Return where an article is read in the office."""
    return reverse("office-handbook-article", args=[slug])


def names_of_lines() -> dict[str, str]:
    """Return what each line is called, by slug; an article of one's own is of nobody else."""
    return {"": "", **dict(Tenant.objects.values_list("slug", "name"))}


def _link(
    version: Version, title: list[Piece], passage: list[Piece], names: Mapping[str, str]
) -> ArticleLink:
    about = version.article
    owner = names.get(about.owner, about.owner)
    return ArticleLink(about.slug, title, passage, about.category, version.language, owner)
