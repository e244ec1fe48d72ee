"""What should be gone and is still there. The goal is nothing, and whoever looks must see it fail.

Unreadable it is all the same: row security and the keys end a thing at its moment (ADR 0006).
Overdue is what nobody has come to take away since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from retention.kinds import Kind, registered
from tenants.models import Tenant
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

# The purge comes by each minute; what it has passed over so often is late.
LATE = timedelta(minutes=5)
# More than that is counted as that: an alarm does not grow with the number.
_AS_FAR_AS = 1_000


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many things of one kind should be gone (counted as far as 1,000), the first since when."""

    kind: str
    count: int
    since: datetime


def overdue(tenant: Tenant, *, now: datetime, late: timedelta = timedelta(0)) -> list[Overdue]:
    """Return what of ``tenant``'s was due ``late`` before ``now`` and is still there, by kind.

    Looks as the purge role: what is held is not due. One query a kind, in a scope of its own or
    the open one.
    """
    with tenant_scope(tenant), database_role(PURGE):
        found = [_overdue(kind, before=now - late) for kind in registered()]
    return [one for one in found if one]


def _overdue(kind: Kind, *, before: datetime) -> Overdue | None:
    since = [_since(kind, item.since) for item in kind.due(_AS_FAR_AS)]
    late = [moment for moment in since if moment <= before]
    return Overdue(kind.name, len(late), min(late)) if late else None


def _since(kind: Kind, told: datetime | None) -> datetime:
    assert told is not None, f"{kind.name} does not say since when a thing is due"
    return told
