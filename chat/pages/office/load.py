"""The shift as it stands now, for whoever leads it. Numbers, and no word of any talk."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chat.load import Load, shift_load
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from retention import clock
from tenants.models import Membership

SECTION = "office-load"


@require_safe
@office(SECTION)
def load(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the shift; the page asks for the part that changes again by itself."""
    return show(request, member, "chat/office/load.html", _load(request), section=SECTION)


@require_safe
@office(SECTION)
def load_now(request: TenantRequest, member: Membership) -> HttpResponse:
    """Answer with the part of the page that changes."""
    return render(request, "chat/office/_load.html", {"content": _load(request)})


def _load(request: TenantRequest) -> Load:
    language = languages.desk_language(request, request.tenant)
    return shift_load(request.tenant, language=language, now=clock.now())
