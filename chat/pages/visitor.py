"""The visitor's one page: what the tenant promises, and the room in which the talk happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.alternatives import OtherLine, other_lines
from chat.pages import languages, life, opening
from chat.pages.contacts import NO_CONTACT, NO_PHONE, ContactLine, contact_lines, href_of
from chat.pages.extras import Extra, extras
from chat.pages.further import FurtherPage, further_pages
from chat.pages.helplines import HelplineLine, Number, danger_numbers, helpline_lines
from chat.pages.languages import LanguageLink, TenantRequest, in_language
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.questions import FormCard, form_card
from chat.pages.statements import Said, statements
from chat.pages.theme import icon_of, theme_url
from tenants import hours, policies, promises, rota
from tenants.models import Contact, Notice, Policy, State, Statement, Subject, Tenant
from tenants.permissions import ANYBODY, lets_in
from tenants.scope import tenant_scope

_CALLED = {Contact.Kind.PHONE, Contact.Kind.SMS}


@dataclass(frozen=True)
class NoticeLine:
    text: str
    phone: str
    href: str
    beside_hours: bool


@dataclass(frozen=True)
class SubjectChoice:
    slug: str
    label: str


@dataclass(frozen=True)
class VisitorPage:
    """All that templates/chat/visitor.html shows."""

    title: str
    icon: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    leaving: promises.Promise
    is_open: bool
    # Closed, and nobody knows until when: the line's own people have said so.
    is_paused: bool
    standing: str
    notices: list[NoticeLine]
    about: list[str]
    who_answers: list[str]
    here_today: list[str]
    said: list[Said]
    promises: list[promises.Promise]
    stages: list[life.Stage]
    policy_version: int
    may_erase: bool
    offers_code: bool
    # Whether the code also shows, to whoever may read afterwards, that it was they.
    code_shows: bool
    # Whether the line has told its visitors that they are anonymous.
    is_anonymous: bool
    subjects: list[SubjectChoice]
    danger: list[Number]
    lines_open: list[HelplineLine]
    lines_closed: list[HelplineLine]
    emergency: list[ContactLine]
    # The same without those, and then apart: who is called, and what is written to or opened.
    contacts: list[ContactLine]
    phones: list[ContactLine]
    places: list[ContactLine]
    # Pages of other apps that help further.
    further: list[FurtherPage]
    usual: list[opening.UsualRow]
    dated: list[opening.DatedRow]
    # What is asked after the talk; None where nothing is.
    evaluation: FormCard | None
    extras: list[Extra]
    # What the page's script fills in for another line that is open when a talk ends.
    line_contact: ContactLine = NO_CONTACT
    phone_contact: ContactLine = NO_PHONE


@require_safe
@gzip_page
@lets_in(ANYBODY)
def visitor(request: TenantRequest) -> HttpResponse:
    """Show the front page; script turns it into the talk without leaving the address."""
    response = answer(request, "chat/visitor.html", visitor_page)
    # The one page that may be found by searching; what it said an hour ago is no use to anybody.
    response.headers["X-Robots-Tag"] = "noarchive"
    return response


visitor.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


def visitor_page(tenant: Tenant, *, language: str, now: datetime) -> VisitorPage:
    """Gather the page in ``language``, which is also the active translation.

    Opens its own scopes: other lines are asked whether they are open. About fifteen queries, and
    four for each other line.
    """
    others = other_lines(tenant, now=now)
    with tenant_scope(tenant):
        return _page(tenant, others, language=language, now=now)


def _page(tenant: Tenant, others: list[OtherLine], *, language: str, now: datetime) -> VisitorPage:
    standing = hours.standing(tenant, now=now)
    days = hours.coming_days(tenant, now=now)
    policy = policies.current_policy(tenant)
    said = statements(language)
    contacts = contact_lines(language)
    lines = helpline_lines(others, language=language, now=now)
    return VisitorPage(
        title=tenant.neutral_title,
        icon=icon_of(tenant),
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        leaving=promises.about_leaving(tenant, policy, language=language),
        is_open=standing.open,
        is_paused=tenant.state == State.PAUSED,
        standing=opening.standing_in_words(standing, tenant, now=now, language=language),
        notices=_notices(language),
        about=said.pop(Statement.Kind.ABOUT, []),
        who_answers=said.pop(Statement.Kind.WHO_ANSWERS, []),
        here_today=[in_language(label, language) for label in rota.here_today(tenant, now=now)],
        said=[Said(kind, texts) for kind, texts in said.items()],
        promises=promises.sentences(tenant, policy, language=language),
        stages=life.stages(policies.conversation_rule(policy), language=language),
        policy_version=policy.version,
        may_erase=policy.may_erase,
        offers_code=tenant.offers_code,
        code_shows=policy.access != Policy.Access.NOBODY,
        is_anonymous=Statement.Kind.ANONYMITY in said,
        subjects=subject_choices(language),
        danger=danger_numbers(tenant),
        lines_open=[line for line in lines if line.is_open],
        lines_closed=[line for line in lines if not line.is_open],
        emergency=[line for line in contacts if line.kind == Contact.Kind.EMERGENCY],
        contacts=[line for line in contacts if line.kind != Contact.Kind.EMERGENCY],
        phones=[line for line in contacts if line.kind in _CALLED],
        places=[line for line in contacts if line.kind not in {*_CALLED, Contact.Kind.EMERGENCY}],
        further=further_pages(),
        usual=opening.usual_rows(days, language=language),
        dated=opening.dated_rows(days, language=language),
        evaluation=form_card(tenant, language),
        extras=extras(),
    )


def subject_choices(language: str) -> list[SubjectChoice]:
    """Return what a visitor may say that the talk is about.  Rule: S2, U4, T3."""
    rows = Subject.objects.order_by("position")
    return [SubjectChoice(row.slug, in_language(row.label, language)) for row in rows]


def _notices(language: str) -> list[NoticeLine]:
    return [
        NoticeLine(
            in_language(row.texts, language),
            row.phone,
            href_of(Contact.Kind.PHONE, row.phone),
            row.beside_hours,
        )
        for row in Notice.objects.filter(active=True)
    ]
