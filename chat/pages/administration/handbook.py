"""What has its editor at the desk: where that is, and how much of it waits to be seen to.  Rule: S5, S10"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chat.handbook.revisions import revisions_due
from chat.pages.office.door import sections
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.hosts import url_of
from tenants.models import Membership, Tenant

_DESK = "helpline.urls_desk"

menu.add(
    menu.Group.READ,
    _("Handbook and directory"),
    "admin:at-the-desk",
    place=80,
    hint=_("Written at the desk; here is what waits. Rules S5, S10"),
)


@dataclass(frozen=True)
class AtTheDesk:
    """One section of the office: what it is called, where it is, how much is due in it."""

    label: str
    url: str
    due: int
    due_label: str


@tenant_site.page("at-the-desk/", name="at-the-desk")
@require_safe
def at_the_desk(request: HttpRequest) -> HttpResponse:
    """Lead to what is written at the desk, what is due first."""
    found = _sections(tenant_of(request), member_of(request))
    found.sort(key=lambda one: not one.due)
    return tenant_site.show(
        request,
        "administration/at_the_desk.html",
        title=_("Handbook and directory"),
        sections=found,
    )


def desk_page(tenant: Tenant, name: str, *args: object) -> str:
    """Return the address of a page at the tenant's desk host, from inside the administration."""
    path = reverse(name, urlconf=_DESK, args=args).removeprefix(get_script_prefix())
    return url_of(tenant.slug, "desk").removesuffix("desk/") + path


def _sections(tenant: Tenant, member: Membership) -> list[AtTheDesk]:
    """Return the handbook, and the sections of the floors above in which something falls due."""
    handbook = AtTheDesk(
        str(_("Handbook")),
        desk_page(tenant, "office-handbook"),
        revisions_due(tenant).count(),
        str(_("Articles of the handbook to be revised:")),
    )
    others = [
        AtTheDesk(
            str(one.label),
            desk_page(tenant, one.url_name),
            one.due(tenant),
            str(one.due_label),
        )
        for one in sections()
        if one.due and member.role in one.roles
    ]
    return [handbook, *others]
