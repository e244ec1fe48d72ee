"""What takes two people: one proposes it, and somebody else confirms it within a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from tenants import clock
from tenants.audit import record
from tenants.errors import NotAllowed, NotFound
from tenants.models import Membership, Proposal, Role, Tenant
from tenants.staff import own_membership

DECIDERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
CONFIRMED_WITHIN = timedelta(hours=24)
# The first half of an advisory lock's key; the second is the tenant.
_LOCK = 0x9A7B


def decider(membership: Membership, tenant: Tenant) -> Membership:
    """Return the member as they are now. Raises NotAllowed for who has no say about the line."""
    actor = own_membership(tenant, membership)
    if actor.role not in DECIDERS:
        raise NotAllowed("administrators and officers decide about the line")
    return actor


def in_turn(tenant: Tenant) -> None:
    """Wait until nobody else decides about the line, and keep others out until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenant.pk])


def standing(kind: str) -> Proposal | None:
    """Return the proposal that waits for a second person. In the scope; row security ends it."""
    return Proposal.objects.filter(kind=kind).order_by("-expires_at").first()


def propose(tenant: Tenant, actor: Membership, kind: str) -> Proposal:
    """Propose ``kind`` for the next 24 hours. In the scope; an earlier one gives way to it."""
    Proposal.objects.filter(kind=kind).delete()
    made = Proposal.objects.create(
        tenant=tenant, kind=kind, proposer=actor.pk, expires_at=clock.now() + CONFIRMED_WITHIN
    )
    record(tenant, actor=actor, action=f"tenant.{kind}_proposed", subject=None, basis="")
    return made


def withdraw(tenant: Tenant, membership: Membership, kind: str) -> None:
    """Take back what is proposed; whoever has a say may. In the scope."""
    actor = decider(membership, tenant)
    if Proposal.objects.filter(kind=kind).delete()[0]:
        record(tenant, actor=actor, action=f"tenant.{kind}_withdrawn", subject=None, basis="")


def take(tenant: Tenant, actor: Membership, kind: str) -> None:
    """Take up a proposal as its second person; it is gone then. In the scope.

    Raises NotFound where nothing stands (any more), NotAllowed for the one who has proposed it.
    """
    found = standing(kind)
    if found is None:
        raise NotFound("nothing is proposed, or its day is over")
    if found.proposer == actor.pk or _same_person(found, actor):
        raise NotAllowed("somebody else confirms what you have proposed")
    Proposal.objects.filter(kind=kind).delete()


def _same_person(found: Proposal, actor: Membership) -> bool:
    proposer = Membership.objects.filter(pk=found.proposer, active=True).first()
    # Who has left since then has proposed nothing.
    if proposer is None:
        raise NotFound("who proposed it is not here any more")
    return proposer.user_id == actor.user_id
