"""The vault in the office: a tenant's officers ask for addresses, and agree to the platform's."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.vault import views
from chat.pages.vault.desk import VaultDesk
from retention.vault import openings
from tenants.models import Membership
from tenants.stepping import stepped_up

SECTION = "office-vault"


@dataclass(frozen=True)
class OfficersDesk(VaultDesk):
    """An officer's place before their own tenant's vault."""

    request: TenantRequest
    member: Membership

    @property
    def url(self) -> str:
        return reverse(SECTION)

    def url_of(self, request_id: UUID) -> str:
        return reverse("office-opening", args=[request_id])

    def show(self, template: str, content: object, *, status: int = 200) -> HttpResponse:
        return show(self.request, self.member, template, content, section=SECTION, status=status)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
@stepped_up
def vault(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show what waits, and ask for an address."""
    return views.overview(request, _desk(request, member))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
@stepped_up
def opening(request: TenantRequest, member: Membership, request_id: UUID) -> HttpResponse:
    """Show one request, from asking to destroying."""
    return views.opening(request, _desk(request, member), request_id)


def _desk(request: TenantRequest, member: Membership) -> OfficersDesk:
    return OfficersDesk(
        tenant=request.tenant,
        actor=openings.opener(request.tenant, member.user),
        language=languages.desk_language(request, request.tenant),
        request=request,
        member=member,
    )
