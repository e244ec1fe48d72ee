"""The directory beside a talk: found while one types, and shown to the visitor by one press.  Rule: S10"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chat.pages import languages
from chat.pages.handbook import of_the_desk
from chat.pages.languages import TenantRequest
from chat.panels import Panel
from referrals.directory.finding import Asked, find_services, weakened
from referrals.directory.services import shown_services
from referrals.pages.lines import ServiceLine, service_line
from retention import clock
from tenants.models import Membership, Tenant

# What a list beside a talk may hold; more than that is found by its words.
MOST = 60


def has_services(tenant: Tenant, member: Membership) -> bool:
    """Return whether there is anything to show the way to. In the scope."""
    return shown_services().exists()


PANEL = Panel(
    name="directory",
    label=_("Other services"),
    template="referrals/panels/directory.html",
    script="referrals/js/directory.js",
    key="S",
    shown=has_services,
    style="referrals/css/panel.css",
)


@dataclass(frozen=True)
class FoundPage:
    """All that templates/referrals/panels/_found.html shows; ``language`` is the page's own."""

    typed: str
    has_all: bool
    services: list[ServiceLine]
    language: str


@require_http_methods(["GET", "HEAD", "POST"])
@of_the_desk
def found(request: TenantRequest) -> HttpResponse:
    """Show which services have the words ``q`` of the form, open ones and numbers first.

    As with the handbook, words in an address would tell of the talk.
    """
    typed = request.POST.get("q", "").replace("\0", "").strip()
    tenant, now = request.tenant, clock.now()
    language = languages.desk_language(request, tenant)
    asked = Asked(words=typed)
    services = find_services(tenant, asked, now=now)
    has_all = bool(services)
    weaker = None if services else weakened(asked)
    if weaker:
        services = find_services(tenant, weaker, now=now, any_word=True)
    services.sort(key=lambda one: one.place)
    lines = [service_line(one, tenant, language=language, now=now) for one in services[:MOST]]
    page = FoundPage(typed, has_all, lines, language)
    return render(request, "referrals/panels/_found.html", {"page": page})
