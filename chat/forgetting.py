"""What ``retention`` needs to know about talks: which are due, and how they are forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from chat.held import find_talk, held_talks, let_go_talk, mark_talk
from chat.lives import count_shorter, shorten_talks
from chat.models import Card, Consult, Conversation, Farewell, Message, Offer, ResumeCode, Segment
from retention.kinds import Due, Holding, Kind
from tenants.models import Tenant
from tenants.scope import active_tenant

# Talks with something written that is over (erased stretches of talks that go on, too), oldest
# first; when there are no more of them, talks of which only the row is left. Row security shows the
# purge role nothing but what is expired and not held. A batch costs the same however much is due.
_DUE = """
(SELECT oldest.conversation_id, due.segments, due.rule, due.since
 FROM (SELECT DISTINCT conversation_id FROM (
         SELECT conversation_id FROM chat_segment WHERE NOT emptied
         ORDER BY expires_at LIMIT %(limit)s) AS segment) AS oldest
 CROSS JOIN LATERAL (
   SELECT array_agg(s.id) AS segments, min(s.expiry_rule) AS rule, min(s.expires_at) AS since
   FROM chat_segment s WHERE s.conversation_id = oldest.conversation_id AND NOT s.emptied) AS due
 ORDER BY due.since)
UNION ALL
(SELECT c.id, '{}', c.expiry_rule, c.expires_at FROM chat_conversation c
 WHERE NOT EXISTS (SELECT 1 FROM chat_segment s WHERE s.conversation_id = c.id AND NOT s.emptied)
 ORDER BY c.expires_at LIMIT %(limit)s)
LIMIT %(limit)s
"""

_DUE_IN = """
SELECT conversation_id, array_agg(id), min(expiry_rule), min(expires_at)
FROM chat_segment WHERE conversation_id = %s AND NOT emptied GROUP BY conversation_id
"""

# The talk of an erased stretch is alive, so the purge role does not see it.
_TOMBSTONES = """
UPDATE chat_message m SET body = NULL, at = NULL, sender_id = NULL
FROM chat_segment s WHERE s.id = ANY (%s) AND m.conversation_id = s.conversation_id
  AND m.segment_id = s.id
  AND NOT EXISTS (SELECT 1 FROM chat_conversation c WHERE c.id = s.conversation_id)
"""
_EMPTIED = """
UPDATE chat_segment s SET emptied = true WHERE s.id = ANY (%s) AND NOT s.emptied
  AND NOT EXISTS (SELECT 1 FROM chat_conversation c WHERE c.id = s.conversation_id)
RETURNING s.conversation_id
"""
# Nothing of these stays: nobody sends one again.
_BESIDE = tuple(
    f"DELETE FROM {table} WHERE segment_id = ANY (%s)"  # noqa: S608  # names of ours
    for table in ("chat_card", "chat_consult", "chat_offer")
)
_OVER = "SELECT id FROM chat_conversation WHERE id = ANY (%s)"
_DELETES = (
    "DELETE FROM chat_card WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_consult WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_offer WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_resumecode WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_message WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_segment WHERE conversation_id = ANY (%s)",
    "DELETE FROM chat_conversation WHERE id = ANY (%s)",
)


def due_conversations(limit: int) -> list[Due]:
    """Return talks with something due in them, oldest first. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"limit": limit})
        return [_due(row) for row in cursor.fetchall()]


def due_in(conversation_id: UUID) -> list[Due]:
    """Return what is due in one talk, if anything. As the purge role."""
    return [_due(row) for row in _rows(_DUE_IN, conversation_id)]


def _due(row: tuple[Any, ...]) -> Due:
    return Due(id=row[0], segments=tuple(row[1]), rule=row[2], since=row[3])


def forget_conversations(items: Sequence[Due]) -> int:
    """Delete the talks that are over and empty what was erased in those that go on."""
    ids = [item.id for item in items]
    over = [row[0] for row in _rows(_OVER, ids)]
    segments = [segment for item in items for segment in item.segments]
    with connection.cursor() as cursor:
        for statement in _BESIDE:
            cursor.execute(statement, [segments])
        cursor.execute(_TOMBSTONES, [segments])
        cursor.execute(_EMPTIED, [segments])
        emptied = {row[0] for row in cursor.fetchall()}
        for statement in _DELETES:
            cursor.execute(statement, [over])
        return len(emptied) + int(cursor.rowcount)


def oldest_conversation() -> datetime | None:
    """Return when the oldest talk that is still kept began."""
    return Conversation.objects.order_by("began_at").values_list("began_at", flat=True).first()


def held_conversations(limit: int) -> int:
    """Count the talks that are kept, those that go on included, as far as ``limit``."""
    return Conversation.objects.all()[:limit].count()


def living_segments(after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return ids of living segments, rising, from the one after ``after``."""
    rows = Segment.objects.order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    return list(rows.values_list("id", flat=True)[:limit])


def expire_segments(segments: Collection[UUID]) -> None:
    """Expire the segments, and the talks that were written under them, now."""
    tenant = active_tenant()
    if segments and tenant:
        _rows("SELECT chat_expire_keyless(%s, %s)", tenant.pk, list(segments))


def due_farewells(limit: int) -> list[Due]:
    rows = _rows("SELECT id, expires_at FROM chat_farewell ORDER BY expires_at LIMIT %s", limit)
    return [Due(UUID(int=number), (), "ours", since) for number, since in rows]


def forget_farewells(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        ids = [item.id.int for item in items]
        cursor.execute("DELETE FROM chat_farewell WHERE id = ANY (%s)", [ids])
        return int(cursor.rowcount)


def oldest_farewell() -> datetime | None:
    return Farewell.objects.order_by("expires_at").values_list("expires_at", flat=True).first()


def held_farewells(limit: int) -> int:
    return Farewell.objects.all()[:limit].count()


def members_named(tenant: Tenant, members: Collection[UUID]) -> set[UUID]:
    """Return those of ``members`` whose talks are not forgotten yet. As the purge role."""
    rows = _rows("SELECT member FROM chat_members_named(%s, %s)", tenant.pk, list(members))
    return {row[0] for row in rows}


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


CONVERSATION = Kind(
    name="conversation",
    covers=(Conversation, Segment, Message, Card, Consult, Offer, ResumeCode),
    due=due_conversations,
    forget=forget_conversations,
    oldest=oldest_conversation,
    living=living_segments,
    expire=expire_segments,
    shorten=shorten_talks,
    shorter=count_shorter,
    held=held_conversations,
    holding=Holding(
        find=find_talk, mark=mark_talk, let_go=let_go_talk, held=held_talks, due=due_in
    ),
)
FAREWELL = Kind(
    name="farewell",
    covers=(Farewell,),
    due=due_farewells,
    forget=forget_farewells,
    oldest=oldest_farewell,
    held=held_farewells,
)
KINDS = (CONVERSATION, FAREWELL)
