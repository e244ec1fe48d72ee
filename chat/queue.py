"""The queue: first come, first served within a priority, and exactly one counsellor wins.

Before everybody stands whoever has lost their counsellor, then who asked urgently, then the rest.
Someone who has dropped off the line keeps their place for two minutes; after that they are out of
the queue until they are back, and then stand at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)

from chat.errors import AtCapacity, NotReady, QueueEmpty, Taken
from chat.estimates import Outlook, as_said
from chat.events import publish, queue_group, tell
from chat.fitness import check_fit
from chat.models import Conversation, Presence
from chat.pace import outlook
from chat.rests import rests_until
from chat.states import State
from chat.tallies import count_answer
from chat.watchers import claimed
from retention import clock
from tenants.errors import NotAllowed, NotFound
from tenants.fitness import fit_members, in_place, today_at
from tenants.models import Membership, Tenant
from tenants.staff import own_membership

R = TypeVar("R")
Then = Callable[[Conversation], R]
KEEPS_PLACE = timedelta(minutes=2)
LISTED = 50


class Waiting(NamedTuple):
    """One who waits, as the desk and the visitor are told. ``position`` counts from 1.

    ``wait_seconds`` is as a person would say it, and None while nobody is ready: then nobody knows.
    """

    conversation: UUID
    position: int
    waited_seconds: int
    wait_seconds: int | None
    topic: str
    language: str
    urgent: bool
    dropped: bool


def waiting(*, now: datetime) -> QuerySet[Conversation]:
    """Return who stands in the queue of the active tenant, next first."""
    present = Q(visitor_lost_at__isnull=True) | Q(visitor_lost_at__gt=now - KEEPS_PLACE)
    return Conversation.objects.filter(present, state=State.WAITING).order_by(
        "-front", "-urgent", "queued_at", "id"
    )


def waiting_count(*, now: datetime) -> int:
    return waiting(now=now).count()


def listed(tenant: Tenant, *, now: datetime) -> list[Waiting]:
    """Return everybody in the queue with place and estimate, next first. Four queries."""
    ahead = outlook(tenant, now=now)
    # Tuples, and no times in them: of a thousand who wait either would hold the process up for a moment.
    rows = waiting(now=now).values_list(
        "pk", _waited(now), "topic", "language", "urgent", "front", _DROPPED
    )
    return [
        Waiting(
            conversation=talk,
            position=place,
            waited_seconds=waited,
            wait_seconds=said_of(ahead, place),
            topic=topic,
            language=language,
            urgent=urgent or front,
            dropped=dropped,
        )
        for place, (talk, waited, topic, language, urgent, front, dropped) in enumerate(
            rows, start=1
        )
    ]


_DROPPED = ExpressionWrapper(
    Q(visitor_lost_at__isnull=False, visitor_socket__isnull=False), output_field=BooleanField()
)


def _waited(now: datetime) -> Func:
    """Return the whole seconds that each has waited by ``now``, never less than none."""
    template = "greatest(0, floor(extract(epoch FROM %(expressions)s)))::int"
    since = Value(now) - F("queued_at")
    return Func(since, template=template, output_field=IntegerField())


_PLACES = """
SELECT id, place FROM (
  SELECT id, row_number() OVER (ORDER BY front DESC, urgent DESC, queued_at, id) AS place
  FROM chat_conversation
  WHERE state = 'waiting'
    AND (visitor_lost_at IS NULL OR visitor_lost_at > retention_now() - %s)) queue
