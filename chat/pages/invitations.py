"""Invitations as pages show them and forms say them: in the office and in the administration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel.dates import format_datetime
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.pages import languages
from chat.pages.languages import LanguageLink, locale_of
from chat.pages.office.wording import ROLES
from retention import clock
from tenants import invitations
from tenants.invitations import FIRST_NAME_CHARACTERS, TITLE_CHARACTERS, Fault, State
from tenants.models import Invitation, Membership, Tenant

# The names of the pages that list and invite, send again, and withdraw.
Names = tuple[str, str, str]
Typed = Mapping[str, str]

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
    """All that templates/chat/_invitations.html shows."""

    invite_url: str
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


def send(tenant: Tenant, actor: Membership, typed: Typed) -> Invitation:
    """Invite whom a form names. In the scope. Raises NotAllowed and Fault."""
    asked = typed.get("language", "")
    return invitations.invite(
        tenant,
        actor,
        email=typed.get("email", ""),
        role=typed.get("role", ""),
        title={code: typed.get(f"title_{code}", "") for code in tenant.languages},
        first_name=typed.get("first_name", ""),
        language=asked if asked in languages.spoken() else languages.offered_by(tenant)[0],
    )


def done_in_words(code: str) -> str:
    """Return what was done: ``invited``, ``again`` or ``withdrawn``; nothing of anything else."""
    return {
        "invited": gettext("A mail with a link goes out within a minute."),
        "again": gettext("Another mail goes out within a minute. The earlier link is dead."),
        "withdrawn": gettext("The invitation is withdrawn. Its link leads nowhere any more."),
    }.get(code, "")


def invitations_content(
    tenant: Tenant,
    member: Membership,
    typed: Typed,
    *,
    language: str,
    names: Names,
    said: str = "",
    problem: Fault | None = None,
) -> InvitationsContent:
    """Gather what ``member`` may see, and what they have typed. In the scope."""
    return InvitationsContent(
        invite_url=reverse(names[0]),
        rows=[
            _row(tenant, one, language=language, names=names)
            for one in invitations.open_invitations(member)
        ],
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


def _titles(tenant: Tenant, typed: Typed) -> list[TitleField]:
    return [
        TitleField(
            one.code,
            one.name,
            typed.get(f"title_{one.code}", ""),
            one.code == tenant.default_language,
        )
        for one in languages.links_for(tenant.languages, current="")
    ]


def _row(tenant: Tenant, one: Invitation, *, language: str, names: Names) -> InvitationRow:
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
        again_url=reverse(names[1], args=[one.pk]),
        withdraw_url=reverse(names[2], args=[one.pk]),
    )
