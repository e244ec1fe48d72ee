"""After abuse: leads ask how somebody is, and decide whether a place is slowed down for a while."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from chat.incidents import Told, decide_pause, incidents, note_seen_incident
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from tenants.errors import NotAllowed, NotFound
from tenants.models import Membership

SECTION = "office-cooldowns"


@dataclass(frozen=True)
class CooldownsContent:
    """All that templates/chat/office/cooldowns.html shows."""

    rows: list[Told]
    minutes: int
    is_late: bool


@require_safe
@office(SECTION)
def cooldowns(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show who had an abusive talk, and what is asked for."""
    content = CooldownsContent(
        rows=incidents(request.tenant, member),
        minutes=request.tenant.cooldown_minutes,
        is_late="late" in request.GET,
    )
    return show(request, member, "chat/office/cooldowns.html", content, section=SECTION)


@require_POST
@office(SECTION)
def decide(request: TenantRequest, member: Membership, incident: UUID) -> HttpResponse:
    """Agree to a pause, or refuse it."""
    answer = request.POST.get("answer")
    if answer not in ("approve", "refuse"):
        raise Http404
    try:
        has_worked = decide_pause(request.tenant, member, incident, approve=answer == "approve")
    except (NotFound, NotAllowed):
        raise Http404 from None
    response = redirect(SECTION)
    if not has_worked:
        response.headers["Location"] += "?late"
    return response


@require_POST
@office(SECTION)
def see(request: TenantRequest, member: Membership, incident: UUID) -> HttpResponse:
    """Note that a lead has asked how somebody is."""
    try:
        note_seen_incident(request.tenant, member, incident)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect(SECTION)
