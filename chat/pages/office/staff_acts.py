"""What is done about staff: their papers, their place, their shifts. Each act is in the trail."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages import staff_forms
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office
from chat.pages.office.staff import SECTION, show_member, show_staff
from tenants import staff
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import Membership
from tenants.qualifications import looked_after, verify_qualification


@require_POST
@office(SECTION)
def enter(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Write down what a member holds."""
    try:
        refused = staff_forms.enter(request.tenant, member, member_id, request.POST)
    except (NotFound, NotAllowed):
        raise Http404 from None
    if refused:
        return show_member(request, member, member_id, refused=refused)
    return redirect("office-member", member_id)


@require_POST
@office(SECTION)
def verify(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Say that one has seen what a member holds."""
    try:
        verify_qualification(request.tenant, member, member_id, kind=request.POST.get("kind", ""))
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect("office-member", member_id)


@require_POST
@office(SECTION)
def end(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """End what a member does not hold any more."""
    try:
        refused = staff_forms.end(request.tenant, member, member_id, request.POST)
    except (NotFound, NotAllowed):
        raise Http404 from None
    if refused:
        return show_member(request, member, member_id, refused=refused)
    return redirect("office-member", member_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def leave(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Ask once more, and let a member go: out of everything from this moment on."""
    if request.method != "POST":
        return show_member(request, member, member_id, template="member_leave")
    try:
        looked_after(request.tenant, member, member_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    staff.leave(request.tenant, member_id, actor=member)
    return redirect(f"{reverse(SECTION)}?said=left")


@require_POST
@office(SECTION)
def sign_out(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """End every session of a member here, and every window with it."""
    try:
        looked_after(request.tenant, member, member_id)
        staff.sign_out_everywhere(request.tenant, member_id, actor=member)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect("office-member", member_id)


@require_POST
@office(SECTION)
def plan(request: TenantRequest, member: Membership) -> HttpResponse:
    """Plan a shift."""
    try:
        refused = staff_forms.plan(request.tenant, member, request.POST)
    except (NotFound, NotAllowed):
        raise Http404 from None
    if refused:
        return show_staff(request, member, refused=refused)
    return redirect(f"{reverse(SECTION)}#rota")


@require_POST
@office(SECTION)
def cancel(request: TenantRequest, member: Membership) -> HttpResponse:
    """Take a shift out of the rota."""
    try:
        staff_forms.cancel(request.tenant, member, request.POST)
    except (NotFound, NotAllowed, Invalid):
        raise Http404 from None
    return redirect(f"{reverse(SECTION)}#rota")
