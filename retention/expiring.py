"""Kinds of which a row is a whole thing, with an id and a moment when it is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from retention.kinds import Due, Kind, nothing_sealed, nothing_to_expire
from tenants.scope import TenantModel


def expiring(name: str, model: type[TenantModel], *, began: str, is_sealed: bool = False) -> Kind:
    """Return the kind of a model with a uuid ``id`` and ``expires_at``; ``began`` is its age's field.

    Where it ``is_sealed`` each row has a key of its own, its ``segment``.
    """
    table = model._meta.db_table

    def due(limit: int) -> Sequence[Due]:
        keys = "ARRAY[segment]" if is_sealed else "ARRAY[]::uuid[]"
        statement = f"SELECT id, {keys}, expires_at FROM {table} ORDER BY expires_at LIMIT %s"  # noqa: S608  # names of ours
        with connection.cursor() as cursor:
            cursor.execute(statement, [limit])
            rows: list[tuple[UUID, list[UUID], datetime]] = cursor.fetchall()
        return [Due(row, tuple(segments), "ours", since) for row, segments, since in rows]

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

    def living(after: UUID | None, limit: int) -> Sequence[UUID]:
        statement = f"SELECT segment FROM {table} WHERE segment > %s ORDER BY segment LIMIT %s"  # noqa: S608  # as above
        with connection.cursor() as cursor:
            cursor.execute(statement, [after or UUID(int=0), limit])
            return [segment for (segment,) in cursor.fetchall()]

    def expire(segments: Collection[UUID]) -> None:
        # Nobody reads them any more, and there is nothing else to them.
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE segment = ANY (%s)", [list(segments)])  # noqa: S608  # as above

    return Kind(
        name=name,
        covers=(model,),
        due=due,
        forget=forget,
        oldest=oldest,
        living=living if is_sealed else nothing_sealed,
        expire=expire if is_sealed else nothing_to_expire,
        held=lambda limit: model.objects.all()[:limit].count(),
    )
