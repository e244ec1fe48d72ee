"""What the visitor's page needs for a handoff and for nothing else: words, templates, a stylesheet.

Fetched by its script when a card asks for it, or when somebody comes from another line; so the page
itself costs no more than it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.pages.extras import Extra
from chat.pages.languages import TenantRequest
from chat.pages.public import answer
from referrals.models import Partnership
from tenants.hosts import url_of
from tenants.models import Tenant
from tenants.permissions import ANYBODY, lets_in

PASSING = Extra(("referral", "brought", "way"), script="referrals/js/visitor.js")


@dataclass(frozen=True)
class Home:
    """A line that visitors may have come from, and where its page is."""

    slug: str
    name: str
    url: str


@dataclass(frozen=True)
class Piece:
    """All that templates/referrals/piece.html shows."""

    slug: str
    homes: list[Home]


@require_safe
@gzip_page
@lets_in(ANYBODY)
def piece(request: TenantRequest) -> HttpResponse:
    """Show the piece in the visitor's language. The same for everybody."""
    return answer(request, "referrals/piece.html", piece_of)


def piece_of(tenant: Tenant, *, language: str, now: datetime) -> Piece:
    """Gather the piece. In the scope.

    Whoever comes too late to be let in is told here where their own line is: the address that they
    came with names it, and it is looked up, so that no address of somebody else's is ever followed.
    A pact that is over counts as well: it may have ended while they were on the way.
    """
    partners = Partnership.objects.filter(side=Partnership.Side.TAKES).values_list("partner")
    lines = Tenant.objects.filter(live=True, slug__in=partners).order_by("slug")
    homes = [Home(line.slug, line.name, url_of(line.slug, "visitor")) for line in lines]
    return Piece(tenant.slug, homes)
