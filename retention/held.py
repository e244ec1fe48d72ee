"""What retention needs to know of holds themselves: records of what is over, and how they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from retention.kinds import Due, Kind
from retention.models import Hold

_DUE = "SELECT id, expiry_rule, expires_at FROM retention_hold ORDER BY expires_at LIMIT %s"
_FORGET = "DELETE FROM retention_hold WHERE id = ANY (%s)"


def due_holds(limit: int) -> Sequence[Due]:
    """Return records of holds whose life is over, oldest first. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [Due(hold, (), rule, since) for hold, rule, since in cursor.fetchall()]


def forget_holds(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[item.id for item in items]])
        return int(cursor.rowcount)


def oldest_hold() -> datetime | None:
    """Return the hour in which the oldest hold that is remembered was placed."""
    return Hold.objects.order_by("placed_at").values_list("placed_at", flat=True).first()


HOLD = Kind(
    name="hold",
    covers=(Hold,),
    due=due_holds,
    forget=forget_holds,
    oldest=oldest_hold,
)
