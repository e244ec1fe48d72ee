"""What retention needs to know of proposals that nobody has confirmed in time, and how they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from retention.kinds import Due, Kind
from tenants.models import Proposal
from tenants.proposals import CONFIRMED_WITHIN

_DUE = "SELECT id, expires_at FROM tenants_proposal ORDER BY expires_at LIMIT %s"
_FORGET = "DELETE FROM tenants_proposal WHERE id = ANY (%s)"


def due_proposals(limit: int) -> Sequence[Due]:
    """Return proposals whose day is over, oldest first. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [Due(proposal, (), "ours", since) for proposal, since in cursor.fetchall()]


def forget_proposals(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[item.id for item in items]])
        return int(cursor.rowcount)


def oldest_proposal() -> datetime | None:
    """Return when the oldest proposal that stands was made."""
    ends = Proposal.objects.order_by("expires_at").values_list("expires_at", flat=True).first()
    return ends - CONFIRMED_WITHIN if ends else None


PROPOSAL = Kind(
    name="proposal",
    covers=(Proposal,),
    due=due_proposals,
    forget=forget_proposals,
    oldest=oldest_proposal,
)
