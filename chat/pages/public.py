"""What the pages of a line have in common that anybody may read."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from chat.pages import languages
from chat.pages.languages import TenantRequest
from retention import clock
from tenants.models import Tenant


class PageOf(Protocol):
    """Gathers what a template shows, in ``language``, which is also the active translation."""

    def __call__(self, tenant: Tenant, *, language: str, now: datetime) -> object: ...


def answer(request: TenantRequest, template: str, page_of: PageOf) -> HttpResponse:
    """Show a page as it stands now, in the visitor's language, and say which that is."""
    language = languages.visitor_language(request, request.tenant)
    with translation.override(language):
        page = page_of(request.tenant, language=language, now=clock.now())
        response = render(request, template, {"page": page})
    response.headers["Content-Language"] = language
    return response
