"""The proof: each promise, what keeps it, what is held, what is overdue, and the ledger.

Everything here is public and kept by caches for five minutes; nothing tells of fewer than five
things, and no time is finer than the day.  Rule: D5, D7, T9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.enforcing import Enforced, enforced, kind_in_words
from chat.pages.languages import LanguageLink, TenantRequest, date_in_words
from chat.pages.leaving import leave_url
from chat.pages.left import said_of
from chat.pages.public import answer
from chat.pages.theme import icon_of, theme_url
from retention import ledger
from retention import proof as proving
from retention.overdue import LATE, Overdue, overdue
from retention.proof import FEW, Figure, Held
from tenants import policies, promises
from tenants.models import Policy, Tenant
from tenants.permissions import ANYBODY, lets_in
from tenants.promises import Promise

_FIVE_MINUTES = "public, max-age=300"


@dataclass(frozen=True)
class ProofLine:
    """One kind of what is held or overdue, and what is told of it."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True)
class ProofPage:
    """All that templates/chat/proof.html shows."""

    title: str
    icon: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    version: int
    promises: list[Enforced]
    held: list[ProofLine]
    overdue: list[ProofLine]
    last_told: str
    figures: list[Figure]
    sealed_on: str
    digest: str
    # What is said of a line that has left: when, and the seal of its last entry.
    left_on: str = ""
    left_entry: str = ""


@require_safe
@gzip_page
@lets_in(ANYBODY)
def proof(request: TenantRequest) -> HttpResponse:
    """Show the proof as it stands now."""
    response = answer(request, "chat/proof.html", proof_page)
    response.headers["Cache-Control"] = _FIVE_MINUTES
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
@lets_in(ANYBODY)
def ledger_file(request: TenantRequest) -> HttpResponse:
    """Give the published ledger as a file (docs/ledger.md)."""
    text = "".join(ledger.published(request.tenant))
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="ledger.json"'
    response.headers["Cache-Control"] = _FIVE_MINUTES
    return response


def proof_page(tenant: Tenant, *, language: str, now: datetime) -> ProofPage:
    """Gather the page in ``language``, which is also the active translation."""
    policy = policies.current_policy(tenant)
    said = promises.all_sentences(tenant, policy, language=language)
    gone = said_of(tenant)
    latest, told = ledger.latest_day(), proving.last_day_told()
    return ProofPage(
        title=tenant.neutral_title,
        icon=icon_of(tenant),
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        version=policy.version,
        promises=[enforced(promise, variant=_variant(promise, policy)) for promise in said],
        held=[_held(one) for one in proving.held(now=now)],
        overdue=[_overdue(one, language) for one in overdue(tenant, now=now, late=LATE)],
        last_told=date_in_words(told, language) if told else "",
        figures=proving.figures_of(tenant, language),
        sealed_on=date_in_words(latest.on, language) if latest else "",
        digest=bytes(latest.digest).hex() if latest else "",
        left_on=date_in_words(tenant.left_on, language) if tenant.left_on else "",
        left_entry=gone["entry"]["hash"] if gone else "",
    )


def _variant(promise: Promise, policy: Policy) -> str:
    """Return which of the ways in which a promise of this kind can be kept is this policy's."""
    if promise.kind == "address" and policy.address == Policy.Address.VAULT:
        return "vault"
    return "read" if promise.kind == "colleague" and policy.colleague_may_read else ""


def _held(one: Held) -> ProofLine:
    days = one.younger_than_days
    if days is None:
        text = _("Fewer than five, or none")
    elif days == 1:
        text = _("The oldest is less than a day old")
    else:
        text = _("The oldest is less than %(days)s days old") % {"days": days}
    return ProofLine(one.kind, kind_in_words(one.kind), text)


def _overdue(one: Overdue, language: str) -> ProofLine:
    if one.count < FEW:
        # Since when would be the day on which somebody talked.
        text = _("Fewer than five")
    else:
        text = _("At least %(count)s, since %(day)s") % {
            "count": one.count,
            "day": date_in_words(one.since.date(), language),
        }
    return ProofLine(one.kind, kind_in_words(one.kind), text)
