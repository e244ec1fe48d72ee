"""What is done in the handbook. Other lines may have what is published or withdrawn here: those acts
open their own scopes, one after the other, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.handbook import articles, revisions
from chat.handbook.articles import Fault, Faulty, Wording
from chat.handbook.sharing import hold_agreements, pass_on
from chat.models import Article, Version
from chat.pages import languages
from chat.pages.languages import LanguageLink, TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.handbook import SECTION, named, show_article
from chat.pages.office.wording import FAULTS
from retention import clock
from tenants.calendars import moment
from tenants.errors import HelplineError, Invalid, NotAllowed, NotFound
from tenants.models import LEADS, Membership, Tenant
from tenants.scope import tenant_scope


@dataclass(frozen=True)
class DraftContent:
    """All that templates/chat/office/handbook_draft.html shows; ``number`` is 0 for a new article."""

    slug: str
    number: int
    category: str
    categories: list[str]
    languages: list[LanguageLink]
    title: str
    body: str
    faults: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, *LEADS)
def begin(request: TenantRequest, member: Membership) -> HttpResponse:
    """Write the first draft of an article."""
    if request.method != "POST":
        return _form(request, member, None)
    slug, category, wording = _said(request)
    try:
        articles.draft_article(
            request.tenant, member, slug=slug, category=category, wording=wording
        )
    except Faulty as faulty:
        return _form(request, member, None, faulty)
    return redirect("office-handbook-article", slug)


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, *LEADS)
def draft(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Write the next version of an article; it begins as what holds now."""
    found = named(slug)
    if found.owner:
        raise Http404
    if request.method != "POST":
        return _form(request, member, found)
    _slug, category, wording = _said(request)
    try:
        articles.redraft(request.tenant, member, slug, category=category, wording=wording)
    except Faulty as faulty:
        return _form(request, member, found, faulty)
    return redirect("office-handbook-article", slug)


@require_POST
@office(SECTION, *LEADS)
def discard(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Throw the draft away."""
    _or_404(lambda: articles.drop_draft(request.tenant, member, slug))
    return redirect(SECTION)


@require_POST
@office(SECTION, *LEADS)
def reviewed(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Say that the article holds as it stands for another year."""
    _or_404(lambda: revisions.review_article(request.tenant, member, slug))
    return redirect("office-handbook-article", slug)


@require_POST
@office(SECTION, *LEADS, own_scopes=True)
def publish(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Put the draft in force, now or from a moment on the line's own clock."""
    tenant = request.tenant
    try:
        begins_at = _moment(request.POST.get("begins", "").strip(), tenant)
        revise_by = _date(request.POST.get("revise_by", "").strip())
        _for_all(
            tenant,
            lambda: (
                articles.publish_draft(
                    tenant, member, slug, begins_at=begins_at, revise_by=revise_by
                ).article
            ),
        )
    except ValueError:
        return _refused(request, member, slug, _("That is not a date and a time."))
    except Invalid:
        return _refused(request, member, slug, _("Choose a moment that is still to come."))
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect("office-handbook-article", slug)


@require_POST
@office(SECTION, *LEADS, own_scopes=True)
def withdraw(request: TenantRequest, member: Membership, slug: str) -> HttpResponse:
    """Let the article hold no longer, here and wherever it was given."""
    tenant = request.tenant
    _or_404(lambda: _for_all(tenant, lambda: articles.withdraw_article(tenant, member, slug)))
    return redirect(SECTION)


def _for_all(tenant: Tenant, act: Callable[[], Article]) -> None:
    """Do something to an article, here and at every line that has it."""
    with transaction.atomic():
        hold_agreements(tenant)
        with tenant_scope(tenant):
            article = act()
        pass_on(tenant, article)


def _or_404(act: Callable[[], object]) -> None:
    try:
        act()
    except HelplineError:
        raise Http404 from None


def _refused(request: TenantRequest, member: Membership, slug: str, why: str) -> HttpResponse:
    with tenant_scope(request.tenant):
        return show_article(request, member, slug, refused=why)


def _said(request: TenantRequest) -> tuple[str, str, Wording]:
    said = {name: request.POST.get(name, "") for name in ("slug", "category", "title", "body")}
    language = request.POST.get("language", "")
    wording = Wording(language, said["title"].strip(), said["body"].replace("\r\n", "\n"))
    return said["slug"].strip(), said["category"].strip(), wording


def _form(
    request: TenantRequest, member: Membership, found: Article | None, faulty: Faulty | None = None
) -> HttpResponse:
    tenant = request.tenant
    begun = (articles.draft_of(found) or _newest(found)) if found else None
    slug, category, wording = _said(request) if faulty else _begun(tenant, found, begun)
    content = DraftContent(
        slug=found.slug if found else slug,
        number=begun.number if begun else 0,
        category=category,
        categories=sorted(set(Article.objects.values_list("category", flat=True))),
        languages=languages.links_for(languages.spoken(), current=wording.language),
        title=wording.title,
        body=wording.body,
        faults=[_in_words(fault) for fault in faulty.faults] if faulty else [],
    )
    status = 400 if faulty else 200
    template = "chat/office/handbook_draft.html"
    return show(request, member, template, content, section=SECTION, status=status)


def _begun(
    tenant: Tenant, found: Article | None, version: Version | None
) -> tuple[str, str, Wording]:
    if found is None or version is None:
        return "", "", Wording(tenant.default_language, "", "")
    return found.slug, found.category, articles.wording_of(version)


def _newest(found: Article) -> Version | None:
    return next(iter(articles.published_versions(found)), None)


def _in_words(fault: Fault) -> str:
    if fault.kind == "link":
        where = _("Line {line}: a link leads to {target}.").format(
            line=fault.line, target=fault.found
        )
        right = _(
            "Links lead to https://… or to another article, by its address with .md after it."
        )
        return f"{where} {right}"
    return str(FAULTS[fault.field, fault.kind])


def _moment(said: str, tenant: Tenant) -> datetime | None:
    if not said:
        return None
    wall = datetime.fromisoformat(said)
    if wall.tzinfo is not None:
        raise ValueError("a local time has no zone")
    begins_at = moment(wall, zone=tenant.tzinfo)
    if begins_at < clock.now():
        raise Invalid("a version begins now or later")
    return begins_at


def _date(said: str) -> date | None:
    return date.fromisoformat(said) if said else None
