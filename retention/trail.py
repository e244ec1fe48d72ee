"""What retention needs to know of the audit trail: entries whose life is over, and how they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from retention.kinds import Due, Kind
from tenants.models import AuditEntry

_DUE = """
SELECT id, expiry_rule, expires_at FROM tenants_auditentry ORDER BY expires_at LIMIT %s
"""
_FORGET = "DELETE FROM tenants_auditentry WHERE id = ANY (%s)"


def due_entries(limit: int) -> Sequence[Due]:
    """Return entries whose life is over, oldest first. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [Due(UUID(int=row[0]), (), row[1], row[2]) for row in cursor.fetchall()]


def forget_entries(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[item.id.int for item in items]])
        return int(cursor.rowcount)


def oldest_entry() -> datetime | None:
    """Return the hour of the oldest entry that is still kept."""
    return AuditEntry.objects.order_by("at_hour").values_list("at_hour", flat=True).first()


def held_entries(limit: int) -> int:
    return AuditEntry.objects.all()[:limit].count()


AUDIT = Kind(
    name="audit",
    covers=(AuditEntry,),
    due=due_entries,
    forget=forget_entries,
    oldest=oldest_entry,
    held=held_entries,
)
