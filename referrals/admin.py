"""Pacts between lines, for the platform's operators to look at.

The lines decide, each in its own administration (referrals/pages/administration/pacts.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from referrals.models import Partnership
from referrals.partnerships import all_pacts
from tenants.admin import LookOnly


@admin.register(Partnership)
class PartnershipAdmin(LookOnly):
    """One page for all pacts: rows of several lines are not one queryset."""

    actions = None
    # Proposed and decided, by acts that each write at both lines.
    adds = changes = removes = False

    def get_urls(self) -> list[URLPattern]:
        """Leave out the pages of one row: which line's it would be is nowhere said."""
        return [one for one in super().get_urls() if (one.name or "").endswith("_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        content = {
            **self.admin_site.each_context(request),
            "title": _("Pacts between lines"),
            "pacts": all_pacts(),
        }
        return TemplateResponse(request, "admin/referrals/partnerships.html", content)
