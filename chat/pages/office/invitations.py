"""Invitations: whom this line has asked to come, how that stands, and a form to ask another."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages import languages
from chat.pages.invitations import done_in_words, invitations_content, send
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.staff import SECTION
from tenants import invitations
from tenants.errors import NotAllowed, NotFound
from tenants.invitations import Fault
from tenants.models import Membership
from tenants.scope import tenant_scope


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def invite(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show who is invited; with a filled-in form invite somebody."""
    if request.method != "POST":
        return _show(request, member, said=done_in_words(request.GET.get("said", "")))
    try:
        send(request.tenant, member, request.POST)
    except NotAllowed:
        raise Http404 from None
    except Fault as problem:
        return _show(request, member, problem=problem)
    return redirect(f"{reverse('office-invitations')}?said=invited")


@require_POST
@office(SECTION)
def again(request: TenantRequest, member: Membership, invitation_id: UUID) -> HttpResponse:
    """Send the mail of an invitation once more."""
    try:
        invitations.again(request.tenant, member, invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Fault as problem:
        return _show(request, member, problem=problem)
    return redirect(f"{reverse('office-invitations')}?said=again")


@require_POST
@office(SECTION)
def withdraw(request: TenantRequest, member: Membership, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        invitations.withdraw(request.tenant, member, invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect(f"{reverse('office-invitations')}?said=withdrawn")


def _show(
    request: TenantRequest, member: Membership, *, said: str = "", problem: Fault | None = None
) -> HttpResponse:
    tenant = request.tenant
    with tenant_scope(tenant):
        content = invitations_content(
            tenant,
            member,
            request.POST,
            language=languages.desk_language(request, tenant),
            names=("office-invitations", "office-invitation-again", "office-invitation-withdraw"),
            said=said,
            problem=problem,
        )
        status = 409 if problem else 200
        template = "chat/office/invitations.html"
        return show(request, member, template, content, section=SECTION, status=status)
