"""Who is to be there when, and what of it visitors are told: which education, never who.

The rota is as small as the promise on the front page needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tenants import hours
from tenants.calendars import moment
from tenants.errors import Invalid, NotFound
from tenants.fitness import counting, fit_members, in_place
from tenants.hours import Span
from tenants.models import Membership, Qualification, Requirement, Shift, Tenant

LONGEST = timedelta(hours=24)
# A week that is over is the pattern of the next; what is older than that is forgotten.
COPIED = timedelta(days=8)


def plan_shift(
    tenant: Tenant, membership: Membership, *, begins_at: datetime, ends_at: datetime, now: datetime
) -> Shift:
    """Put a shift (UTC) into the rota; one that begins at the same time is replaced. In the scope.

    Forgets whatever of the rota is over for longer than a week can be copied: it says who worked
    when, and nobody needs it any more.
    Raises Invalid where a shift has no length, or more than a day.
    """
    if not timedelta(0) < ends_at - begins_at <= LONGEST:
        raise Invalid("a shift ends after it begins, within a day")
    Shift.objects.filter(ends_at__lte=now - COPIED).delete()
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


def shifts_between(first: datetime, last: datetime) -> list[Shift]:
    """Return the shifts of who is let in that meet the time between two moments. In the scope."""
    shifts = Shift.objects.filter(ends_at__gt=first, begins_at__lt=last, membership__in=in_place())
    return list(shifts.select_related("membership__user").order_by("begins_at", "pk"))


def uncovered(tenant: Tenant, day: date, shifts: Iterable[Shift], *, now: datetime) -> list[Span]:
    """Return when on ``day`` the line is open (still) and nobody who may answer then has a shift.

    Cut at midnight by the tenant's clock. In the scope; three queries.
    """
    begins, ends = (midnight(tenant, day + timedelta(days=more)) for more in (0, 1))
    fit = set(fit_members(on=day).values_list("pk", flat=True))
    there = sorted(
        (shift.begins_at, shift.ends_at) for shift in shifts if shift.membership_id in fit
    )
    open_spans = hours.schedule_of(tenant).spans(day - timedelta(days=1), day)
    found = []
    for span in open_spans:
        found += _left(max(span.starts_at, begins, now), min(span.ends_at, ends), there)
    return found


def midnight(tenant: Tenant, day: date) -> datetime:
    """Return when ``day`` begins where the tenant is."""
    return moment(datetime.combine(day, time(0)), zone=tenant.tzinfo)


def _left(
    begins: datetime, ends: datetime, there: Iterable[tuple[datetime, datetime]]
) -> list[Span]:
    """Return what of a stretch is met by none of ``there``, which are in order."""
    found = []
    for starts, stops in there:
        if starts >= ends:
            break
        if begins < starts:
            found.append(Span(begins, starts))
        begins = max(begins, stops)
    return [*found, Span(begins, ends)] if begins < ends else found


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
    ends = midnight(tenant, today + timedelta(days=1))
    schedule = hours.schedule_of(tenant)
    left = [
        (max(span.starts_at, now), min(span.ends_at, ends))
        for span in schedule.spans(today - timedelta(days=1), today)
    ]
    shifts = Shift.objects.filter(ends_at__gt=now, begins_at__lt=ends, membership__in=in_place())
    return {
        shift.membership_id
        for shift in shifts
        if any(max(shift.begins_at, begins) < min(shift.ends_at, stops) for begins, stops in left)
    }


def _held_by(members: set[UUID], *, on: date) -> dict[str, int]:
    """Return what these members hold on that date, each kind with its most years."""
    rows = Qualification.objects.filter(counting(on=on), membership__in=members)
    return {row.kind: row.years for row in rows.order_by("years")}
