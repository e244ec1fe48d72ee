"""The desk and its door. Everything that changes on it comes through its socket."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.incidents import incidents
from chat.pages import languages
from chat.pages.endings import Endings, endings
from chat.pages.fitness import Papers, papers_of
from chat.pages.languages import LanguageLink, TenantRequest
from chat.pages.office.alarm import alarm_for
from chat.pages.office.door import SectionLink, links_for
from chat.pages.theme import theme_url
from chat.pages.visitor import SubjectChoice, subject_choices
from chat.panels import Panel, panels_for
from chat.phrases import QuickPhrase, phrases
from chat.signposts import Signpost, signposts
from retention import clock
from retention.vault import people
from retention.watchdog import Standing
from tenants import staff
from tenants.models import LEADS, Membership, Tenant
from tenants.permissions import ANYBODY, MEMBERS, lets_in
from tenants.policies import current_policy, flagged_rule


@dataclass(frozen=True)
class DeskPage:
    """All that templates/chat/desk.html shows."""

    title: str
    name: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    member_name: str
    member_title: str
    capacity: int
    subjects: list[SubjectChoice]
    spoken: list[LanguageLink]
    may_flag: bool
    sections: list[SectionLink]
    alarm: Standing | None
    # Whom to call about an address, where one is kept.  Rule: D10
    callers: list[str]
    # What a counsellor may show a visitor the way to.  Rule: S10
    signposts: list[Signpost]
    papers: Papers
    # What is asked when a talk ends.
    endings: Endings
    # Of whom a lead should ask how they are, in sentences.
    leads: bool
    support: bool
    # Whether one may be taken who is not next.
    may_pick: bool
    phrases: list[QuickPhrase]
    panels: list[Panel]


@dataclass(frozen=True)
class SignInPage:
    """All that templates/chat/login.html shows; the password is never among it."""

    title: str
    name: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    login: str
    was_refused: bool


@require_safe
@lets_in(MEMBERS)
def desk(request: TenantRequest) -> HttpResponse:
    """Show the desk to a member of this tenant; anybody else is asked to sign in."""
    member = staff.current_membership(request)
    if member is None:
        return redirect("login")
    language = languages.desk_language(request, request.tenant)
    with translation.override(language):
        page = desk_page(request.tenant, member, language=language)
        return _with_origin(render(request, "chat/desk.html", {"page": page}))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@lets_in(ANYBODY)
def sign_in(request: TenantRequest) -> HttpResponse:
    """Let a member in. A wrong password and an unknown address get the same answer."""
    login = request.POST.get("login", "")
    refused = False
    if request.method == "POST":
        password = request.POST.get("password", "")
        if staff.sign_in(request, login=login, password=password):
            return redirect("desk")
        refused = True
    language = languages.desk_language(request, request.tenant)
    with translation.override(language):
        page = sign_in_page(request.tenant, language=language, login=login, was_refused=refused)
        answer = render(request, "chat/login.html", {"page": page}, status=403 if refused else 200)
        return _with_origin(answer)


@require_POST
@lets_in(ANYBODY)
def sign_out(request: TenantRequest) -> HttpResponse:
    """End the session, and let the browser drop what it has kept of the desk.

    Not its cookies: those of sibling hosts would go as well, where one may be signed in too.
    """
    staff.sign_out(request)
    response = redirect("login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _with_origin(response: HttpResponse) -> HttpResponse:
    # Under "no-referrer" browsers send `Origin: null` with a form, and the CSRF check refuses it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def desk_page(tenant: Tenant, member: Membership, *, language: str) -> DeskPage:
    """Gather the desk in ``language``, which is also the active translation."""
    spoken = languages.spoken()
    panels = panels_for(tenant, member)
    beside = {reverse(panel.section) for panel in panels if panel.section}
    return DeskPage(
        title=tenant.name,
        name=tenant.name,
        language=language,
        languages=languages.links_for(spoken, current=language),
        theme_url=theme_url(tenant),
        member_name=member.user.name,
        member_title=member.title_in(language, tenant),
        capacity=tenant.capacity,
        subjects=subject_choices(language),
        spoken=languages.links_for(languages.offered_by(tenant), current=language),
        may_flag=flagged_rule(current_policy(tenant)) is not None,
        # Two ways of one name would be a riddle: the panel leads to its page.
        sections=[link for link in links_for(member) if link.url not in beside],
        alarm=alarm_for(tenant, member),
        callers=people.callers(tenant),
        signposts=signposts(tenant, language=language),
        papers=papers_of(tenant, member, language=language),
        endings=endings(tenant, language=language),
        leads=member.role in LEADS,
        support=bool(incidents(tenant, member, unseen=True)),
        may_pick=tenant.may_pick,
        phrases=phrases(tenant, member, now=clock.now()),
        panels=panels,
    )


def sign_in_page(tenant: Tenant, *, language: str, login: str, was_refused: bool) -> SignInPage:
    """Gather the sign-in page in ``language``, which is also the active translation."""
    return SignInPage(
        title=tenant.name,
        name=tenant.name,
        language=language,
        languages=languages.links_for(languages.spoken(), current=language),
        theme_url=theme_url(tenant),
        login=login,
        was_refused=was_refused,
    )
