"""Sharing the handbook with other lines: offered, accepted, ended. The acts open scopes of their own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.handbook import sharing
from chat.handbook.articles import in_force, without_bodies
from chat.models import Sharing
from chat.pages.handbook import names_of_lines
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from retention import clock
from tenants.errors import HelplineError, Invalid, NotFound
from tenants.models import LEADS, Membership, Tenant
from tenants.scope import tenant_scope

SECTION = "office-handbook"
HERE = "office-handbook-sharing"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class SharingRow:
    """One agreement as this line has it; ``title`` is empty for the whole book."""

    agreement: UUID
    other: str
    title: str
    gives: bool
    is_offered: bool


@dataclass(frozen=True)
class SharingContent:
    """All that templates/chat/office/handbook_sharing.html shows."""

    rows: list[SharingRow]
    lines: list[Choice]
    articles: list[Choice]
    refused: str


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, *LEADS, own_scopes=True)
def shared(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show what is shared, and offer an article or the whole book."""
    refused = ""
    if request.method == "POST":
        to, slug = request.POST.get("to", ""), request.POST.get("article", "")
        try:
            sharing.offer(request.tenant, member, to=to, slug=slug)
            return redirect(HERE)
        except NotFound:
            raise Http404 from None
        except Invalid:
            refused = _("Choose another line, and something that it has not been offered yet.")
        except HelplineError:
            refused = _("What another line has given is theirs to share.")
    return _show(request, member, refused)


@require_POST
@office(SECTION, *LEADS, own_scopes=True)
def accept(request: TenantRequest, member: Membership, agreement: UUID) -> HttpResponse:
    """Take what another line has offered."""
    try:
        sharing.accept(request.tenant, member, agreement)
    except NotFound:
        raise Http404 from None
    return redirect(HERE)


@require_POST
@office(SECTION, *LEADS, own_scopes=True)
def end(request: TenantRequest, member: Membership, agreement: UUID) -> HttpResponse:
    """End an agreement, from either side."""
    try:
        sharing.end(request.tenant, member, agreement)
    except NotFound:
        raise Http404 from None
    return redirect(HERE)


def _show(request: TenantRequest, member: Membership, refused: str) -> HttpResponse:
    tenant = request.tenant
    others = Tenant.objects.filter(live=True).exclude(pk=tenant.pk).order_by("name")
    names = names_of_lines()
    with tenant_scope(tenant):
        own = without_bodies(in_force(clock.now())).filter(article__owner="").order_by("title")
        content = SharingContent(
            rows=[
                SharingRow(
                    agreement=row.agreement,
                    other=names.get(row.other, row.other),
                    title=row.title,
                    gives=row.side == Sharing.Side.GIVES,
                    is_offered=row.state == Sharing.State.OFFERED,
                )
                for row in sharing.sharings()
            ],
            lines=[Choice(other.slug, other.name) for other in others],
            articles=[Choice(version.article.slug, version.title) for version in own],
            refused=refused,
        )
    status = 409 if refused else 200
    template = "chat/office/handbook_sharing.html"
    return show(request, member, template, content, section=SECTION, status=status)
