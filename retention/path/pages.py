"""Where a line stands on its path, and what is next; the front page while it is being prepared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from retention import clock, departures
from tenants import checklist, dry_runs, proposals
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.checklist import Item, Mark
from tenants.digest import digest_of
from tenants.dry_runs import Course
from tenants.hosts import url_of
from tenants.models import DryRun, Membership, Proposal, State, Tenant

DESK = "desk:"


@dataclass(frozen=True)
class Line:
    """An item of the checklist, and where it is mended ("" where no page is there for it)."""

    item: Item
    url: str


@dataclass(frozen=True)
class Proposed:
    """What waits for a second person, as the one who looks sees it."""

    by: str
    until: str
    is_own: bool


@dataclass(frozen=True)
class PathContent:
    """All that templates/administration/path.html shows."""

    state: str
    lines: Sequence[Line]
    done: int
    lacking: int
    go_live: Proposed | None
    visitor_url: str


@dataclass(frozen=True)
class LeaveContent:
    """All that templates/administration/leave.html shows."""

    held: int
    is_exported: bool
    proposed: Proposed | None
    slug: str


@dataclass(frozen=True)
class DryRunContent:
    """All that templates/administration/dry_run.html shows; the course only right after a run."""

    last: DryRun | None
    is_of_now: bool
    course: Course | None
    can_run: bool
    refused: str = ""


def front(request: HttpRequest) -> HttpResponseBase:
    """Show the path while the line is being prepared, and its settings from then on."""
    if tenant_of(request).state == State.PREPARING:
        return path(request)
    return tenant_site.index(request)


@require_safe
def path(request: HttpRequest) -> HttpResponse:
    """Show the checklist, and what can be decided now."""
    tenant, member = tenant_of(request), member_of(request)
    items = checklist.items(tenant)
    content = PathContent(
        state=tenant.state,
        lines=[Line(item, url_for(item, tenant)) for item in items],
        done=sum(item.mark is not Mark.MISSING for item in items),
        lacking=sum(item.mark is Mark.MISSING for item in items),
        go_live=proposed(Proposal.Kind.GO_LIVE, member, tenant),
        visitor_url=url_of(tenant.slug, "visitor"),
    )
    return show(request, "administration/path.html", content, title=_("The way to going live"))


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Show what leaving means, and how far it has come."""
    tenant, member = tenant_of(request), member_of(request)
    content = LeaveContent(
        held=departures.held_count(tenant),
        is_exported=tenant.exported_on == clock.now().date(),
        proposed=proposed(Proposal.Kind.LEAVE, member, tenant),
        slug=tenant.slug,
    )
    return show(request, "administration/leave.html", content, title=_("Leaving the platform"))


def dry_run_content(
    tenant: Tenant, course: Course | None = None, *, refused: str = ""
) -> DryRunContent:
    """Return what came of the last dry run, and all of one that was made just now. In the scope."""
    last = dry_runs.last()
    return DryRunContent(
        last=last,
        is_of_now=last is not None and last.digest == digest_of(tenant),
        course=course,
        can_run=bool(dry_runs.runners),
        refused=refused,
    )


def show_dry_run(request: HttpRequest, content: DryRunContent) -> HttpResponse:
    """Show the page of the dry run. In the scope."""
    return show(request, "administration/dry_run.html", content, title=_("Dry run"))


def show(request: HttpRequest, template: str, content: object, *, title: str) -> HttpResponse:
    """Render ``template`` inside the line's administration. In the scope, at once."""
    context: dict[str, Any] = {
        **tenant_site.each_context(request),
        "title": title,
        "content": content,
        "asks_twice": settings.HELPLINE_STAFF_MFA != "off",
    }
    return TemplateResponse(request, template, context).render()


def proposed(kind: str, member: Membership, tenant: Tenant) -> Proposed | None:
    """Return what stands of ``kind``, in words for ``member``. In the scope."""
    found = proposals.standing(kind)
    if found is None:
        return None
    by = Membership.objects.select_related("user").filter(pk=found.proposer).first()
    until = found.expires_at.astimezone(tenant.tzinfo)
    is_own = by is not None and by.user_id == member.user_id
    name = by.user.name or by.user.email if by else ""
    return Proposed(name, date_format(until, "SHORT_DATETIME_FORMAT"), is_own)


def url_for(item: Item, tenant: Tenant) -> str:
    """Return the first of an item's pages that there is."""
    for name in item.pages:
        if name.startswith(DESK):
            return url_of(tenant.slug, "desk") + name.removeprefix(DESK)
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
