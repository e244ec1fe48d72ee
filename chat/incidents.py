"""After an abusive talk: the counsellor's leads are told to ask how they are, and may pause a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chat.cooldowns import begin_pause, forget_place
from chat.events import member_group, publish
from chat.models import Incident
from retention import clock
from retention.expiring import expiring
from tenants.audit import record, whole_hour
from tenants.errors import NotAllowed, NotFound
from tenants.models import LEADS, Membership, Role, Tenant
from tenants.staff import own_membership

# Long enough for a lead who is not at work today.
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as leads see it; ``name`` is empty once the counsellor is no member any more."""

    id: UUID
    name: str
    is_own: bool
    is_seen: bool
    pause: str


def note_incident(tenant: Tenant, member: Membership, incident: UUID, *, asks: bool) -> None:
    """Tell the leads that ``member`` had an abusive talk. In the scope.

    ``asks`` where a pause is asked for and the place is still known.
    """
    # To the hour, as the other: the end of its week would tell the moment of the talk.
    at_hour = whole_hour(clock.now())
    Incident.objects.create(
        id=incident,
        tenant=tenant,
        member=member.pk,
        at_hour=at_hour,
        pause=Incident.Pause.ASKED if asks else Incident.Pause.NONE,
        expires_at=at_hour + KEPT,
    )
    leads = Membership.objects.filter(role=Role.SUPERVISOR, active=True).exclude(pk=member.pk)
    for lead in leads:
        publish(member_group(lead.pk), "told", frame={"type": "support"}, asked="")


def incidents(tenant: Tenant, membership: Membership, *, unseen: bool = False) -> list[Told]:
    """Return what ``membership`` is to know, the newest first; nothing for who leads nobody.

    ``unseen`` leaves out one's own and those that a lead has seen. In the scope; two queries.
    """
    if membership.role not in LEADS:
        return []
    rows = list(Incident.objects.order_by("-at_hour", "-pk"))
    if unseen:
        rows = [row for row in rows if row.seen_by is None and row.member != membership.pk]
    names = _names(rows)
    return [
        Told(
            id=row.pk,
            name=names.get(row.member, ""),
            is_own=row.member == membership.pk,
            is_seen=row.seen_by is not None,
            pause=str(row.pause),
        )
        for row in rows
    ]


def _names(rows: Sequence[Incident]) -> dict[UUID, str]:
    if not rows:
        return {}
    members = Membership.objects.select_related("user").filter(pk__in={row.member for row in rows})
    return {member.pk: member.user.name for member in members}


def note_seen_incident(tenant: Tenant, membership: Membership, incident_id: UUID) -> None:
    """Note that a lead has asked how somebody is. In the scope.

    Raises NotFound as below, NotAllowed for one's own.
    """
    lead, row = _for_lead(tenant, membership, incident_id)
    if row.member == lead.pk:
        raise NotAllowed("somebody else asks how you are")
    if row.seen_by is None:
        row.seen_by = lead.pk
        row.save(update_fields=["seen_by"])


def decide_pause(
    tenant: Tenant, membership: Membership, incident_id: UUID, *, approve: bool
) -> bool:
    """Agree to a pause that was asked for, or refuse it. In the scope.

    Returns False where nobody knows the place any more. Raises NotFound for unknown ones and for
    who leads nobody, NotAllowed for one's own and for what has been decided.
    """
    lead, row = _for_lead(tenant, membership, incident_id)
    if row.member == lead.pk:
        raise NotAllowed("somebody else decides about your own")
    if row.pause != Incident.Pause.ASKED:
        raise NotAllowed("this has been decided, or none was asked for")
    row.decided_by = lead.pk
    if not approve:
        row.pause = Incident.Pause.REFUSED
        forget_place(row.pk)
    else:
        row.pause = Incident.Pause.APPROVED if begin_pause(tenant, row.pk) else Incident.Pause.LATE
    row.save(update_fields=["pause", "decided_by"])
    record(tenant, actor=lead, action=f"cooldown.{row.pause}", subject=row.pk, basis="")
    return row.pause != Incident.Pause.LATE


def _for_lead(
    tenant: Tenant, membership: Membership, incident_id: UUID
) -> tuple[Membership, Incident]:
    lead = own_membership(tenant, membership)
    row = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if row is None or lead.role not in LEADS:
        raise NotFound("no such incident")
    return lead, row


INCIDENT = expiring("incident", Incident, began="at_hour")
