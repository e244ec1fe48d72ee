"""A tenant's colours as a stylesheet of custom properties; never CSS of the tenant's own."""

from __future__ import annotations

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_safe

from chat.pages.languages import TenantRequest
from tenants.models import Tenant
from tenants.permissions import ANYBODY, lets_in

PROPERTIES = {
    "accent": "--tenant-accent",
    "accent_text": "--tenant-accent-text",
    "surface": "--tenant-surface",
    "text": "--tenant-text",
    "bubble": "--tenant-bubble",
    "bubble_text": "--tenant-bubble-text",
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_A_YEAR = "public, max-age=31536000, immutable"


def stylesheet_of(tenant: Tenant) -> str:
    """Return the custom properties that ``tenant.theme`` sets; what is no colour is left out."""
    chosen = [
        f"{prop}:{colour.lower()};"
        for name, prop in PROPERTIES.items()
        if _COLOUR.fullmatch(colour := str(tenant.theme.get(name, "")))
    ]
    return f":root{{{''.join(chosen)}}}\n"


def version_of(tenant: Tenant) -> str:
    return hashlib.sha256(stylesheet_of(tenant).encode()).hexdigest()[:12]


def icon_of(tenant: Tenant) -> str:
    """Return the file of the icon that stands in a browser's tabs, for ``{% static %}``."""
    return f"icons/{tenant.neutral_icon}.svg"


def theme_url(tenant: Tenant) -> str:
    """Return the stylesheet's address, which changes when the colours do."""
    return f"/theme.css?v={version_of(tenant)}"


def _etag(request: HttpRequest) -> str:
    return f'"{version_of(request.tenant)}"'  # type: ignore[attr-defined]  # set by the middleware


@require_safe
@etag(_etag)
@lets_in(ANYBODY)
def theme(request: TenantRequest) -> HttpResponse:
    """Serve the tenant's stylesheet; for a year when the address names this very version."""
    response = HttpResponse(stylesheet_of(request.tenant), content_type="text/css; charset=utf-8")
    is_this = request.GET.get("v") == version_of(request.tenant)
    response.headers["Cache-Control"] = _A_YEAR if is_this else "no-cache"
    return response
