"""Holds: keeping one thing beyond its time, for a reason that the promise has told of.

A hold acts at once when its owner places it, so that nothing is lost while a second person is
found; nobody can read through it before that person has confirmed it, and after 24 hours without
them it is over. One change at a time (``in_turn``), in this order:

    place      the keys are held, committed; the hold and the marks on the rows, committed; answered
    release    the outcome, committed; the keys let go; the rows let go and the hold over, committed;
               what is due is destroyed, keys before rows; answered (retention/releases.py)

What the purge finds is decided in the instance ``keys``: a key that is held is not destroyed, and
one that is destroyed, or past its time, cannot be held any more. So a hold that was acknowledged
has everything, and one that came too late is refused.

    killed                                   what is left                     the next run
    before the keys are held                 nothing                          –
    after the keys, before the commit        held keys without a hold         lets them go
    after the commit, before the answer      a whole hold, nobody was told    it is in the list, and
                                                                              lapses unconfirmed
    before the outcome is committed          a whole hold                     –
    after the outcome, before the keys       a hold on its way out            finishes the release
    after the keys, before the rows          the same, rows marked            finishes the release
    after the rows, before it is destroyed   a hold that is over              the purge takes what is due
    anywhere in the destruction              see retention/purge.py           see there

The next run is ``reconcile_holds`` and then ``purge``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from retention import clock, keys
from retention.kinds import holdings
from retention.models import Hold
from tenants.audit import record, whole_hour
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tenants.staff import own_membership

KEEPERS = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
REVIEWED_WITHIN = timedelta(days=92)
WORDS = 80
# The first half of the advisory lock's key; the second is the tenant.
_LOCK = 0x401D5


class Gone(NotFound):
    """What was to be held is not there any more."""


class NeverHeld(NotAllowed):
    """The promise that the thing was made under knows no hold for this reason."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Who demands that something is kept, why, under which reference, and when that is reviewed."""

    reason: str
    authority: str
    reference: str
    review_on: date

    @property
    def basis(self) -> str:
        return f"{self.reason}: {self.authority}, {self.reference}"


def place_hold(
    tenant: Tenant, membership: Membership, demand: Demand, *, kind: str, thing: UUID
) -> Hold:
    """Hold a living thing, at once. Opens its own scope.

    When this returns, nothing of it is destroyed until the hold is over. Raises Invalid for a
    demand that does not say enough, NeverHeld where the promise knows no such reason, NotFound for
    a thing that is not there, Gone for one that went meanwhile.  Rule: U8.
    """
    with tenant_scope(tenant):
        in_turn(tenant)
        owner = keeper(tenant, membership)
        if Tenant.objects.filter(pk=tenant.pk, left_on__isnull=False).exists():
            raise Gone("the line has left, and nothing of it is there any more")
        now = clock.now()
        _check(demand, today=now.astimezone(tenant.tzinfo).date())
        _, holding = holdings()[kind]
        found = holding.find(thing)
        if found is None:
            raise NotFound("no such talk")
        if demand.reason not in found.reasons:
            raise NeverHeld("what was promised knows no hold for this reason")
        hold = Hold.objects.create(
            tenant=tenant,
            kind=kind,
            thing=thing,
            owner=owner,
            placed_at=whole_hour(now),
            reason=demand.reason,
            authority=demand.authority,
            reference=demand.reference,
            review_on=demand.review_on,
        )
        _hold_keys(tenant, hold, found.segments)
        holding.mark(tenant, thing, found.segments)
        record(tenant, actor=owner, action="hold.placed", subject=thing, basis=demand.basis)
    return hold


def _hold_keys(tenant: Tenant, hold: Hold, segments: Iterable[UUID]) -> None:
    held = keys.hold_keys(tenant, segments)
    if held and held == set(segments):
        return
    # Too late for one of them is too late: none is held for a hold that there will not be.
    if not standing(hold.kind, hold.thing).exclude(pk=hold.pk).exists():
        keys.release_keys(tenant, held)
    raise Gone("it is gone already")


