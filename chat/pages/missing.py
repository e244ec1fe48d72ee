"""The page for an address at a line's host where nothing is: it can be left like any other.  Rule: D12."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse

from chat.pages import languages
from chat.pages.languages import LanguageLink, TenantRequest
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.theme import theme_url
from tenants.models import Tenant


@dataclass(frozen=True)
class MissingPage:
    """All that templates/chat/missing.html shows."""

    title: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str


def missing(request: TenantRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, and where the others are."""
    response = answer(request, "chat/missing.html", missing_page)
    response.status_code = 404
    return response


def missing_page(tenant: Tenant, *, language: str, now: datetime) -> MissingPage:
    """Gather the page in ``language``."""
    return MissingPage(
        title=tenant.neutral_title,
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
    )
