"""Who is fit to answer visitors at a tenant, on a day: in place, of a role that answers, and with
everything that the tenant promises of whoever answers, seen by somebody and not run out.

A training is a requirement like any other (``chat_training``), and a student is one who has
completed as many years as the requirement says.  Rule: S3, S4, D1, D10, T5, B7
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.models import Membership, Qualification, Requirement, Role, Tenant

ANSWERING = (Role.COUNSELLOR, Role.SUPERVISOR)


class Why(StrEnum):
    """Why a group of requirements is not met; the last of these that is true is told."""

    ABSENT = "absent"
    TOO_FEW_YEARS = "too_few_years"
    EXPIRED = "expired"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Lack:
    """A group of requirements that a member does not meet; ``labels`` are the ways to meet it."""

    group: str
    why: Why
    labels: tuple[Mapping[str, str], ...]

    def told(self) -> dict[str, str]:
        """Return it as a frame carries it."""
        return {"group": self.group, "why": self.why.value}


def today_at(tenant: Tenant, *, now: datetime) -> date:
    """Return which day it is where the tenant is: what is valid until today is valid all day."""
    return now.astimezone(tenant.tzinfo).date()


def counting(*, on: date) -> Q:
    """Return which qualifications count on a day: verified ones that have not run out."""
    return Q(verified_on__isnull=False) & (Q(valid_until__isnull=True) | Q(valid_until__gte=on))


def in_place() -> QuerySet[Membership]:
    """Return the members who are let in at all. In the scope."""
    return Membership.objects.filter(active=True, user__is_active=True)


def fit_members(*, on: date) -> QuerySet[Membership]:
    """Return who may answer on a day, as one condition of one statement. In the scope."""
    held = Qualification.objects.filter(
        counting(on=on),
        membership=OuterRef(OuterRef(OuterRef("pk"))),
        kind=OuterRef("kind"),
        years__gte=OuterRef("years"),
    )
    met = Requirement.objects.filter(Exists(held), group=OuterRef("group"))
    return in_place().filter(~Exists(Requirement.objects.filter(~Exists(met))), role__in=ANSWERING)


def requirement_groups() -> dict[str, list[Requirement]]:
    """Return what the tenant asks for, by group: any one of a group's rows meets it."""
    rows = Requirement.objects.order_by("group", "kind")
    return {name: list(ways) for name, ways in groupby(rows, key=lambda row: row.group)}


def lacks_of(membership: UUID, *, on: date) -> list[Lack]:
    """Return what the tenant promises and a member lacks on a day. In the scope; two queries at most."""
    groups = requirement_groups()
    if not groups:
        return []
    held = {one.kind: one for one in Qualification.objects.filter(membership=membership)}
    return lacks_in(groups, held, on=on)


def lacks_of_all(members: Collection[UUID], *, on: date) -> dict[UUID, tuple[Lack, ...]]:
    """Return the same for each of ``members``. In the scope; two queries for all of them."""
    groups = requirement_groups()
    held: dict[UUID, dict[str, Qualification]] = {member: {} for member in members}
    for one in Qualification.objects.filter(membership__in=held):
        held[one.membership_id][one.kind] = one
    return {member: tuple(lacks_in(groups, has, on=on)) for member, has in held.items()}


def lacks_in(
    groups: Mapping[str, Sequence[Requirement]], held: Mapping[str, Qualification], *, on: date
) -> list[Lack]:
    """Return which of ``groups`` are not met by what is ``held``, by kind."""
    found = []
    for name, ways in groups.items():
        whys = [_why(way, held.get(way.kind), on=on) for way in ways]
        reasons = [why for why in whys if why is not None]
        if len(reasons) == len(whys):
            labels = tuple(way.label for way in ways)
            found.append(Lack(name, max(reasons, key=list(Why).index), labels))
    return found


def _why(way: Requirement, held: Qualification | None, *, on: date) -> Why | None:
    if held is None:
        return Why.ABSENT
    if held.years < way.years:
        return Why.TOO_FEW_YEARS
    if held.valid_until is not None and held.valid_until < on:
        return Why.EXPIRED
    return None if held.verified_on is not None else Why.UNVERIFIED