WHERE id = ANY (%s)
"""


def places(
    tenant: Tenant, talks: Sequence[UUID], *, now: datetime
) -> dict[UUID, tuple[int, int | None]]:
    """Return (position, estimated seconds) of those of ``talks`` that wait. Four queries."""
    ahead = outlook(tenant, now=now)
    with connection.cursor() as cursor:
        said: list[Any] = [KEEPS_PLACE, list(talks)]
        cursor.execute(_PLACES, said)
        rows: list[tuple[UUID, int]] = cursor.fetchall()
    return {talk: (place, said_of(ahead, place)) for talk, place in rows}


def said_of(ahead: Outlook | None, place: int) -> int | None:
    """Return the estimate for ``place`` in the seconds that are told, or None for none."""
    return as_said(ahead.wait_seconds(place)) if ahead else None


def staffed(tenant: Tenant, *, now: datetime) -> bool:
    """Say whether somebody is at the desk, ready and fit to answer. In the scope; one query."""
    here = Presence.objects.filter(ready=True, lost_at__isnull=True)
    return here.filter(membership__in=fit_members(on=today_at(tenant, now=now))).exists()


def claim(tenant: Tenant, membership: Membership, conversation_id: UUID, *, then: Then[R]) -> R:
    """Give one waiting visitor to ``membership``, if nobody else was first. In the scope.

    Returns what ``then`` reads of the talk; it is part of the claim, and undoes it by raising.
    Raises what ``_with_room`` does, Taken, or NotFound for an id that is not in this tenant.
    """
    now = clock.now()
    member = _with_room(tenant, membership, now=now)
    talk = _waiting_one(conversation_id)
    if talk is None:
        if Conversation.objects.filter(pk=conversation_id).exists():
            raise Taken("somebody else has taken this talk")
        raise NotFound("no such talk")
    return _won(tenant, talk, member, now=now, then=then)


def pick(tenant: Tenant, membership: Membership, conversation_id: UUID, *, then: Then[R]) -> R:
    """Give one in particular to ``membership``, where the line lets its counsellors choose.

    In the scope. Raises NotAllowed where it does not, else as ``claim``.
    """
    if not tenant.may_pick:
        raise NotAllowed("this line takes those who wait in their order")
    return claim(tenant, membership, conversation_id, then=then)


def claim_next(tenant: Tenant, membership: Membership, *, then: Then[R]) -> R:
    """Give the one who is next to ``membership``. In the scope. ``then`` as for ``claim``.

    Raises what ``_with_room`` does, or QueueEmpty.
    """
    now = clock.now()
    member = _with_room(tenant, membership, now=now)
    while (found := _first_untaken()) is not None:
        talk = _waiting_one(found)
        # It may have been taken, or its line lost, between that look and this one.
        if talk is not None and talk.visitor_lost_at is None:
            return _won(tenant, talk, member, now=now, then=then)
    raise QueueEmpty("nobody is waiting")


# Whom nobody else is taking this moment: two who ask at once get the first and the second. They
# keep each other off with a lock of its own, because that of the row is held by whatever is being
# written there as well: skipping those would pass visitors over for what they write while they wait.
_FIRST_UNTAKEN = """
WITH queue AS MATERIALIZED (
  SELECT id FROM chat_conversation
  WHERE state = 'waiting' AND visitor_lost_at IS NULL
  ORDER BY front DESC, urgent DESC, queued_at, id)
SELECT id FROM queue WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 0)) LIMIT 1
"""


def _first_untaken() -> UUID | None:
    """Keep all others off the first of the queue until the end of the transaction; None for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_UNTAKEN)
        row: tuple[UUID] | None = cursor.fetchone()
    return row[0] if row else None


def _waiting_one(conversation_id: UUID) -> Conversation | None:
    """Return the talk, locked, if it still waits. Waits for whatever is being written in it."""
    rows = Conversation.objects.select_for_update(no_key=True)
    return rows.filter(pk=conversation_id, state=State.WAITING).first()


def _won(
    tenant: Tenant, talk: Conversation, membership: Membership, *, now: datetime, then: Then[R]
) -> R:
    in_front = talk.front
    talk.state, talk.counsellor, talk.claimed_at = State.ACTIVE, membership, now
    talk.front = talk.counsellor_told_lost = False
    talk.save(update_fields=["state", "counsellor", "claimed_at", "front", "counsellor_told_lost"])
    tell(
        talk.pk,
        "state",
        state=str(talk.state),
        counsellor=shown_counsellor(tenant, talk),
        membership=membership.pk.hex,
    )
    publish(queue_group(tenant.pk), "queue")
    if in_front:
        for watch in claimed:
            watch(tenant, talk)
    shown = then(talk)
    # Last: all claims of an hour count in one row, and would wait there for what others read,
    # keys from the other instance among it. Whoever stood in front has been answered before.
    if not in_front:
        count_answer(tenant, queued_at=talk.queued_at, now=now)
    return shown


def _with_room(tenant: Tenant, membership: Membership, *, now: datetime) -> Membership:
    """Return the member as they are now, if they may take one more.

    Raises NotAllowed once they are not a member any more, what ``check_fit`` does, NotReady or AtCapacity.
    """
    # The row of the one who asks: two windows of one counsellor cannot both take the last place. What
    # they have is counted by a statement of its own, which sees what the one before them has taken.
    locked = Presence.objects.select_for_update(of=("self",)).select_related("membership")
    presence = locked.filter(membership__in=in_place().filter(pk=membership.pk)).first()
    member = presence.membership if presence else own_membership(tenant, membership)
    check_fit(tenant, member, now=now)
    if presence is None or not presence.ready:
        raise NotReady("say that you are ready first")
    if rests_until(presence, now=now):
        raise NotReady("you rest for a moment; say `back` to end it")
    if open_talks(member).count() >= tenant.capacity:
        raise AtCapacity(f"you have {tenant.capacity} talks; close one first")
    return member


def open_talks(membership: Membership) -> QuerySet[Conversation]:
    """Return the talks that ``membership`` has, oldest first."""
    return Conversation.objects.filter(
        counsellor=membership, state__in=[State.ACTIVE, State.PAUSED]
    ).order_by("queued_at", "id")


def shown_counsellor(tenant: Tenant, conversation: Conversation) -> dict[str, str] | None:
    """Return what a visitor is told of their counsellor; a name only where the tenant says so.

    Rule: S3, D1, B7.
    """
    membership = conversation.counsellor
    if membership is None:
        return None
    title = membership.title_in(conversation.language, tenant)
    return {"name": membership.first_name if tenant.shows_first_name else "", "title": title}
