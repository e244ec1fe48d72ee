"""Where "leave" leads: something that anybody may have been looking at.  Rule: D12."""

from __future__ import annotations

from tenants.models import Tenant

_NEUTRAL_PLACES = {"NO": "https://www.yr.no/", "SE": "https://www.smhi.se/"}


def leave_url(tenant: Tenant) -> str:
    return _NEUTRAL_PLACES[tenant.country]
