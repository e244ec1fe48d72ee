"""What ``retention`` needs to know to hold talks: which may be held, and how they are marked.

A talk is held as it stands. One that is alive goes on as before, and one that is kept is read as
before, until its time is over; then only a hold shows it (``chat/desk.py:held_talk``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from chat.models import Conversation, Segment
from retention.kinds import Holdable
from tenants.models import Policy, Tenant
from tenants.policies import conversation_rule, flagged_rule


def find_talk(conversation_id: UUID) -> Holdable | None:
    """Lock a talk that is alive or kept, and return how it may be held. In the scope.

    What has been erased in it is not among it: a hold brings nothing back.  Rule: U8.
    """
    locked = Conversation.objects.select_for_update(no_key=True)
    talk = locked.filter(pk=conversation_id).first()
    if talk is None:
        return None
    segments = tuple(Segment.objects.filter(conversation=talk).values_list("pk", flat=True))
    if talk.segment_id not in segments:
        # Its time was over between the two statements.
        return None
    return Holdable(segments, reasons_for(talk))


def reasons_for(talk: Conversation) -> frozenset[str]:
    """Return for which reasons the version that a talk began under lets it be held.

    Every life that it has must give way; none does where it is deleted at the end.  Rule: U8.
    """
    policy = Policy.objects.get(pk=talk.policy_id)
    reasons = frozenset(conversation_rule(policy).suspended_by)
    flagged = flagged_rule(policy)
    if talk.flagged_at is not None and flagged is not None:
        reasons &= frozenset(flagged.suspended_by)
    return reasons


def mark_talk(tenant: Tenant, conversation_id: UUID, segments: Collection[UUID]) -> None:
    """Mark the rows of a talk as held; the database refuses without a hold that stands."""
    _ask("SELECT chat_hold(%s, %s, %s)", tenant.pk, conversation_id, list(segments))


def let_go_talk(tenant: Tenant, conversation_id: UUID) -> None:
    """Take the marks away; the database refuses while any hold stands."""
    _ask("SELECT chat_let_go(%s, %s)", tenant.pk, conversation_id)


def held_talks(tenant: Tenant) -> Mapping[UUID, frozenset[UUID]]:
    """Return every talk that is marked, expired or not, with the segments that are."""
    rows = _ask("SELECT conversation, segments FROM chat_held(%s)", tenant.pk)
    return {talk: frozenset(segments) for talk, segments in rows}


def _ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