def _check(demand: Demand, *, today: date) -> None:
    if demand.reason not in Hold.Reason.values:
        raise Invalid(f"`reason` is one of {', '.join(Hold.Reason.values)}")
    for name in ("authority", "reference"):
        said = getattr(demand, name)
        if not said.strip() or len(said) > WORDS or not said.isprintable():
            raise Invalid(f"`{name}` is one line of 1 to {WORDS} characters")
    check_review(demand.review_on, today=today)


def check_review(review_on: date, *, today: date) -> None:
    """Raise Invalid for a day on which nobody could look, or so late that nobody would."""
    if not today < review_on <= today + REVIEWED_WITHIN:
        raise Invalid(f"a hold is reviewed after today and within {REVIEWED_WITHIN.days} days")


def confirm_hold(tenant: Tenant, membership: Membership, hold_id: UUID) -> Hold:
    """Confirm a hold as its second person; from now on what it holds may be read through it.

    Doing so twice is the same as once. Raises NotFound, and NotAllowed for its owner and when its
    24 hours are over, whether or not anything has ended it yet.  Rule: U8.
    """
    with tenant_scope(tenant):
        in_turn(tenant)
        second = keeper(tenant, membership)
        hold = standing_hold(hold_id)
        now = clock.now()
        if hold.confirmed_at is not None:
            return hold
        if hold.owner_id == second.pk:
            raise NotAllowed("a hold is confirmed by somebody else than its owner")
        if now >= hold.confirm_by:
            raise NotAllowed("nobody has confirmed it within 24 hours, so it is over")
        hold.second, hold.confirmed_at = second, whole_hour(now)
        hold.save(update_fields=["second", "confirmed_at"])
        record(
            tenant,
            actor=second,
            action="hold.confirmed",
            subject=hold.thing,
            basis=demand_of(hold).basis,
        )
    return hold


def readable_hold(tenant: Tenant, membership: Membership, hold_id: UUID) -> Hold:
    """Return a confirmed hold to its owner and to officers. In the scope.

    Raises NotFound for everybody else and every other hold, as for one that never was.  Rule: U8.
    """
    actor = own_membership(tenant, membership)
    hold = standing_hold(hold_id)
    if hold.confirmed_at is None or not looks_after(actor, hold):
        raise NotFound("no such hold")
    return hold


def keeper(tenant: Tenant, membership: Membership) -> Membership:
    """Return the member as they are now. Raises NotFound for who has no say about holds."""
    actor = own_membership(tenant, membership)
    if actor.role not in KEEPERS:
        raise NotFound("no such hold")
    return actor


def looks_after(actor: Membership, hold: Hold) -> bool:
    """Say whether ``actor`` is an officer, or the hold's owner and still one who keeps."""
    return actor.role == Role.OFFICER or (actor.role in KEEPERS and hold.owner_id == actor.pk)


def standing_holds() -> QuerySet[Hold]:
    """Return holds that keep something and are not on their way out, oldest first. In the scope."""
    rows = Hold.objects.filter(outcome="").select_related("owner__user", "second__user")
    return rows.order_by("placed_at", "pk")


def standing(kind: str, thing: UUID) -> QuerySet[Hold]:
    """Return those that keep one thing."""
    return standing_holds().filter(kind=kind, thing=thing)


def standing_hold(hold_id: UUID) -> Hold:
    """Return one of them. Raises NotFound."""
    hold = standing_holds().filter(pk=hold_id).first()
    if hold is None:
        raise NotFound("no such hold")
    return hold


def demand_of(hold: Hold) -> Demand:
    return Demand(hold.reason, hold.authority, hold.reference, hold.review_on)


def in_turn(tenant: Tenant) -> None:
    """Wait until nobody else changes the tenant's holds, and keep others out until the commit.

    Two instances have no transaction in common: between them, who is last is decided here. Take it
    before any row lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenant.pk])
