"""What time it is, for every promise: PostgreSQL says, and Python asks.

The function is of ``retention`` (migration 0001), which also watches that nobody sets the clock;
it is asked here because promises begin and the trail is written on this floor.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection
from django.db.models import DateTimeField, Func

# The same clock, asked inside a statement.
NOW = Func(function="retention_now", output_field=DateTimeField())


def now() -> datetime:
    """Return the time by which every promise is kept; aware UTC, one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT retention_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
