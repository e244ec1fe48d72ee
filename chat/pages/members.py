"""Members with their papers and shifts, in words, for every page that shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from babel.dates import format_date, format_datetime, format_time
from django.utils.translation import gettext as _

from chat.pages.fitness import kind_labels, lack_in_words
from chat.pages.languages import date_in_words, locale_of
from chat.pages.office.wording import ROLES
from retention import clock
from tenants import sessions
from tenants.expiry import warnings
from tenants.fitness import ANSWERING, Lack, in_place, lacks_in, requirement_groups, today_at
from tenants.models import Membership, Qualification, Shift, Tenant
from tenants.qualifications import (
    ISSUER_CHARACTERS,
    MOST_YEARS,
    REASON_CHARACTERS,
    looks_after,
)


@dataclass(frozen=True)
class Paper:
    """A qualification as it is shown; ``until`` is empty where it never runs out."""

    kind: str
    label: str
    issuer: str
    until: str
    verified: str
    is_verified: bool
    is_over: bool
    runs_out_soon: bool


@dataclass(frozen=True)
class StaffRow:
    """A member; ``is_theirs`` is whether who looks at the page looks after them."""

    id: str
    is_theirs: bool
    name: str
    role: str
    title: str
    answers: bool
    lacks: list[str]
    papers: list[Paper]


@dataclass(frozen=True)
class ShiftRow:
    member: str
    name: str
    day: str
    hours: str
    begins_at: str


@dataclass(frozen=True)
class KindChoice:
    kind: str
    label: str


@dataclass(frozen=True)
class SittingRow:
    """A session that a member has open here, by the tenant's own clock."""

    since: str
    active: str
    is_locked: bool


@dataclass(frozen=True)
class MemberContent:
    """All that the pages about one member show; ``act_urls`` are where their forms go."""

    row: StaffRow
    sittings: list[SittingRow]
    kinds: list[KindChoice]
    act_urls: Mapping[str, str]
    today: str
    longest_issuer: int
    longest_reason: int
    most_years: int
    refused: str


def member_content(
    tenant: Tenant, row: StaffRow, language: str, act_urls: Mapping[str, str], *, refused: str = ""
) -> MemberContent:
    """Gather it; only what the line asks for can be said to be held. In the scope."""
    return MemberContent(
        row=row,
        sittings=_sittings(tenant, UUID(row.id), language),
        kinds=[KindChoice(kind, label) for kind, label in kind_labels(language).items()],
        act_urls=act_urls,
        today=today_at(tenant, now=clock.now()).isoformat(),
        longest_issuer=ISSUER_CHARACTERS,
        longest_reason=REASON_CHARACTERS,
        most_years=MOST_YEARS,
        refused=refused,
    )


def _sittings(tenant: Tenant, member_id: UUID, language: str) -> list[SittingRow]:
    user = Membership.objects.values_list("user", flat=True).get(pk=member_id)

    def told(moment: datetime) -> str:
        there = moment.astimezone(tenant.tzinfo)
        return str(format_datetime(there, format="d MMM HH:mm", locale=locale_of(language)))

    return [
        SittingRow(told(one.signed_in_at), told(one.active_at), one.is_locked)
        for one in sessions.sittings(tenant, [user])
    ]


class Members:
    """Members as ``actor`` sees them: six queries, however many there are. In the scope."""

    def __init__(self, tenant: Tenant, actor: Membership, language: str) -> None:
        self.tenant, self.actor, self.language = tenant, actor, language
        self.today = today_at(tenant, now=clock.now())
        self.groups = requirement_groups()
        self.labels = kind_labels(language)
        self.warned = set(warnings(tenant).order_by().values_list("pk", flat=True))
        self.held: dict[UUID, list[Qualification]] = defaultdict(list)
        for one in Qualification.objects.select_related("verified_by__user").order_by("kind"):
            self.held[one.membership_id].append(one)

    def rows(self, only: UUID | None = None) -> list[StaffRow]:
        found = in_place().select_related("user").order_by("user__name", "pk")
        found = found.filter(pk=only) if only else found
        return [self.row(member) for member in found]

    def row(self, member: Membership) -> StaffRow:
        held = self.held[member.pk]
        answers = member.role in ANSWERING
        return StaffRow(
            id=str(member.pk),
            is_theirs=looks_after(self.actor, member),
            name=member.user.name,
            role=str(ROLES[member.role]),
            title=member.title_in(self.language, self.tenant),
            answers=answers,
            lacks=[self._words(lack) for lack in self._lacks(held)] if answers else [],
            papers=[self._paper(one) for one in held],
        )

    def _lacks(self, held: list[Qualification]) -> list[Lack]:
        return lacks_in(self.groups, {one.kind: one for one in held}, on=self.today)

    def _words(self, lack: Lack) -> str:
        return lack_in_words(lack, language=self.language)

    def _paper(self, one: Qualification) -> Paper:
        until = one.valid_until
        return Paper(
            kind=one.kind,
            label=self.labels.get(one.kind, one.kind),
            issuer=one.issuer,
            until=date_in_words(until, self.language) if until else "",
            verified=self._verified(one),
            is_verified=one.verified_on is not None,
            is_over=until is not None and until < self.today,
            runs_out_soon=one.pk in self.warned,
        )

    def _verified(self, one: Qualification) -> str:
        if one.verified_on is None:
            return ""
        day = date_in_words(one.verified_on, self.language)
        by = one.verified_by.user.name if one.verified_by else ""
        return _("{name}, {day}").format(name=by, day=day) if by else day


def shift_row(tenant: Tenant, shift: Shift, language: str) -> ShiftRow:
    """Return a shift by the tenant's own clock."""
    locale = locale_of(language)
    begins, ends = (at.astimezone(tenant.tzinfo) for at in (shift.begins_at, shift.ends_at))
    return ShiftRow(
        member=str(shift.membership_id),
        name=shift.membership.user.name,
        day=str(format_date(begins, format="EEEE d MMMM", locale=locale)),
        hours="–".join(format_time(at, format="HH:mm", locale=locale) for at in (begins, ends)),
        begins_at=shift.begins_at.isoformat(),
    )
