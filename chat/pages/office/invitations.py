"""Invitations: whom this line has asked to come, how that stands, and a form to ask another."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from babel.dates import format_datetime
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages import languages
from chat.pages.languages import LanguageLink, TenantRequest, locale_of
from chat.pages.office.door import office, show
from chat.pages.office.staff import SECTION
from chat.pages.office.wording import ROLES
from retention import clock
from tenants import invitations
from tenants.errors import NotAllowed, NotFound
from tenants.invitations import FIRST_NAME_CHARACTERS, TITLE_CHARACTERS, Fault, State
from tenants.models import Invitation, Membership, Tenant
from tenants.scope import tenant_scope

_STATES: dict[State, Promise] = {
    State.WAITING: _("The mail is on its way."),
    State.SENT: _("The mail went out {sent}. The link is good until {ends}."),
    State.FAILED: _("The mail could not be sent yet. It is tried again by itself."),
    State.OVER: _("The link was not used in time."),
}
_FAULTS: dict[tuple[str, str], Promise] = {
    ("email", "shape"): _("That is no e-mail address."),
    ("email", "member"): _("Whoever has this address is a member here already."),
    ("email", "invited"): _("This address is invited already. Send the link again below."),
    ("email", "many"): _("Too many invitations are open. Withdraw some first."),
    ("email", "soon"): _("A mail went out a few minutes ago. Wait a little."),
    ("role", "unknown"): _("Choose a role."),
    ("title", "missing"): _("Give the title, in the line’s first language at least."),
    ("title", "long"): _("The title is too long."),
    ("first_name", "long"): _("The first name is too long."),
}


@dataclass(frozen=True)
class InvitationRow:
    """An open invitation as it is shown."""

    id: str
    email: str
    role: str
    title: str
    state: str
    code: str
    again_url: str
    withdraw_url: str


@dataclass(frozen=True)
class RoleChoice:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class TitleField:
    """The title in one language of the line; only its first has to be filled in."""

    code: str
    language: str
    text: str
    is_needed: bool


@dataclass(frozen=True)
class InvitationsContent:
    """All that templates/chat/office/invitations.html shows."""

    rows: list[InvitationRow]
    roles: list[RoleChoice]
    titles: list[TitleField]
    mail_languages: list[LanguageLink]
    email: str
    first_name: str
    longest_title: int
    longest_first_name: int
    shows_first_name: bool
    said: str
    refused: str
    wrong_field: str


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def invite(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show who is invited; with a filled-in form invite somebody."""
    if request.method != "POST":
        return _show(request, member, said=_said(request.GET.get("said", "")))
    said = request.POST
    try:
        invitations.invite(
            request.tenant,
            member,
            email=said.get("email", ""),
            role=said.get("role", ""),
            title={code: said.get(f"title_{code}", "") for code in request.tenant.languages},
            first_name=said.get("first_name", ""),
            language=_mail_language(request),
        )
    except NotAllowed:
        raise Http404 from None
    except Fault as problem:
        return _show(request, member, problem=problem)
    return redirect(f"{reverse('office-invitations')}?said=invited")


@require_POST
@office(SECTION)
def again(request: TenantRequest, member: Membership, invitation_id: UUID) -> HttpResponse:
    """Send the mail of an invitation once more."""
    try:
        invitations.again(request.tenant, member, invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Fault as problem:
        return _show(request, member, problem=problem)
    return redirect(f"{reverse('office-invitations')}?said=again")


@require_POST
@office(SECTION)
def withdraw(request: TenantRequest, member: Membership, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        invitations.withdraw(request.tenant, member, invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect(f"{reverse('office-invitations')}?said=withdrawn")


def _said(code: str) -> str:
    return {
        "invited": gettext("A mail with a link goes out within a minute."),
        "again": gettext("Another mail goes out within a minute. The earlier link is dead."),
        "withdrawn": gettext("The invitation is withdrawn. Its link leads nowhere any more."),
    }.get(code, "")


def _mail_language(request: TenantRequest) -> str:
    asked = request.POST.get("language", "")
    return asked if asked in languages.spoken() else languages.offered_by(request.tenant)[0]


def _show(
    request: TenantRequest, member: Membership, *, said: str = "", problem: Fault | None = None
) -> HttpResponse:
    tenant, typed = request.tenant, request.POST
    with tenant_scope(tenant):
        language = languages.desk_language(request, tenant)
        rows = invitations.open_invitations(member)
        content = InvitationsContent(
            rows=[_row(tenant, one, language=language) for one in rows],
            roles=[
                RoleChoice(role, str(ROLES[role]), role == typed.get("role"))
                for role in invitations.roles_to_give(member)
            ],
            titles=_titles(tenant, typed),
            mail_languages=languages.links_for(
                languages.spoken(), current=typed.get("language") or language
            ),
            email=typed.get("email", ""),
            first_name=typed.get("first_name", ""),
            longest_title=TITLE_CHARACTERS,
            longest_first_name=FIRST_NAME_CHARACTERS,
            shows_first_name=tenant.shows_first_name,
            said=said,
            refused=str(_FAULTS[problem.field, problem.why]) if problem else "",
            wrong_field=problem.field if problem else "",
        )
        status = 409 if problem else 200
        template = "chat/office/invitations.html"
        return show(request, member, template, content, section=SECTION, status=status)


def _titles(tenant: Tenant, typed: QueryDict) -> list[TitleField]:
    return [
        TitleField(
            one.code,
            one.name,
            typed.get(f"title_{one.code}", ""),
            one.code == tenant.default_language,
        )
        for one in languages.links_for(tenant.languages, current="")
    ]


def _row(tenant: Tenant, one: Invitation, *, language: str) -> InvitationRow:
    state = invitations.state_of(one, now=clock.now())
    moments = {
        name: format_datetime(
            at.astimezone(tenant.tzinfo), format="d MMM HH:mm", locale=locale_of(language)
        )
        for name, at in (("sent", one.sent_at), ("ends", one.ends_at))
        if at
    }
    return InvitationRow(
        id=str(one.pk),
        email=one.email,
        role=str(ROLES[one.role]),
        title=one.title_in(language, tenant),
        state=str(_STATES[state]).format(**moments) if state == State.SENT else str(_STATES[state]),
        code=state.value,
        again_url=reverse("office-invitation-again", args=[one.pk]),
        withdraw_url=reverse("office-invitation-withdraw", args=[one.pk]),
    )
