"""Reviews: a hold is looked at again by a day that was said when it was placed.

Nothing is ever released because nobody looked: a reminder is written down and shown, and stays
until somebody who looks after the hold has set the next day or ended it.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from retention import clock
from retention.holds import (
    check_review,
    demand_of,
    in_turn,
    keeper,
    looks_after,
    standing_hold,
    standing_holds,
)
from retention.models import Hold
from tenants.audit import record
from tenants.errors import NotAllowed
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope


def review_hold(tenant: Tenant, membership: Membership, hold_id: UUID, *, review_on: date) -> Hold:
    """Keep a hold, and say when it is looked at the next time.

    Raises NotFound, NotAllowed for who does not look after it, Invalid for another day than one
    within three months.  Rule: U8.
    """
    with tenant_scope(tenant):
        in_turn(tenant)
        actor = keeper(tenant, membership)
        hold = standing_hold(hold_id)
        if not looks_after(actor, hold):
            raise NotAllowed("its owner and the officers review a hold")
        check_review(review_on, today=today_at(tenant))
        hold.review_on = review_on
        hold.save(update_fields=["review_on"])
        basis = f"{demand_of(hold).reference}, {review_on.isoformat()}"
        record(tenant, actor=actor, action="hold.reviewed", subject=hold.thing, basis=basis)
    return hold


def reviews_due(tenant: Tenant) -> QuerySet[Hold]:
    """Return the standing holds whose review day has come. In the scope."""
    return standing_holds().filter(review_on__lte=today_at(tenant))


def remind_reviews() -> int:
    """Write down each review that is due, once, for every tenant; return how many."""
    return sum(_remind(tenant) for tenant in Tenant.objects.all())


def _remind(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        in_turn(tenant)
        told = Q(reminded_of=F("review_on"))
        due = list(reviews_due(tenant).exclude(told & Q(reminded_of__isnull=False)))
        for hold in due:
            hold.reminded_of = hold.review_on
            hold.save(update_fields=["reminded_of"])
            record(
                tenant,
                actor=None,
                action="hold.review_due",
                subject=hold.thing,
                basis=demand_of(hold).basis,
            )
    return len(due)


def today_at(tenant: Tenant) -> date:
    """Return which day it is where the tenant is."""
    return clock.now().astimezone(tenant.tzinfo).date()
