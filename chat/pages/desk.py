"""The desk. Everything that changes on it comes through its socket."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

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
from tenants.permissions import MEMBERS, lets_in
from tenants.policies import NoPolicy, current_policy, flagged_rule


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
    # How long nobody may be seen at the desk before it locks.
    idle_seconds: int


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
        may_flag=_may_flag(tenant),
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
        idle_seconds=int(settings.IDLE_LIMIT.total_seconds()),
    )


def _may_flag(tenant: Tenant) -> bool:
    try:
        return flagged_rule(current_policy(tenant)) is not None
    except NoPolicy:  # a line that is being prepared
        return False
