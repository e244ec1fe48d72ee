"""Who did what, for a tenant's administrators: the same trail as in the office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chat.pages.office.trail import choices_of, page_number, page_url, row_of
from tenants import audit
from tenants.administration import menu
from tenants.administration.rows import tenant_of
from tenants.administration.site import tenant_site


@tenant_site.page("trail/", name="trail")
def trail(request: HttpRequest) -> HttpResponse:
    """Show one page of the trail, the newest first, with what was set and to what."""
    tenant, language = tenant_of(request), get_language() or "en"
    action, page = request.GET.get("action", ""), page_number(request)
    found = audit.read_trail(tenant, action=action, page=page)
    return tenant_site.show(
        request,
        "administration/trail.html",
        title=gettext("Who did what"),
        rows=[row_of(tenant, *each, language=language) for each in found.entries],
        actions=choices_of(tenant, action),
        newer=page_url(action, page - 1) if page > 1 else "",
        older=page_url(action, page + 1) if found.more else "",
    )


menu.add(
    menu.Group.TRAIL,
    _("The trail"),
    "admin:trail",
    place=10,
    hint=_("Who set what, from what and to what. The hour, and never a talk."),
)
