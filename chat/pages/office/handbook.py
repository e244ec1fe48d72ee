"""The handbook in the office: every member reads it, those who lead the line write in it.  Rule: S5"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chat.handbook import articles, revisions
from chat.handbook.markdown import Passage, passages
from chat.handbook.search import Piece
from chat.handbook.wordings import Line, changed_lines
from chat.models import Article, Version
from chat.pages import languages
from chat.pages.handbook import address_of, links_to, names_of_lines
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.wording import day_in_words
from retention import clock
from retention.reviews import today_at
from tenants.calendars import moment
from tenants.errors import NotFound
from tenants.models import LEADS, Membership, Tenant

SECTION = "office-handbook"


@dataclass(frozen=True)
class ArticleRow:
    """One article of the list; ``mark`` is ``due``, ``soon``, ``draft``, ``withdrawn`` or empty."""

    slug: str
    title: list[Piece]
    passage: list[Piece]
    category: str
    language: str
    revise_by: str
    mark: str
    owner: str


@dataclass(frozen=True)
class HandbookContent:
    """All that templates/chat/office/handbook.html shows."""

    typed: str
    rows: list[ArticleRow]
    due: int
    may_write: bool


@dataclass(frozen=True)
class ReadContent:
    """All that templates/chat/office/handbook_article.html shows."""

    slug: str
    title: str
    category: str
    language: str
    passages: list[Passage]
    number: int
    since: str
    mark: str
    revise_by: str
    editor: str
    owner: str
    draft: int
    may_write: bool
    refused: str = ""


@dataclass(frozen=True)
class VersionRow:
    """One version in the list of them; ``held`` is False where it never did.

    ``compares`` where there is one before it; ``lines`` is what it changed, of the chosen one alone.
    """

    number: int
    since: str
    until: str
    who: str
    is_current: bool
    held: bool
    compares: bool
    lines: list[Line]


@dataclass(frozen=True)
class VersionsContent:
    """All that templates/chat/office/handbook_versions.html shows.

    ``asked`` is the day of which one wants to know, ``answer`` the number that held then or 0.
    """

    slug: str
    title: str
    language: str
    versions: list[VersionRow]
    asked: str
    asked_in_words: str
    answer: int


@dataclass(frozen=True)
class _Place:
    """In which language, on which day and among which lines a list is read."""

    language: str
    today: date
    names: Mapping[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def handbook(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show every article, or what holds the words ``q`` of the form; what is to be revised is marked.

    The words are not in the address, for the reason that the panel's are not.
    """
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    typed = request.POST.get("q", "").strip()
    content = HandbookContent(
        typed=typed,
        rows=_found(tenant, typed, language) if typed else _all(tenant, member, language),
        due=revisions.revisions_due(tenant).count(),
        may_write=member.role in LEADS,
    )
    return show(request, member, "chat/office/handbook.html", content, section=SECTION)


