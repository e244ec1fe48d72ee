"""What is done about staff: their papers, their place, their shifts. Each act is in the trail."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages.languages import TenantRequest
from chat.pages.office.door import office
from chat.pages.office.staff import SECTION, show_member, show_staff
from tenants import planning, staff
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import Membership
from tenants.qualifications import (
    end_qualification,
    enter_qualification,
    looked_after,
    verify_qualification,
)


@require_POST
@office(SECTION)
def enter(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Write down what a member holds."""
    said = request.POST
    try:
        enter_qualification(
            request.tenant,
            member,
            member_id,
            kind=said.get("kind", ""),
            years=_number(said.get("years", "")),
            issuer=said.get("issuer", "").strip(),
            valid_until=_day(said["valid_until"]) if said.get("valid_until") else None,
            seen="seen" in said,
        )
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Invalid:
        refused = _(
            "Fill in every field, with a last day that is to come. Where one that counts is here"
            " already, see the new one before it takes its place."
        )
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
    said = request.POST
    kind, reason = said.get("kind", ""), said.get("reason", "").strip()
    try:
        end_qualification(request.tenant, member, member_id, kind=kind, reason=reason)
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Invalid:
        return show_member(request, member, member_id, refused=_("Say why it ends."))
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
    said = request.POST
    try:
        planning.plan(
            request.tenant,
            member,
            _member(said.get("member", "")),
            day=_day(said.get("day", "")),
            begins=_time(said.get("begins", "")),
            ends=_time(said.get("ends", "")),
        )
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Invalid:
        refused = _("Choose a day to come within a year, and from when until when.")
        return show_staff(request, member, refused=refused)
    return redirect(f"{reverse(SECTION)}#rota")


@require_POST
@office(SECTION)
def cancel(request: TenantRequest, member: Membership) -> HttpResponse:
    """Take a shift out of the rota."""
    said = request.POST
    try:
        begins_at = _moment(said.get("begins_at", ""))
        planning.cancel(
            request.tenant, member, _member(said.get("member", "")), begins_at=begins_at
        )
    except (NotFound, NotAllowed, Invalid):
        raise Http404 from None
    return redirect(f"{reverse(SECTION)}#rota")


def _member(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise NotFound("no such member") from None


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 4):
        raise Invalid("a whole number of years")
    return int(said)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid("a date") from None


def _time(said: str) -> time:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        raise Invalid("a time of day") from None


def _moment(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise Invalid("a moment") from None
    if found.tzinfo is None:
        raise Invalid("a moment with its zone")
    return found
