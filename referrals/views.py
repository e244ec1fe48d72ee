"""The doors of a handoff at the visitors' host: arriving at the partner, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chat.views import Fields, answering, body_of, opened_as_json
from referrals.handoffs import arrive as arrive_by
from referrals.handoffs import come_back
from tenants.errors import Invalid
from tenants.models import Tenant
from tenants.permissions import VISITORS, lets_in

_TOKEN: Fields = {"token": str, "tab": str}


@csrf_exempt  # there is no cookie here that a foreign page could misuse
@require_POST
@answering
@lets_in(VISITORS)
def arrive(request: HttpRequest) -> JsonResponse:
    """Begin the talk of somebody whom a partner has passed on.  Rule: B3"""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    token, tab = _said(request)
    # What the outermost door has left of the address (helpline/address.py).
    scope: dict[str, Any] = getattr(request, "scope", {})
    arrived = arrive_by(tenant, token, tab=tab, sealed=scope.get("helpline.sealed"))
    come_from = {"from": {"name": arrived.name}, "return_url": arrived.return_url}
    return opened_as_json(arrived.opened, arrived.code, **come_from)


arrive.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


@csrf_exempt  # as above
@require_POST
@answering
@lets_in(VISITORS)
def come_home(request: HttpRequest) -> JsonResponse:
    """Give somebody back the talk that they have come from. A code that they have is still good."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    token, tab = _said(request)
    return opened_as_json(come_back(tenant, token, tab=tab), None)


come_home.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


def _said(request: HttpRequest) -> tuple[str, UUID | None]:
    """Return the token, and the name of the page where it has one. Raises Invalid."""
    said = body_of(request, _TOKEN)
    if "token" not in said:
        raise Invalid("the body has `token`")
    try:
        return said["token"], UUID(said["tab"]) if "tab" in said else None
    except ValueError:
        raise Invalid("`tab` is a UUID") from None
