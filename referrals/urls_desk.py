"""What passing on adds to a tenant's desk host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.pages import office_services as office
from referrals.pages.office_partners import partners
from referrals.pages.panel import found
from referrals.pages.passing_on import handoffs, send_them_back

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/handoffs/", handoffs, name="handoffs"),
    path("desk/handoffs/<uuid:conversation>/send-back/", send_them_back, name="handoff-send-back"),
    path("desk/directory/", found, name="directory-found"),
    path("desk/office/partners/", partners, name="office-partners"),
    path("desk/office/services/", office.services_list, name="office-services"),
    path("desk/office/services/new/", office.new_service, name="office-service-new"),
    path("desk/office/services/<uuid:service_id>/", office.service, name="office-service"),
    path(
        "desk/office/services/<uuid:service_id>/checked/",
        office.checked,
        name="office-service-checked",
    ),
    path("desk/office/services/<uuid:service_id>/hide/", office.hide, name="office-service-hide"),
    path("desk/office/services/<uuid:service_id>/show/", office.unhide, name="office-service-show"),
]
