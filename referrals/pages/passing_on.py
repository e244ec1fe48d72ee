"""Passing on at the desk: a panel with this line's partners, and who comes from other lines.

The panel's script lays the card by the desk's own socket, and takes it back there; what it fetches
here are the partners as they stand now, and those who wait, with the door to send them back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chat.pace import outlook
from chat.pages import languages
from chat.pages.languages import TenantRequest, in_language
from chat.panels import Panel
from chat.queue import said_of
from referrals.differing import who_answers
from referrals.handoffs import send_back
from referrals.incoming import takes
from referrals.models import Incoming, Outgoing, Partnership
from referrals.partnerships import in_force
from referrals.states import HandoffState
from retention import clock
from tenants import staff
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.fitness import ANSWERING
from tenants.hours import standing
from tenants.models import Membership, Tenant
from tenants.permissions import ANSWERERS, lets_in
from tenants.scope import tenant_scope

Side = Partnership.Side
SOON_SECONDS, LONG_SECONDS = 120, 3600

View = Callable[..., HttpResponse]


def passes_on(tenant: Tenant, member: Membership) -> bool:
    """Return whether a member has anything to do with other lines. In the scope.

    After the end of a pact as well, for as long as anybody is under way by it.
    """
    if member.role not in ANSWERING:
        return False
    now = clock.now()
    pacts = [*in_force(tenant, Side.GIVES, now=now), *in_force(tenant, Side.TAKES, now=now)]
    return bool(pacts) or Incoming.objects.exists() or Outgoing.objects.exists()


PASS_ON = Panel(
    name="pass-on",
    label=_("Pass on"),
    template="referrals/panels/pass_on.html",
    script="referrals/js/desk.js",
    key="V",
    shown=passes_on,
)


@dataclass(frozen=True)
class PartnerChoice:
    """One line that a visitor may be passed on to, as it stands now."""

    slug: str
    name: str
    is_open: bool
    is_live: bool
    standing: str
    criteria: str
    who: list[str]


@dataclass(frozen=True)
class Comer:
    """Somebody whom a partner has sent: on the way, or waiting here."""

    conversation: UUID
    name: str
    waits: bool


@dataclass(frozen=True)
class StandingPage:
    """All that templates/referrals/panels/_standing.html shows; ``said`` is what was just done."""

    partners: list[PartnerChoice]
    incoming: list[Comer]
    said: str = ""


def for_answering(view: View) -> View:
    """Let in those who answer at this line. The view opens its own scopes: it asks other lines."""

    @lets_in(ANSWERERS)
    @functools.wraps(view)
    def let_in(request: TenantRequest, **named: UUID) -> HttpResponse:
        tenant = request.tenant
        with tenant_scope(tenant):
            member = staff.current_membership(request)
            language = languages.desk_language(request, tenant)
        if member is None or not ANSWERERS.has(member.role):
            return HttpResponse(status=403)
        with translation.override(language):
            return view(request, member, **named)

    let_in.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware
    return let_in


@require_safe
@for_answering
def handoffs(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the partners and those who come from other lines, as they stand now."""
    return _shown(request)


@require_POST
@for_answering
def send_them_back(request: TenantRequest, member: Membership, conversation: UUID) -> HttpResponse:
    """Send somebody back whom nobody here has taken."""
    try:
        reason = request.POST.get("reason", "")
        send_back(request.tenant, member, conversation, reason=reason)
    except Invalid:
        return HttpResponse(status=400)
    except (NotFound, NotAllowed):
        return _shown(request, said="gone")
    return _shown(request, said="back")


def _shown(request: TenantRequest, *, said: str = "") -> HttpResponse:
    language = translation.get_language()
    page = standing_page(request.tenant, language=language, said=said)
    return render(request, "referrals/panels/_standing.html", {"page": page})


def standing_page(tenant: Tenant, *, language: str, said: str = "") -> StandingPage:
    """Gather what the panel shows in ``language``, the active translation. Opens its own scopes."""
    now = clock.now()
    with tenant_scope(tenant):
        pacts = in_force(tenant, Side.GIVES, now=now)
        under_way = [HandoffState.EXPECTED, HandoffState.THERE]
        rows = list(Incoming.objects.filter(state__in=under_way).order_by("until"))
    slugs = {pact.partner for pact in pacts} | {row.partner for row in rows}
    lines = {line.slug: line for line in Tenant.objects.filter(slug__in=slugs)}
    return StandingPage(
        partners=[_choice(pact, lines[pact.partner], language, now) for pact in pacts],
        incoming=[
            Comer(row.conversation, lines[row.partner].name, row.state == HandoffState.THERE)
            for row in rows
        ],
        said=said,
    )


def _choice(pact: Partnership, line: Tenant, language: str, now: datetime) -> PartnerChoice:
    with tenant_scope(line):
        is_open = standing(line, now=now).open
        return PartnerChoice(
            slug=line.slug,
            name=line.name,
            is_open=is_open,
            is_live=takes(line, pact.pact, now=now),
            standing=standing_in_words(is_open, said_of(outlook(line, now=now), 1)),
            criteria=in_language(pact.criteria, language),
            who=who_answers(line, language=language),
        )


def standing_in_words(is_open: bool, seconds: int | None) -> str:
    """Return whether a line is open, and how long it takes there until somebody answers."""
    if not is_open:
        return gettext("Closed now.")
    return f"{gettext('Open now.')} {_wait_in_words(seconds)}"


def _wait_in_words(seconds: int | None) -> str:
    if seconds is None:
        return gettext("Nobody there is ready right now, so nobody can say how long it takes.")
    if seconds < SOON_SECONDS:
        return gettext("Somebody there will probably answer in less than two minutes.")
    if seconds > LONG_SECONDS:
        return gettext("It may take more than an hour until somebody there answers.")
    text = gettext("Somebody there will probably answer in about {minutes} minutes.")
    return text.format(minutes=round(seconds / 60))
