"""What members hold: entered, verified by somebody else, ended. Each change stands in the trail.

What counts is what another person has seen (``verified_by``), at this tenant: a person with places
at two tenants shows their papers at each, for each has promised it to its own visitors.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tenants import clock
from tenants.audit import record
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.fitness import ANSWERING, counting, today_at
from tenants.models import Membership, Qualification, Requirement, Role, Tenant
from tenants.staff import own_membership, tell_watchers

ISSUER_CHARACTERS = 120
REASON_CHARACTERS = 120
MOST_YEARS = 20


def looks_after(actor: Membership, member: Membership) -> bool:
    """Say whether ``actor`` keeps ``member``'s papers and place: never their own.

    Administrators look after everybody else, supervisors after those who answer.
    """
    if actor.pk == member.pk:
        return False
    if actor.role == Role.ADMINISTRATOR:
        return True
    return actor.role == Role.SUPERVISOR and member.role in ANSWERING


def looked_after(tenant: Tenant, actor: Membership, member_id: UUID) -> Membership:
    """Return a member whom ``actor`` looks after, locked. In the scope.

    Raises NotFound for who is no member here or has left, NotAllowed for who is not theirs.
    """
    own = own_membership(tenant, actor)
    # Of the member alone: who signs in meanwhile changes their person.
    found = Membership.objects.select_for_update().filter(pk=member_id, left_at=None).first()
    if found is None:
        raise NotFound("no such member")
    if not looks_after(own, found):
        raise NotAllowed("somebody else looks after this member")
    return found


def enter_qualification(
    tenant: Tenant,
    actor: Membership,
    member_id: UUID,
    *,
    kind: str,
    years: int,
    issuer: str,
    valid_until: date | None,
    seen: bool,
) -> Qualification:
    """Write down what a member holds; with ``seen`` the actor has verified it. In the scope.

    It takes the place of an older one of its kind, and what was warned of that. Raises NotFound,
    NotAllowed, and Invalid for a kind that is not asked for here, for nonsense, and where
    something that nobody has seen would take the place of what counts.  Rule: S3, S4, D1, B7
    """
    member = looked_after(tenant, actor, member_id)
    today = today_at(tenant, now=clock.now())
    _check(kind, years, issuer, valid_until, today)
    older = Qualification.objects.filter(membership=member, kind=kind)
    if not seen and older.filter(counting(on=today)).exists():
        raise Invalid("one that counts is there: see the new one first")
    entered, _ = Qualification.objects.update_or_create(
        tenant=tenant,
        membership=member,
        kind=kind,
        defaults={
            "years": years,
            "issuer": issuer,
            "valid_until": valid_until,
            "verified_by": actor if seen else None,
            "verified_on": today if seen else None,
            "warned_for": None,
            "warned_days": None,
        },
    )
    _note(tenant, actor, member, "verified" if seen else "entered", entered)
    return entered


def _check(kind: str, years: int, issuer: str, valid_until: date | None, today: date) -> None:
    if not Requirement.objects.filter(kind=kind).exists():
        raise Invalid("nothing of this kind is asked for here")
    if not 0 <= years <= MOST_YEARS or not 0 < len(issuer) <= ISSUER_CHARACTERS:
        raise Invalid("say who has issued it, and how many years it took")
    if valid_until is not None and valid_until < today:
        raise Invalid("it has run out already")


def verify_qualification(
    tenant: Tenant, actor: Membership, member_id: UUID, *, kind: str
) -> Qualification:
    """Note that ``actor`` has seen what a member holds: from now on it counts. In the scope.

    Raises NotFound and NotAllowed.
    """
    member = looked_after(tenant, actor, member_id)
    found = _held(member, kind)
    if found.verified_on is None:
        found.verified_by, found.verified_on = actor, today_at(tenant, now=clock.now())
        found.save(update_fields=["verified_by", "verified_on"])
        _note(tenant, actor, member, "verified", found)
    return found


def end_qualification(
    tenant: Tenant, actor: Membership, member_id: UUID, *, kind: str, reason: str
) -> None:
    """Take from a member what they do not hold any more; it counts no more from this commit on.

    In the scope. Raises NotFound, NotAllowed, Invalid without a reason.
    """
    member = looked_after(tenant, actor, member_id)
    if not 0 < len(reason) <= REASON_CHARACTERS:
        raise Invalid("say why")
    found = _held(member, kind)
    found.delete()
    _note(tenant, actor, member, "ended", found, reason)


def _held(member: Membership, kind: str) -> Qualification:
    found = Qualification.objects.select_for_update(of=("self",)).filter(membership=member)
    one = found.filter(kind=kind).first()
    if one is None:
        raise NotFound("no such qualification")
    return one


def _note(
    tenant: Tenant,
    actor: Membership,
    member: Membership,
    what: str,
    held: Qualification,
    reason: str = "",
) -> None:
    until = held.valid_until.isoformat() if held.valid_until else ""
    basis = ", ".join(filter(None, (held.kind, held.issuer, until, reason)))
    record(tenant, actor=actor, action=f"qualification.{what}", subject=member.pk, basis=basis)
    tell_watchers(tenant, member)
