"""Who is on the line: sockets come and go, and the rows say since when somebody is missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from chat.errors import Closed
from chat.events import desks_group, publish, queue_group, tell
from chat.fitness import check_fit
from chat.models import Conversation, DeskSocket, Presence, Process
from chat.queue import open_talks
from chat.states import State
from retention import clock
from tenants.hours import closed_since, standing
from tenants.models import Membership, Tenant

# A process beats every few seconds; one that has not for this long is dead, and its sockets with it.
PROCESS_SILENT = timedelta(seconds=20)


_LEFT = """
UPDATE chat_conversation c SET visitor_lost_at = retention_now()
FROM unnest(%s::uuid[], %s::uuid[]) AS a (talk, socket)
WHERE c.id = a.talk AND c.visitor_socket = a.socket AND c.visitor_lost_at IS NULL
  AND c.state <> 'ended'
RETURNING c.id
"""


def visitors_left(tenant: Tenant, gone: Sequence[tuple[UUID, UUID]]) -> None:
    """Note that visitors' lines are gone, unless a newer socket has taken one over.

    ``gone`` has the talk and the socket of each. In the scope.
    """
    talks, sockets = zip(*sorted(gone), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [list(talks), list(sockets)])
        lost: list[tuple[UUID]] = cursor.fetchall()
    for (conversation,) in lost:
        tell(conversation, "line", who="visitor", up=False)
    if lost:
        publish(queue_group(tenant.pk), "queue")


def desk_arrived(
    tenant: Tenant, membership: Membership, *, socket: UUID, process: UUID
) -> Presence:
    """Take one more window of a member's desk, and tell their visitors that they are back."""
    DeskSocket.objects.create(tenant=tenant, id=socket, membership=membership, process=process)
    presence, _ = Presence.objects.get_or_create(tenant=tenant, membership=membership)
    if presence.lost_at is not None:
        presence.lost_at = None
        presence.save(update_fields=["lost_at"])
        _tell_back(membership)
    _tell_desks(tenant)
    return presence


def _tell_desks(tenant: Tenant) -> None:
    """Somebody has come, gone or changed their mind: the others at the desk are told."""
    publish(desks_group(tenant.pk), "desks")


def _tell_back(membership: Membership) -> None:
    told = open_talks(membership).filter(counsellor_told_lost=True)
    for conversation_id in list(told.values_list("pk", flat=True)):
        tell(conversation_id, "line", who="counsellor", up=True)
    told.update(counsellor_told_lost=False)


def desk_left(tenant: Tenant, membership: Membership, *, socket: UUID) -> None:
    """Note that a window is gone; with the last one the member is missed."""
    DeskSocket.objects.filter(pk=socket).delete()
    if not DeskSocket.objects.filter(membership=membership).exists():
        Presence.objects.filter(membership=membership, lost_at__isnull=True).update(
            lost_at=clock.now()
        )
        _tell_desks(tenant)


def set_ready(tenant: Tenant, membership: Membership, *, ready: bool) -> Presence:
    """Say that a member takes visitors, or no more. In the scope.

    Raises NotAllowed for who does not answer here, QualificationMissing with what is missing,
    Closed when the line is closed and its last call is over.  Rule: S3, S4, D1, B7.
    """
    if ready:
        _check_may_answer(tenant, membership)
    presence, _ = Presence.objects.get_or_create(tenant=tenant, membership=membership)
    if presence.ready != ready:
        presence.ready = ready
        presence.save(update_fields=["ready"])
        publish(queue_group(tenant.pk), "queue")
        _tell_desks(tenant)
    return presence


def _check_may_answer(tenant: Tenant, membership: Membership) -> None:
    now = clock.now()
    check_fit(tenant, membership, now=now)
    hours = standing(tenant, now=now)
    if not hours.open and not in_last_call(tenant):
        raise Closed("the line is closed", opens_at=hours.opens_at)


def in_last_call(tenant: Tenant) -> bool:
    """Say whether those who were waiting at closing time may still be taken."""
    now = clock.now()
    closed_at = closed_since(tenant, now=now)
    if closed_at is None:
        return False
    return now - closed_at < timedelta(minutes=tenant.last_call_minutes)


def beat(process: UUID) -> None:
    """Say that a web process is alive. Outside every scope."""
    Process.objects.update_or_create(pk=process, defaults={"beat_at": clock.now()})


def lose_sockets_of_dead_processes(tenant: Tenant) -> None:
    """Note as lost whatever hung on a process that is gone. In the scope."""
    now = clock.now()
    # A beat from the future is of a clock that has been put right since, and says nothing.
    lately = (now - PROCESS_SILENT, now + PROCESS_SILENT)
    alive = Process.objects.filter(pk=OuterRef("process"), beat_at__range=lately)
    for socket in DeskSocket.objects.exclude(Exists(alive)).select_related("membership"):
        desk_left(tenant, socket.membership, socket=socket.pk)
    alive = Process.objects.filter(pk=OuterRef("visitor_process"), beat_at__range=lately)
    lost = (
        Conversation.objects.exclude(state=State.ENDED)
        .filter(visitor_lost_at__isnull=True)
        .exclude(Exists(alive))
    )
    gone = [(row.pk, row.visitor_socket) for row in lost if row.visitor_socket]
    if gone:
        visitors_left(tenant, gone)


def correct_times_ahead(now: datetime) -> None:
    """Count from now who was lost by a clock that was ahead and has been put right."""
    ahead = Conversation.objects.exclude(state=State.ENDED).filter(visitor_lost_at__gt=now)
    ahead.update(visitor_lost_at=now)
    Presence.objects.filter(lost_at__gt=now).update(lost_at=now)


def forget_dead_processes() -> None:
    """Drop the rows of processes that have long been gone. Outside every scope."""
    Process.objects.filter(beat_at__lt=clock.now() - 10 * PROCESS_SILENT).delete()
