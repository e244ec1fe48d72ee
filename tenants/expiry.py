"""What runs out is warned of 60, 14 and 1 days ahead: once for each step, and until it is renewed.

A warning is part of the qualification's own row and says for which day it was given: with another
``valid_until`` it is none any more, whoever has changed that.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from tenants import clock
from tenants.audit import record
from tenants.fitness import today_at
from tenants.models import Membership, Qualification, Tenant
from tenants.scope import tenant_scope

STEPS_DAYS = (1, 14, 60)


def warn_of_expiry() -> int:
    """Write each warning that is due, for every tenant, once; return how many. Safe to re-run."""
    return sum(_warn(tenant) for tenant in Tenant.objects.all())


def _warn(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        today = today_at(tenant, now=clock.now())
        return sum(_warn_of(tenant, one, today) for one in list(_running_out(today)))


def _running_out(today: date) -> QuerySet[Qualification]:
    until = today + timedelta(days=max(STEPS_DAYS))
    return Qualification.objects.filter(
        valid_until__range=(today, until), verified_on__isnull=False, membership__active=True
    )


def _warn_of(tenant: Tenant, held: Qualification, today: date) -> bool:
    assert held.valid_until is not None
    step = min(days for days in STEPS_DAYS if held.valid_until - today <= timedelta(days=days))
    told = Q(warned_for=F("valid_until"), warned_days__lte=step)
    # Whoever renews it meanwhile is not told that it runs out.
    same = Qualification.objects.filter(pk=held.pk, valid_until=held.valid_until)
    untold = same.exclude(told & Q(warned_for__isnull=False, warned_days__isnull=False))
    if not untold.update(warned_for=held.valid_until, warned_days=step):
        return False
    basis = f"{held.kind}, {held.valid_until.isoformat()}"
    record(
        tenant, actor=None, action="qualification.expires", subject=held.membership_id, basis=basis
    )
    return True


def warnings(tenant: Tenant, *, of: Membership | None = None) -> QuerySet[Qualification]:
    """Return what has been warned of and is not renewed, soonest first. In the scope.

    Of everybody, or of one member. What has run out is a lack, and no warning any more.
    """
    today = today_at(tenant, now=clock.now())
    found = Qualification.objects.filter(
        warned_for=F("valid_until"), valid_until__gte=today, membership__active=True
    )
    found = found.filter(membership=of) if of else found
    return found.select_related("membership__user").order_by("valid_until", "pk")


def warned_of(tenant: Tenant) -> set[UUID]:
    """Return the members of whom something runs out. In the scope."""
    return set(warnings(tenant).order_by().values_list("membership", flat=True))
