"""Staff: who holds what until when, who may answer, and who is to be there when."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.members import Members, ShiftRow, StaffRow, member_content, shift_row
from chat.pages.office.door import office, show
from retention import clock
from tenants.fitness import today_at
from tenants.models import Membership
from tenants.rota import shifts_to_come
from tenants.scope import tenant_scope

SECTION = "office-staff"
ACTS = ("enter", "verify", "end", "leave", "out")


@dataclass(frozen=True)
class StaffContent:
    """All that templates/chat/office/staff.html shows."""

    rows: list[StaffRow]
    shifts: list[ShiftRow]
    today: str
    said: str
    refused: str


@require_safe
@office(SECTION)
def staff_list(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show everybody who has a place here, and the rota."""
    return show_staff(request, member, said=_said(request.GET.get("said", "")))


def _said(code: str) -> str:
    return _("The member is out, at every desk and page.") if code == "left" else ""


def show_staff(
    request: TenantRequest, member: Membership, *, said: str = "", refused: str = ""
) -> HttpResponse:
    """Render the list; with ``refused`` as a refusal that says why."""
    tenant = request.tenant
    with tenant_scope(tenant):
        language = languages.desk_language(request, tenant)
        now = clock.now()
        content = StaffContent(
            rows=Members(tenant, member, language).rows(),
            shifts=[shift_row(tenant, one, language) for one in shifts_to_come(now=now)],
            today=today_at(tenant, now=now).isoformat(),
            said=said,
            refused=refused,
        )
        status = 409 if refused else 200
        template = "chat/office/staff.html"
        return show(request, member, template, content, section=SECTION, status=status)


@require_safe
@office(SECTION)
def staff_member(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Show one member with all that may be done about their papers and their place."""
    return show_member(request, member, member_id)


def show_member(
    request: TenantRequest,
    member: Membership,
    member_id: UUID,
    *,
    template: str = "member",
    refused: str = "",
) -> HttpResponse:
    """Render a page about a member whom ``member`` looks after; anybody else is not there."""
    tenant = request.tenant
    with tenant_scope(tenant):
        language = languages.desk_language(request, tenant)
        row = next(
            (one for one in Members(tenant, member, language).rows(member_id) if one.is_theirs),
            None,
        )
        if row is None:
            raise Http404
        acts = {act: reverse(f"office-member-{act}", args=[member_id]) for act in ACTS}
        content = member_content(tenant, row, language, acts, refused=refused)
        status = 409 if refused else 200
        template = f"chat/office/{template}.html"
        return show(request, member, template, content, section=SECTION, status=status)
