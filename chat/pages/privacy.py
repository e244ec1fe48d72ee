"""The page about privacy: all that is promised about what is kept, made from the policy's rows.

Plain sentences, a picture of each way that something goes, and the tenant's own words.
Rule: D11.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.pages import languages, life
from chat.pages.contacts import ContactLine, contact_lines
from chat.pages.languages import LanguageLink, TenantRequest, date_in_words, in_language
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.statements import Said, statements
from chat.pages.theme import icon_of, theme_url
from tenants import policies, promises
from tenants.models import Contact, Policy, Statement, Tenant
from tenants.permissions import ANYBODY, lets_in
from tenants.promises import Promise

# What of the tenant's statements belongs here, in this order.
_STATEMENTS = (
    Statement.Kind.ANONYMITY,
    Statement.Kind.ACCESS,
    Statement.Kind.IDENTITY,
    Statement.Kind.DUTY,
)

# Under which heading each kind of promise stands; the template has the headings.
_GROUPS = {
    "talk": ("conversation", "flagged", "held", "erase"),
    "you": ("address", "code"),
    "readers": ("colleague", "access", "journal", "audit"),
    "passing": ("passing",),
    "more": ("triage", "evaluation", "log"),
    # "leave" stands with the other words about leaving.
}

# What the apps above promise besides, from rows of their own, in a language; asked in the scope. They
# fill it as they start.
promised: list[Callable[[Tenant, str], Sequence[Promise]]] = []


@dataclass(frozen=True)
class Group:
    """Promises under one heading."""

    about: str
    promises: list[Promise]


@dataclass(frozen=True)
class PrivacyPage:
    """All that templates/chat/privacy.html shows."""

    title: str
    icon: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    leaving: Promise
    words: str
    ways: list[life.Way]
    groups: list[Group]
    said: list[Said]
    links: list[ContactLine]
    version: int
    since: str
    next_from: str


@require_safe
@gzip_page
@lets_in(ANYBODY)
def privacy(request: TenantRequest) -> HttpResponse:
    """Show what is promised now, and from when something else is."""
    return answer(request, "chat/privacy.html", privacy_page)


def privacy_page(tenant: Tenant, *, language: str, now: datetime) -> PrivacyPage:
    """Gather the page in ``language``, which is also the active translation; seven queries, and
    those of other apps.
    """
    policy = policies.current_policy(tenant)
    said = statements(language)
    return PrivacyPage(
        title=tenant.neutral_title,
        icon=icon_of(tenant),
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        leaving=promises.about_leaving(tenant, policy, language=language),
        words=in_language(policy.texts, language),
        ways=life.ways(policy, language=language),
        groups=_groups(promises_of(tenant, policy, language=language)),
        said=[Said(kind, said[kind]) for kind in _STATEMENTS if kind in said],
        links=[line for line in contact_lines(language) if line.kind == Contact.Kind.LINK],
        version=policy.version,
        since=_begins(policy, tenant, language),
        next_from=_next_from(policy, tenant, now=now, language=language),
    )


def promises_of(tenant: Tenant, policy: Policy, *, language: str) -> list[Promise]:
    """Return what the page promises: what the policy says, and what other apps say. In the scope."""
    besides = [one for said in promised for one in said(tenant, language)]
    return [*promises.all_sentences(tenant, policy, language=language), *besides]


def _groups(said: list[Promise]) -> list[Group]:
    groups = [
        Group(about, [one for one in said if one.kind in kinds]) for about, kinds in _GROUPS.items()
    ]
    return [group for group in groups if group.promises]


def _begins(policy: Policy, tenant: Tenant, language: str) -> str:
    """Return the day on which a published version begins, as it is called there."""
    assert policy.begins_at is not None
    return date_in_words(policy.begins_at.astimezone(tenant.tzinfo).date(), language)


def _next_from(policy: Policy, tenant: Tenant, *, now: datetime, language: str) -> str:
    coming = [
        one for one in policies.later_policies(policy) if one.begins_at and one.begins_at > now
    ]
    return _begins(coming[0], tenant, language) if coming else ""
