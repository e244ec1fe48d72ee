"""Staff: who holds what until when, who may answer, and who is to be there when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from babel.dates import format_date, format_datetime, format_time
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.fitness import kind_labels, lack_in_words
from chat.pages.languages import TenantRequest, date_in_words, locale_of
from chat.pages.office.door import office, show
from chat.pages.office.wording import ROLES
from retention import clock
from tenants import sessions
from tenants.expiry import warnings
from tenants.fitness import ANSWERING, Lack, in_place, lacks_in, requirement_groups, today_at
from tenants.models import Membership, Qualification, Shift, Tenant
from tenants.qualifications import ISSUER_CHARACTERS, MOST_YEARS, REASON_CHARACTERS, looks_after
from tenants.rota import shifts_to_come
from tenants.scope import tenant_scope

SECTION = "office-staff"
ACTS = ("enter", "verify", "end", "leave", "out")


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
    """A member; ``url`` is empty where somebody else looks after them."""

    id: str
    url: str
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
class StaffContent:
    """All that templates/chat/office/staff.html shows."""

    rows: list[StaffRow]
    shifts: list[ShiftRow]
    today: str
    said: str
    refused: str


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
    """All that templates/chat/office/member.html and member_leave.html show."""

    row: StaffRow
    sittings: list[SittingRow]
    kinds: list[KindChoice]
    act_urls: dict[str, str]
    today: str
    longest_issuer: int
    longest_reason: int
    most_years: int
    refused: str


@require_safe
@office(SECTION)
def staff_list(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show everybody who has a place here, and the rota."""
    return show_staff(request, member, said=_said(request.GET.get("said", "")))


def _said(code: str) -> str:
    return _("The member is out, at every desk and page.") if code == "left" else ""


def show_staff(
    request: TenantRequest, member: Membership, *, said: str = "", refused: str = ""
) -> HttpResponse:
    """Render the list; with ``refused`` as a refusal that says why."""
    tenant = request.tenant
    with tenant_scope(tenant):
        language = languages.desk_language(request, tenant)
        now = clock.now()
        content = StaffContent(
            rows=_Shown(tenant, member, language).rows(),
            shifts=[shift_row(tenant, one, language) for one in shifts_to_come(now=now)],
            today=today_at(tenant, now=now).isoformat(),
            said=said,
            refused=refused,
        )
        status = 409 if refused else 200
        template = "chat/office/staff.html"
        return show(request, member, template, content, section=SECTION, status=status)


@require_safe
@office(SECTION)
def staff_member(request: TenantRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Show one member with all that may be done about their papers and their place."""
    return show_member(request, member, member_id)


def show_member(
    request: TenantRequest,
    member: Membership,
    member_id: UUID,
    *,
    template: str = "member",
    refused: str = "",
) -> HttpResponse:
    """Render a page about a member whom ``member`` looks after; anybody else is not there."""
    tenant = request.tenant
    with tenant_scope(tenant):
        language = languages.desk_language(request, tenant)
        row = next(
            (one for one in _Shown(tenant, member, language).rows(member_id) if one.url), None
        )
        if row is None:
            raise Http404
        content = MemberContent(
            row=row,
            sittings=_sittings(tenant, member_id, language),
            kinds=[KindChoice(kind, label) for kind, label in kind_labels(language).items()],
            act_urls={act: reverse(f"office-member-{act}", args=[member_id]) for act in ACTS},
            today=today_at(tenant, now=clock.now()).isoformat(),
            longest_issuer=ISSUER_CHARACTERS,
            longest_reason=REASON_CHARACTERS,
            most_years=MOST_YEARS,
            refused=refused,
        )
        status = 409 if refused else 200
        template = f"chat/office/{template}.html"
        return show(request, member, template, content, section=SECTION, status=status)


def _sittings(tenant: Tenant, member_id: UUID, language: str) -> list[SittingRow]:
    user = Membership.objects.values_list("user", flat=True).get(pk=member_id)

    def told(moment: datetime) -> str:
        there = moment.astimezone(tenant.tzinfo)
        return str(format_datetime(there, format="d MMM HH:mm", locale=locale_of(language)))

    return [
        SittingRow(told(one.signed_in_at), told(one.active_at), one.is_locked)
        for one in sessions.sittings(tenant, [user])
    ]


class _Shown:
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
        return [self._row(member) for member in found]

    def _row(self, member: Membership) -> StaffRow:
        held = self.held[member.pk]
        answers = member.role in ANSWERING
        theirs = looks_after(self.actor, member)
        return StaffRow(
            id=str(member.pk),
            url=reverse("office-member", args=[member.pk]) if theirs else "",
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
