"""The page for a form that did not come from a page of ours, or from one that is too old."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from chat.pages import languages
from chat.pages.theme import theme_url
from tenants.models import Tenant


@dataclass(frozen=True)
class RefusedPage:
    """All that templates/chat/refused.html shows. On the platform's own host there is no theme."""

    title: str
    language: str
    theme_url: str


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that nothing was sent, and how to go on; ``reason`` is for developers alone."""
    tenant: Tenant | None = getattr(request, "tenant", None)
    if tenant is None:
        language = translation.get_language_from_request(request)
    else:
        language = languages.desk_language(request, tenant)
    with translation.override(language):
        page = RefusedPage(
            title=tenant.name if tenant else _("Nothing was sent"),
            language=language,
            theme_url=theme_url(tenant) if tenant else "",
        )
        return render(request, "chat/refused.html", {"page": page}, status=403)
