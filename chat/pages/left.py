"""The front page of a line that has left: it is closed for good, others answer, here is the proof."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.alternatives import other_lines
from chat.pages import languages
from chat.pages.contacts import ContactLine, contact_lines
from chat.pages.helplines import HelplineLine, Number, danger_numbers, helpline_lines
from chat.pages.languages import LanguageLink, TenantRequest, date_in_words
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.theme import icon_of, theme_url
from tenants.models import Contact, Departure, Tenant
from tenants.permissions import ANYBODY, lets_in
from tenants.scope import tenant_scope


@dataclass(frozen=True)
class LeftPage:
    """All that templates/chat/left.html shows."""

    title: str
    icon: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    left_on: str
    danger: list[Number]
    emergency: list[ContactLine]
    phones: list[ContactLine]
    lines_open: list[HelplineLine]


@require_safe
@gzip_page
@lets_in(ANYBODY)
def left(request: TenantRequest) -> HttpResponse:
    """Say that the line is closed, and where else to turn."""
    return answer(request, "chat/left.html", left_page)


left.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


@require_safe
@lets_in(ANYBODY)
def departure_file(request: TenantRequest) -> HttpResponse:
    """Give the proof that the line has left, as a file (docs/ledger.md)."""
    found = Departure.objects.first()
    if found is None:
        raise Http404
    text = json.dumps(found.said, ensure_ascii=False, indent=1) + "\n"
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="departure.json"'
    return response


def left_page(tenant: Tenant, *, language: str, now: datetime) -> LeftPage:
    """Gather the page in ``language``. Opens its own scopes: other lines are asked."""
    others = helpline_lines(other_lines(tenant, now=now), language=language, now=now)
    with tenant_scope(tenant):
        contacts = contact_lines(language)
    return LeftPage(
        title=tenant.neutral_title,
        icon=icon_of(tenant),
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        left_on=date_in_words(tenant.left_on, language) if tenant.left_on else "",
        danger=danger_numbers(tenant),
        emergency=[line for line in contacts if line.kind == Contact.Kind.EMERGENCY],
        # Its own telephone is nobody's any more.
        phones=[],
        lines_open=[line for line in others if line.is_open],
    )


def said_of(tenant: Tenant) -> dict[str, Any] | None:
    """Return what the proof of a line that has left says; None for every other. In the scope."""
    found = Departure.objects.first() if tenant.left_on else None
    said: dict[str, Any] | None = found.said if found else None
    return said
