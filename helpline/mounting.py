"""``admin.<base>/t/<slug>/``: one tenant's administration, for its own administrators alone.

The tenant of a request is its host's everywhere else; here it is the path's, and only after the
membership was looked at. Behind the mount every link is made with the mount's prefix, so that no
page of one tenant leads to another's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, set_script_prefix

from helpline.middleware import opens_own_scopes
from tenants import staff
from tenants.languages import offer_whole
from tenants.models import Membership, Role, Tenant, User
from tenants.scope import tenant_scope

GetResponse = Callable[[HttpRequest], HttpResponse]

URLCONF = "helpline.urls_tenant"
_MOUNT = re.compile(r"(?P<prefix>/t/(?P<slug>[a-z0-9-]+)/)(?P<rest>.*)", re.ASCII)


class TenantMountMiddleware:
    """Let an administrator of the tenant in the path into its administration.

    Who is not signed in is asked to; for everybody else a tenant that is not theirs to look after
    is one that does not exist.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mounted = _MOUNT.fullmatch(request.path_info)
        if request.side != "admin" or mounted is None:  # type: ignore[attr-defined]  # set by HostMiddleware
            return self.get_response(request)
        if not isinstance(request.user, User):
            door = reverse("login", urlconf="helpline.urls")
            return HttpResponseRedirect(f"{door}?next={quote(request.path)}")
        tenant = Tenant.objects.filter(slug=mounted["slug"]).first()
        member = _administrator(tenant, request.user) if tenant else None
        if tenant is None or member is None:
            raise Http404
        request.tenant, request.membership = tenant, member  # type: ignore[attr-defined]  # read by the site
        request.urlconf, request.path_info = URLCONF, f"/{mounted['rest']}"
        set_script_prefix(mounted["prefix"])
        try:
            response = self._answer(request, tenant)
        finally:
            set_script_prefix("/")
        if request.method == "POST":
            _offer_languages(tenant)
        return response

    def _answer(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        if opens_own_scopes(request.path_info, URLCONF):
            return self.get_response(request)
        with tenant_scope(tenant):
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # It was answered as failed: half of it must not stand.
                transaction.set_rollback(True)
            return response


def _offer_languages(tenant: Tenant) -> None:
    """Let visitors have a language whose last text may just have been written."""
    now_there = Tenant.objects.filter(pk=tenant.pk, left_on__isnull=True).first()
    if now_there is not None:  # else it has left by this very request, and there are no texts
        with tenant_scope(now_there):
            offer_whole(now_there)


def _administrator(tenant: Tenant, user: User) -> Membership | None:
    with tenant_scope(tenant):
        member = staff.active_membership(user)
    return member if member and member.role == Role.ADMINISTRATOR else None
