"""The banner that tells a tenant's officers and administrators that a promise is not kept in time."""

from __future__ import annotations

from retention import clock, watchdog
from retention.watchdog import Standing
from tenants.models import Membership, Role, Tenant

TOLD = frozenset({Role.OFFICER, Role.ADMINISTRATOR})


def alarm_for(tenant: Tenant, member: Membership) -> Standing | None:
    """Return how promises stand if ``member`` has to know, None while all is well. In the scope."""
    if member.role not in TOLD:
        return None
    found = watchdog.standing(tenant, now=clock.now())
    return None if found.ok else found
