"""The admin site of one tenant. Who is let in was settled before it (helpline/mounting.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.hosts import url_of
from tenants.models import Membership
from tenants.permissions import ADMINISTRATORS, lets_in

View = Callable[..., HttpResponse]


class TenantSite(admin.AdminSite):
    """Every page of it runs in the scope of ``request.tenant``, for ``request.membership``.

    Beside the pages over rows it has pages of another shape, which ``page`` adds.
    """

    site_title = _("Administration")
    index_title = _("Settings of this line")
    index_template = "administration/index.html"
    enable_nav_sidebar = False

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._pages: dict[str, tuple[str, View]] = {}

    def page(self, route: str, *, name: str) -> Callable[[View], View]:
        """Return what adds a view under ``route``, for ``reverse("admin:<name>")``."""

        def added(view: View) -> View:
            self._pages[name] = (route, lets_in(ADMINISTRATORS)(view))
            return view

        return added

    def show(self, request: HttpRequest, template: str, **said: Any) -> TemplateResponse:
        """Return the page that ``template`` makes of ``said``, with the menu around it."""
        return TemplateResponse(request, template, {**self.each_context(request), **said})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        added = [
            path(route, self.admin_view(view), name=name)
            for name, (route, view) in self._pages.items()
        ]
        return [*added, *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        member = getattr(request, "membership", None)
        return isinstance(member, Membership) and ADMINISTRATORS.has(member.role)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        tenant = request.tenant  # type: ignore[attr-defined]  # set where the site is mounted
        return {
            **super().each_context(request),
            "site_header": tenant.name,
            "site_url": url_of(tenant.slug, "visitor"),
            "desk_url": url_of(tenant.slug, "desk"),
            "menu": menu.sections(request),
            "tenant": tenant,
        }

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """An administrator knows no apps: the overview has everything."""
        return redirect("admin:index")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Nobody comes this far who has not signed in at the platform's own door."""
        return redirect("admin:index")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """One person, one password. The platform's page for it is its operators'; a link is anybody's."""
        return redirect("/forgotten/")

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Nothing is changed here, so nothing is done either."""
        return redirect("/forgotten/")


# Named as Django's own, so that its templates and links find their way inside the mount.
tenant_site = lets_in(ADMINISTRATORS)(TenantSite(name="admin"))
