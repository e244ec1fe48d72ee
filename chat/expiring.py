"""Kinds of which a row is a whole thing: nothing sealed, an id, and a moment when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from retention.kinds import Due, Kind
from tenants.scope import TenantModel


def expiring(name: str, model: type[TenantModel], *, began: str) -> Kind:
    """Return the kind of a model with a uuid ``id`` and ``expires_at``; ``began`` is its age's field."""
    table = model._meta.db_table

    def due(limit: int) -> Sequence[Due]:
        statement = f"SELECT id, expires_at FROM {table} ORDER BY expires_at LIMIT %s"  # noqa: S608  # a name of ours
        with connection.cursor() as cursor:
            cursor.execute(statement, [limit])
            rows: list[tuple[UUID, datetime]] = cursor.fetchall()
        return [Due(row, (), "ours", since) for row, since in rows]

    def forget(items: Sequence[Due]) -> int:
        with connection.cursor() as cursor:
            ids = [item.id for item in items]
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY (%s)", [ids])  # noqa: S608  # as above
            return int(cursor.rowcount)

    def oldest() -> datetime | None:
        moment: datetime | None = (
            model.objects.order_by(began).values_list(began, flat=True).first()
        )
        return moment

    return Kind(
        name=name,
        covers=(model,),
        due=due,
        forget=forget,
        oldest=oldest,
        held=lambda limit: model.objects.all()[:limit].count(),
    )
