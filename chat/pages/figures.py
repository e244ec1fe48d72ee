"""Lines of the proof about what only people can open, in the active translation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from retention import clock
from retention.proof import FEW, Figure
from retention.vault.openings import openings_of_year
from tenants.models import Policy, Tenant
from tenants.policies import current_policy


def addresses_opened(tenant: Tenant, language: str) -> Figure | None:
    """Return how many addresses two people have opened this year; nothing where none is kept.

    Fewer than five are not told.  Rule: D7, D10.
    """
    if current_policy(tenant).address != Policy.Address.VAULT:
        return None
    count = openings_of_year(tenant, clock.now().year)
    text = str(count) if count >= FEW else _("Fewer than five, or none")
    return Figure(_("Addresses opened by two people this year"), text)
