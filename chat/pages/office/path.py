"""Where the line stands, for those who decide with its administrators: a second person's page.

Officers have no place in the administration of a line, and may be the second person all the same:
who confirms here has proved at the desk who they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from retention import departures
from retention.path.acts import refused
from retention.path.pages import Proposed, proposed
from tenants import going_live
from tenants.administration.operators import state_in_words
from tenants.checklist import missing
from tenants.errors import HelplineError
from tenants.hosts import url_of
from tenants.models import Membership, Proposal, Tenant
from tenants.scope import tenant_scope
from tenants.stepping import stepped_up

SECTION = "office-path"


@dataclass(frozen=True)
class PathContent:
    """All that templates/chat/office/path.html shows."""

    state: str
    state_in_words: str
    lacking: list[str]
    go_live: Proposed | None
    leave: Proposed | None
    slug: str
    refused: str


@require_safe
@office(SECTION)
def path(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show where the line stands, and what waits for a second person."""
    return _show(request, member)


def _show(request: TenantRequest, member: Membership, *, why: str = "") -> HttpResponse:
    tenant = Tenant.objects.get(pk=request.tenant.pk)
    with tenant_scope(tenant):
        content = PathContent(
            state=tenant.state,
            state_in_words=state_in_words(tenant),
            lacking=[str(item.title) for item in missing(tenant)],
            go_live=proposed(Proposal.Kind.GO_LIVE, member, tenant),
            leave=proposed(Proposal.Kind.LEAVE, member, tenant),
            slug=tenant.slug,
            refused=why,
        )
    return show(
        request,
        member,
        "chat/office/path.html",
        content,
        section=SECTION,
        status=409 if why else 200,
    )


def _second(work: Callable[[TenantRequest, Membership], str]) -> Callable[..., HttpResponse]:
    """Make a view of what a second person confirms. Going live and leaving are proved anew here."""

    @require_POST
    @office(SECTION, own_scopes=True)
    @stepped_up
    def view(request: TenantRequest, member: Membership) -> HttpResponse:
        try:
            there = work(request, member)
        except HelplineError as problem:
            return _show(request, member, why=refused(problem))
        return HttpResponseRedirect(there) if there else redirect(SECTION)

    return view  # type: ignore[return-value]  # the door may also send to the sign-in


def _confirm_live(request: TenantRequest, member: Membership) -> str:
    with tenant_scope(request.tenant):
        going_live.confirm_live(request.tenant, member)
    return ""


def _confirm_leave(request: TenantRequest, member: Membership) -> str:
    departures.confirm_leave(request.tenant, member, typed=request.POST.get("slug", ""))
    return f"{url_of(request.tenant.slug, 'visitor')}proof/"


confirm_live, confirm_leave = _second(_confirm_live), _second(_confirm_leave)
