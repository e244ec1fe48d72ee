"""What ``retention`` needs to know about handoffs: which are over, and how they are forgotten.

A row is over an hour after its handoff is settled. What was sealed for a visitor who did not come
dies with its key a minute after they were told the way, whether or not any job runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from referrals.models import Incoming, Outgoing
from retention.kinds import Due, Kind

KEPT = timedelta(hours=1)
# No talk is longer than twelve hours, and no handoff outlives both of its talks.
LONGEST = timedelta(hours=25)

_DUE = """
SELECT id, {sealed}, least(expires_at, over_at) FROM {table}
ORDER BY least(expires_at, over_at) LIMIT %s
"""
_SEALED = "CASE WHEN segment IS NULL THEN '{}' ELSE ARRAY[segment] END"
_NOTHING = "'{}'::uuid[]"


def _due_of(table: str, sealed: str, limit: int) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE.replace("{table}", table).replace("{sealed}", sealed), [limit])
        rows: list[tuple[UUID, list[UUID], datetime]] = cursor.fetchall()
    return [Due(row, tuple(segments), "ours", since) for row, segments, since in rows]


def _forget(table: str, items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        ids = [item.id for item in items]
        cursor.execute(f"DELETE FROM {table} WHERE id = ANY (%s)", [ids])  # noqa: S608  # names of ours
        return int(cursor.rowcount)


def _oldest(model: type[Outgoing | Incoming]) -> datetime | None:
    """Return when the oldest was agreed on: a minute before the last moment to come."""
    return model.objects.order_by("until").values_list("until", flat=True).first()


def living_segments(after: UUID | None, limit: int) -> Sequence[UUID]:
    rows = Incoming.objects.filter(segment__gt=after or UUID(int=0)).order_by("segment")
    return [segment for segment in rows.values_list("segment", flat=True)[:limit] if segment]


def empty(segments: Collection[UUID]) -> None:
    """Drop what cannot be opened any more; the row still says what becomes of the visitor."""
    Incoming.objects.filter(segment__in=segments).update(segment=None, body=None)


OUTGOING = Kind(
    name="outgoing",
    covers=(Outgoing,),
    due=lambda limit: _due_of("referrals_outgoing", _NOTHING, limit),
    forget=lambda items: _forget("referrals_outgoing", items),
    oldest=lambda: _oldest(Outgoing),
    held=lambda limit: Outgoing.objects.all()[:limit].count(),
)
INCOMING = Kind(
    name="incoming",
    covers=(Incoming,),
    due=lambda limit: _due_of("referrals_incoming", _SEALED, limit),
    forget=lambda items: _forget("referrals_incoming", items),
    oldest=lambda: _oldest(Incoming),
    living=living_segments,
    expire=empty,
    held=lambda limit: Incoming.objects.all()[:limit].count(),
)
KINDS = (OUTGOING, INCOMING)