@require_safe
@office(SECTION)
def article(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Show what an article says now; to who writes it also whether there is a draft."""
    return show_article(request, member, slug)


@require_safe
@office(SECTION)
def versions(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Show every version of an article and when it held, and what held on a day.

    ``changes`` is the number of the one of which to tell what it changed.
    """
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    found, now = named(slug), clock.now()
    published = articles.published_versions(found)
    if not published and member.role not in LEADS:
        raise Http404
    chosen = request.GET.get("changes", "")
    asked = _day(request.GET.get("on", ""))
    held = articles.version_in_force(found, _end_of(asked, tenant)) if asked else None
    content = VersionsContent(
        slug=slug,
        title=published[0].title if published else slug,
        language=published[0].language if published else "",
        versions=[
            _version(tenant, one, before, language, now, is_chosen=chosen == str(one.number))
            for one, before in zip(published, [*published, None][1:], strict=True)
        ],
        asked=asked.isoformat() if asked else "",
        asked_in_words=languages.date_in_words(asked, language) if asked else "",
        answer=held.number if held else 0,
    )
    return show(request, member, "chat/office/handbook_versions.html", content, section=SECTION)


def show_article(
    request: TenantRequest, member: Membership, slug: str, *, refused: str = ""
) -> HttpResponse:
    """Show the page of one article, with why something about it was refused. In the scope."""
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    found = named(slug)
    may_write = member.role in LEADS and not found.owner
    holds = articles.version_in_force(found, clock.now())
    draft = articles.draft_of(found) if may_write else None
    shown = holds or draft
    if shown is None and not may_write:
        shown = next(iter(articles.published_versions(found)), None)
        if shown is None:
            raise Http404
    content = ReadContent(
        slug=slug,
        title=shown.title if shown else slug,
        category=found.category,
        language=shown.language if shown else "",
        passages=passages(holds.body, link=address_of, top=2) if holds else [],
        number=holds.number if holds else 0,
        since=_day_of(holds.begins_at, tenant, language) if holds else "",
        mark=_mark(found, today_at(tenant), holds=bool(holds)),
        revise_by=day_in_words(found.revise_by, language=language) if found.revise_by else "",
        editor=found.editor.user.name if found.editor else "",
        owner=names_of_lines().get(found.owner, found.owner),
        draft=draft.number if draft else 0,
        may_write=may_write,
        refused=refused,
    )
    status = 409 if refused else 200
    template = "chat/office/handbook_article.html"
    return show(request, member, template, content, section=SECTION, status=status)


def named(slug: str) -> Article:
    """Return an article; one that is not there is answered like an unknown address."""
    try:
        return articles.article_named(slug)
    except NotFound:
        raise Http404 from None


def _found(tenant: Tenant, typed: str, language: str) -> list[ArticleRow]:
    links, today = links_to(typed), today_at(tenant)
    about = {
        one.slug: one for one in Article.objects.filter(slug__in=[link.slug for link in links])
    }
    return [
        ArticleRow(
            slug=link.slug,
            title=link.title,
            passage=link.passage,
            category=link.category,
            language=link.language,
            revise_by=_revise_by(about[link.slug], language),
            mark=_mark(about[link.slug], today, holds=True),
            owner=link.owner,
        )
        for link in links
    ]


def _all(tenant: Tenant, member: Membership, language: str) -> list[ArticleRow]:
    """Return every article that holds; for those who write also drafts and what is withdrawn."""
    in_force = articles.without_bodies(articles.in_force(clock.now()))
    holding = {one.article_id: one for one in in_force}
    newest = _newest() if member.role in LEADS else {}
    place = _Place(language, today_at(tenant), names_of_lines())
    rows: list[ArticleRow] = []
    for about in Article.objects.order_by("category", "slug"):
        holds = holding.get(about.pk)
        shown = holds or newest.get(about.pk)
        if shown is not None:
            rows.append(_row(about, shown, place, holds=holds is not None))
    return rows


def _newest() -> dict[UUID, Version]:
    """Return the last version of each article, a draft too."""
    rows = Version.objects.order_by("article", "-number").distinct("article")
    return {one.article_id: one for one in articles.without_bodies(rows)}


def _row(about: Article, shown: Version, place: _Place, *, holds: bool) -> ArticleRow:
    return ArticleRow(
        slug=about.slug,
        title=[Piece(shown.title, hit=False)],
        passage=[],
        category=about.category,
        language=shown.language,
        revise_by=_revise_by(about, place.language),
        mark=_mark(about, place.today, holds=holds, is_draft=shown.published_at is None),
        owner=place.names.get(about.owner, about.owner),
    )


def _revise_by(about: Article, language: str) -> str:
    return day_in_words(about.revise_by, language=language) if about.revise_by else ""


def _mark(about: Article, today: date, *, holds: bool, is_draft: bool = False) -> str:
    if not holds:
        return "draft" if is_draft else "withdrawn"
    if about.owner or about.revise_by is None or about.revise_by > today + revisions.SOON:
        return ""
    return "due" if about.revise_by <= today else "soon"


def _version(
    tenant: Tenant,
    one: Version,
    before: Version | None,
    language: str,
    now: datetime,
    *,
    is_chosen: bool,
) -> VersionRow:
    assert one.begins_at is not None
    held = one.ends_at is None or one.ends_at > one.begins_at
    was = articles.wording_of(before) if before and is_chosen else None
    return VersionRow(
        number=one.number,
        since=_day_of(one.begins_at, tenant, language),
        until=_day_of(one.ends_at, tenant, language) if one.ends_at else "",
        who=one.published_by.user.name if one.published_by else _("The platform"),
        is_current=one.begins_at <= now and (one.ends_at is None or one.ends_at > now),
        held=held,
        compares=before is not None,
        lines=changed_lines(was, articles.wording_of(one)) if was else [],
    )


def _day_of(at: datetime | None, tenant: Tenant, language: str) -> str:
    return day_in_words(at.astimezone(tenant.tzinfo).date(), language=language) if at else ""


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _end_of(day: date, tenant: Tenant) -> datetime:
    """Return the last moment of a day where the line is: what held when it was over."""
    return moment(datetime.combine(day, time(23, 59, 59)), zone=tenant.tzinfo)
