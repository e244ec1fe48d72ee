"""Who is to be there when, and what of it visitors are told: which education, never who.

The rota is as small as the promise on the front page needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tenants import hours
from tenants.calendars import moment
from tenants.errors import Invalid, NotFound
from tenants.fitness import counting, in_place
from tenants.models import Membership, Qualification, Requirement, Shift, Tenant

LONGEST = timedelta(hours=24)


def plan_shift(
    tenant: Tenant, membership: Membership, *, begins_at: datetime, ends_at: datetime, now: datetime
) -> Shift:
    """Put a shift (UTC) into the rota; one that begins at the same time is replaced. In the scope.

    Forgets whatever of the rota is over: it says who worked when, and nobody needs it any more.
    Raises Invalid where a shift has no length, or more than a day.
    """
    if not timedelta(0) < ends_at - begins_at <= LONGEST:
        raise Invalid("a shift ends after it begins, within a day")
    Shift.objects.filter(ends_at__lte=now).delete()
    shift, _ = Shift.objects.update_or_create(
        tenant=tenant, membership=membership, begins_at=begins_at, defaults={"ends_at": ends_at}
    )
    return shift


def cancel_shift(tenant: Tenant, membership: Membership, *, begins_at: datetime) -> None:
    """Take a shift out of the rota. In the scope. Raises NotFound where there is none."""
    if not Shift.objects.filter(membership=membership, begins_at=begins_at).delete()[0]:
        raise NotFound("no such shift")


def shifts_to_come(*, now: datetime) -> list[Shift]:
    """Return the shifts that are not over, the next first, of who is let in. In the scope."""
    shifts = Shift.objects.filter(ends_at__gt=now, membership__in=in_place())
    return list(shifts.select_related("membership__user").order_by("begins_at", "pk"))


def here_today(tenant: Tenant, *, now: datetime) -> list[Mapping[str, str]]:
    """Return the labels of what is announced and somebody who is (still) to answer today holds.

    Only a shift that falls within the hours that are left of today counts: nobody meets a
    psychologist on a line that has closed. In the scope; five queries.  Rule: S3
    """
    announced = list(Requirement.objects.filter(announced=True).order_by("group", "kind"))
    if not announced:
        return []
    today = now.astimezone(tenant.tzinfo).date()
    held = _held_by(_on_shift(tenant, today, now), on=today)
    return [row.label for row in announced if held.get(row.kind, -1) >= row.years]


def _on_shift(tenant: Tenant, today: date, now: datetime) -> set[UUID]:
    """Return the members whose shift meets the open hours between ``now`` and midnight."""
    midnight = moment(datetime.combine(today + timedelta(days=1), time(0)), zone=tenant.tzinfo)
    schedule = hours.schedule_of(tenant)
    left = [
        (max(span.starts_at, now), min(span.ends_at, midnight))
        for span in schedule.spans(today - timedelta(days=1), today)
    ]
    shifts = Shift.objects.filter(
        ends_at__gt=now, begins_at__lt=midnight, membership__in=in_place()
    )
    return {
        shift.membership_id
        for shift in shifts
        if any(max(shift.begins_at, begins) < min(shift.ends_at, ends) for begins, ends in left)
    }


def _held_by(members: set[UUID], *, on: date) -> dict[str, int]:
    """Return what these members hold on that date, each kind with its most years."""
    rows = Qualification.objects.filter(counting(on=on), membership__in=members)
    return {row.kind: row.years for row in rows.order_by("years")}
