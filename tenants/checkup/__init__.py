"""What is wrong with a line as its rows stand, before any visitor meets it.

Each check is a plain function of a tenant. Those of this floor are in ``CHECKS``; floors above add
theirs by ``register`` (``referrals`` asks after partners). Nothing is run and nothing written: what
shows only when a talk is had is found by the dry run (``chat/dryrun``), which asks these first.
"""

from __future__ import annotations

from tenants.checkup.contacts import emergency_numbers, notice_telephones, telephones
from tenants.checkup.finding import Check, Finding, Severity
from tenants.checkup.hours import holidays_open, never_open
from tenants.checkup.identity import embedding, looks, time_zone
from tenants.checkup.policy import addresses, coming_versions, contradictions, hold_keepers, sources
from tenants.checkup.staff import answering, planned
from tenants.checkup.texts import languages, said_lengths
from tenants.models import Tenant

__all__ = ["CHECKS", "Check", "Finding", "Severity", "check_up", "register"]

CHECKS: list[Check] = [
    time_zone,
    languages,
    never_open,
    holidays_open,
    answering,
    planned,
    contradictions,
    addresses,
    said_lengths,
    sources,
    coming_versions,
    hold_keepers,
    emergency_numbers,
    telephones,
    notice_telephones,
    embedding,
    looks,
]


def register(check: Check) -> None:
    """Ask ``check`` too, once."""
    if check not in CHECKS:
        CHECKS.append(check)


def check_up(tenant: Tenant) -> list[Finding]:
    """Return what is wrong with ``tenant``'s rows, what blocks first. Outside or in its scope."""
    found = [finding for check in CHECKS for finding in check(tenant)]
    return sorted(found, key=lambda one: one.severity is not Severity.BLOCKS)
