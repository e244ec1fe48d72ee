"""Whether the partners whom a line names take its visitors.  Rule: B3, B4, S10"""

from __future__ import annotations

from django.utils.translation import gettext as _

from referrals.models import Partnership
from referrals.partnerships import pact_with
from retention import clock
from tenants.checkup import Finding, Severity
from tenants.models import Partner, Tenant
from tenants.scope import tenant_scope

Side, State = Partnership.Side, Partnership.State


def partners(tenant: Tenant) -> list[Finding]:
    """Each partner is a line that is there; one to whom talks are passed on has agreed to take them."""
    lines = {line.slug: line for line in Tenant.objects.all()}
    now, found = clock.now(), []
    with tenant_scope(tenant):
        for partner in Partner.objects.order_by("slug"):
            why = _missing(lines.get(partner.slug))
            # Who is only shown the way needs nobody's leave.
            if not why and partner.mode == Partner.Mode.LIVE:
                has_pact = pact_with(tenant, partner.slug, now=now) is not None
                why = "" if has_pact else _not_agreed(partner.slug)
            if why:
                words = _("Visitors are told of the partner %(partner)s, and %(why)s.")
                said = words % {"partner": partner.slug, "why": why}
                found.append(Finding("partner", Severity.BLOCKS, said, partner.rule, "partners"))
    return found


def _missing(line: Tenant | None) -> str:
    if line is None:
        return _("there is no such line")
    return "" if line.live else _("that line is not live")


def _not_agreed(slug: str) -> str:
    """Return how the last pact with a partner stands, where none holds. In the scope."""
    pacts = Partnership.objects.filter(side=Side.GIVES, partner=slug)
    pact = pacts.order_by("-proposed_on", "-decided_on").first()
    if pact is None:
        return _("nobody has asked them to take any")
    return {
        State.PROPOSED: _("they have not answered yet"),
        State.DECLINED: _("they have declined to take any"),
        State.REVOKED: _("the agreement was ended"),
        State.ACCEPTED: _("the agreement has run out"),
    }[State(pact.state)]
