"""Planning the rota: who leads a shift or the line says when whom is to be there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tenants import clock
from tenants.audit import record
from tenants.calendars import moment
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.fitness import ANSWERING, in_place
from tenants.models import LEADS, Membership, Shift, Tenant
from tenants.rota import cancel_shift, midnight, plan_shift, shifts_between
from tenants.staff import own_membership

# A rota is planned for a season, not for years.
FURTHEST = timedelta(days=400)
_WEEK = timedelta(days=7)


def plan(
    tenant: Tenant, actor: Membership, member_id: UUID, *, day: date, begins: time, ends: time
) -> Shift:
    """Plan a shift by the tenant's own clock; one that ends before it begins ends the next day.

    In the scope. Raises NotFound for who does not answer here, NotAllowed, and Invalid for a
    shift that is over or too far away.
    """
    member = _planned_for(tenant, actor, member_id)
    begins_at = moment(datetime.combine(day, begins), zone=tenant.tzinfo)
    last_day = day if begins < ends else day + timedelta(days=1)
    ends_at = moment(datetime.combine(last_day, ends), zone=tenant.tzinfo)
    now = clock.now()
    if not now < ends_at < now + FURTHEST:
        raise Invalid("a shift is to come, within a year or so")
    shift = plan_shift(tenant, member, begins_at=begins_at, ends_at=ends_at, now=now)
    # The day: when exactly somebody works is nobody's business once it is over.  Rule: D7
    basis = day.isoformat()
    record(tenant, actor=actor, action="shift.planned", subject=member.pk, basis=basis)
    return shift


def cancel(tenant: Tenant, actor: Membership, member_id: UUID, *, begins_at: datetime) -> None:
    """Take a shift out of the rota. In the scope. Raises NotFound and NotAllowed."""
    member = _planned_for(tenant, actor, member_id)
    cancel_shift(tenant, member, begins_at=begins_at)
    basis = begins_at.astimezone(tenant.tzinfo).date().isoformat()
    record(tenant, actor=actor, action="shift.cancelled", subject=member.pk, basis=basis)


def copy_week(tenant: Tenant, actor: Membership, monday: date) -> int:
    """Plan the week from ``monday`` as the one before it, by the clock on the wall; return how much.

    What is there already stays, and what would be over is left out, as is who answers no more.
    In the scope. Raises NotAllowed.
    """
    before = monday - timedelta(days=7)
    found = [
        shift
        for shift in shifts_between(midnight(tenant, before), midnight(tenant, monday))
        if shift.membership.role in ANSWERING and shift.begins_at >= midnight(tenant, before)
    ]
    there = {
        (shift.membership_id, shift.begins_at)
        for shift in shifts_between(midnight(tenant, monday), midnight(tenant, monday + _WEEK))
    }
    copied = 0
    for shift in found:
        begins, ends = (
            at.astimezone(tenant.tzinfo).replace(tzinfo=None)
            for at in (shift.begins_at, shift.ends_at)
        )
        if (shift.membership_id, moment(begins + _WEEK, zone=tenant.tzinfo)) in there:
            continue
        with suppress(Invalid):
            day, member = begins.date() + _WEEK, shift.membership_id
            plan(tenant, actor, member, day=day, begins=begins.time(), ends=ends.time())
            copied += 1
    return copied


def _planned_for(tenant: Tenant, actor: Membership, member_id: UUID) -> Membership:
    if own_membership(tenant, actor).role not in LEADS:
        raise NotAllowed("your role does not plan shifts")
    found = in_place().filter(pk=member_id, role__in=ANSWERING).first()
    if found is None:
        raise NotFound("nobody of that kind answers here")
    return found
