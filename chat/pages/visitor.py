"""The visitor's one page: what the tenant promises, and the room in which the talk happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from chat.pages import languages, life, opening
from chat.pages.contacts import NO_CONTACT, ContactLine, contact_lines, href_of
from chat.pages.languages import LanguageLink, TenantRequest, in_language
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.statements import Said, statements
from chat.pages.theme import theme_url
from tenants import hours, policies, promises
from tenants.models import Contact, Notice, Statement, Subject, Tenant


@dataclass(frozen=True)
class NoticeLine:
    text: str
    phone: str
    href: str


@dataclass(frozen=True)
class SubjectChoice:
    slug: str
    label: str


@dataclass(frozen=True)
class VisitorPage:
    """All that templates/chat/visitor.html shows."""

    title: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    is_open: bool
    standing: str
    notices: list[NoticeLine]
    about: list[str]
    who_answers: list[str]
    said: list[Said]
    promises: list[promises.Promise]
    stages: list[life.Stage]
    policy_version: int
    may_erase: bool
    subjects: list[SubjectChoice]
    emergency: list[ContactLine]
    contacts: list[ContactLine]
    usual: list[opening.UsualRow]
    dated: list[opening.DatedRow]
    # What the page's script fills in for another line that is open when a talk ends.
    line_contact: ContactLine = NO_CONTACT


@require_safe
def visitor(request: TenantRequest) -> HttpResponse:
    """Show the front page; script turns it into the talk without leaving the address."""
    return answer(request, "chat/visitor.html", visitor_page)


def visitor_page(tenant: Tenant, *, language: str, now: datetime) -> VisitorPage:
    """Gather the page in ``language``, which is also the active translation; about ten queries."""
    standing = hours.standing(tenant, now=now)
    week = hours.week(tenant, now=now)
    policy = policies.current_policy(tenant)
    said = statements(language)
    contacts = contact_lines(language)
    return VisitorPage(
        title=tenant.neutral_title,
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        is_open=standing.open,
        standing=opening.standing_in_words(standing, tenant, now=now, language=language),
        notices=_notices(language),
        about=said.pop(Statement.Kind.ABOUT, []),
        who_answers=said.pop(Statement.Kind.WHO_ANSWERS, []),
        said=[Said(kind, texts) for kind, texts in said.items()],
        promises=promises.sentences(tenant, policy, language=language),
        stages=life.stages(policies.conversation_rule(policy), language=language),
        policy_version=policy.version,
        may_erase=policy.may_erase,
        subjects=subject_choices(language),
        emergency=[line for line in contacts if line.kind == Contact.Kind.EMERGENCY],
        contacts=[line for line in contacts if line.kind != Contact.Kind.EMERGENCY],
        usual=opening.usual_rows(week, language=language),
        dated=opening.dated_rows(week, language=language),
    )


def subject_choices(language: str) -> list[SubjectChoice]:
    """Return what a visitor may say that the talk is about.  Rule: S2, U4, T3."""
    rows = Subject.objects.order_by("position")
    return [SubjectChoice(row.slug, in_language(row.label, language)) for row in rows]


def _notices(language: str) -> list[NoticeLine]:
    return [
        NoticeLine(
            in_language(row.texts, language), row.phone, href_of(Contact.Kind.PHONE, row.phone)
        )
        for row in Notice.objects.filter(active=True)
    ]
