"""The admin site of one tenant. Who is let in was settled before it (helpline/mounting.py)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from tenants.hosts import url_of
from tenants.models import Membership


class TenantSite(admin.AdminSite):
    """Every page of it runs in the scope of ``request.tenant``, for ``request.membership``."""

    site_title = _("Administration")
    index_title = _("Settings of this line")
    index_template = "administration/index.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(getattr(request, "membership", None), Membership)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        tenant = request.tenant  # type: ignore[attr-defined]  # set where the site is mounted
        return {
            **super().each_context(request),
            "site_header": tenant.name,
            "site_url": url_of(tenant.slug, "visitor"),
            "tenant": tenant,
        }

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Signing in is the platform's; nobody comes this far without."""
        return redirect("/login/")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """One person, one password: it is changed in one place."""
        return redirect("/password_change/")


# Named as Django's own, so that its templates and links find their way inside the mount.
tenant_site = TenantSite(name="admin")
