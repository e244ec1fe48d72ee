"""The directory as a list to search in: what is shown, and when it was last checked.  Rule: S10

It is written at the desk (referrals/pages/office_services.py), which each row leads to.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from chat.pages.administration.handbook import desk_page
from chat.pages.languages import active_language, date_in_words
from referrals.directory.checks import checks_due
from referrals.directory.services import name_of
from referrals.models import Service
from referrals.pages.wording import STATUSES
from tenants.administration import menu
from tenants.administration.rows import TenantAdmin, tenant_of
from tenants.administration.site import tenant_site
from tenants.models import Tenant

menu.add(
    menu.Group.PARTNERS,
    _("Directory"),
    "admin:referrals_service_changelist",
    place=20,
    hint=_("Others to whom visitors may turn, and when each was last checked. Rule S10"),
)


class DueFilter(admin.SimpleListFilter):
    """What is to be checked, by the same rule as the reminder."""

    title = _("Checked")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("To be checked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=checks_due(tenant_of(request)).order_by().values("pk"))


@admin.register(Service, site=tenant_site)
class ServiceAdmin(TenantAdmin):
    """To look at; a row leads to the desk, where it is written."""

    adds = changes = removes = False
    actions = None
    list_display = ("named", "organization", "status_in_words", "checked")
    list_display_links = None
    list_filter = (DueFilter,)
    list_select_related = ("tenant",)
    list_per_page = 50
    # Names and words stand in several languages: ``get_search_results`` looks in all of them.
    search_fields = ("organization",)
    ordering = (F("assured_date").asc(nulls_first=True), "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        texts = queryset.annotate(
            names=Cast("name", CharField()), others=Cast("alternate_name", CharField())
        )
        for word in search_term.split():
            found = Q(organization__icontains=word) | Q(names__icontains=word)
            texts = texts.filter(found | Q(others__icontains=word))
        return texts, False

    @admin.display(description=_("Name"))
    def named(self, service: Service) -> str:
        tenant: Tenant = service.tenant
        url = desk_page(tenant, "office-service", service.pk)
        return format_html(
            '<a href="{}">{}</a>', url, name_of(service, active_language(tenant), tenant)
        )

    @admin.display(description=_("Shown"), ordering="status")
    def status_in_words(self, service: Service) -> str:
        return str(STATUSES.get(service.status, service.status))

    @admin.display(description=_("Checked on"), ordering="assured_date")
    def checked(self, service: Service) -> str:
        if service.assured_date is None:
            return str(_("Never"))
        return date_in_words(service.assured_date, active_language(service.tenant))
