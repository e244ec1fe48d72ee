"""Who else answers, and who does so now: open ones first, telephone numbers first.  Rule: S10, S11

What somebody looks for tells of them. It goes in the body of a form and stands in no address: an address
stays in the browser's history and in the logs of what lies between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from chat.alternatives import OtherLine
from chat.pages import languages
from chat.pages.contacts import ContactLine, contact_lines
from chat.pages.further import FurtherPage
from chat.pages.helplines import HelplineLine, helpline_lines
from chat.pages.languages import LanguageLink, TenantRequest, in_language
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.theme import icon_of, theme_url
from referrals.directory.finding import Asked, Found, age_asked
from referrals.directory.listing import listing
from referrals.directory.services import shown_services, topics_of
from referrals.pages.lines import ServiceLine, language_names, service_line
from tenants.models import Contact, Tenant
from tenants.permissions import ANYBODY, lets_in
from tenants.scope import tenant_scope

LONGEST = 200
DIRECTORY = FurtherPage("directory", _("Who else is open now"))

_FIRST = {Contact.Kind.EMERGENCY, Contact.Kind.PHONE, Contact.Kind.SMS}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Entry:
    """One of the list: another line of the platform, or a service outside it."""

    line: HelplineLine | None
    service: ServiceLine | None


@dataclass(frozen=True)
class DirectoryPage:
    """All that templates/referrals/directory.html shows; what was asked for stays in the form."""

    title: str
    icon: str
    name: str
    operator: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    leave_url: str
    words: str
    age: str
    subjects: list[Choice]
    spoken: list[Choice]
    places: list[Choice]
    # Whether any but the words was asked for, and whether anything at all was.
    is_narrowed: bool
    is_asked: bool
    has_all: bool
    emergency: list[ContactLine]
    phones: list[ContactLine]
    open: list[Entry]
    others: list[Entry]


@csrf_exempt  # there is no cookie here that a foreign page could misuse, and nothing changes
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@lets_in(ANYBODY)
def directory(request: TenantRequest) -> HttpResponse:
    """Show who else answers, or who of them answers to what the form asks for."""
    asked = _asked(request.POST)

    def page_of(tenant: Tenant, *, language: str, now: datetime) -> DirectoryPage:
        return directory_page(tenant, asked, language=language, now=now)

    return answer(request, "referrals/directory.html", page_of)


directory.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


def directory_page(tenant: Tenant, asked: Asked, *, language: str, now: datetime) -> DirectoryPage:
    """Gather the page in ``language``, which is also the active translation.

    Opens its own scopes: partners are asked whether they are open. About ten queries, and four or five
    for each partner.
    """
    found = listing(tenant, asked, now=now)
    with tenant_scope(tenant):
        contacts = contact_lines(language)
        subjects, spoken, places = _choices(tenant, asked, language)
    return DirectoryPage(
        title=tenant.neutral_title,
        icon=icon_of(tenant),
        name=tenant.name,
        operator=tenant.operator.name,
        language=language,
        languages=languages.links_for(languages.offered_by(tenant), current=language),
        theme_url=theme_url(tenant),
        leave_url=leave_url(tenant),
        words=asked.words,
        age="" if asked.age is None else str(asked.age),
        subjects=subjects,
        spoken=spoken,
        places=places,
        is_narrowed=asked != Asked(words=asked.words),
        is_asked=asked != Asked(),
        has_all=found.has_all,
        emergency=[line for line in contacts if line.kind == Contact.Kind.EMERGENCY],
        phones=[line for line in contacts if line.kind in _FIRST - {Contact.Kind.EMERGENCY}],
        open=_entries(found.open, tenant, language=language, now=now),
        others=_entries(found.others, tenant, language=language, now=now),
    )


def _asked(said: Mapping[str, str]) -> Asked:
    def typed(name: str) -> str:
        return said.get(name, "").replace("\0", "").strip()[:LONGEST]

    return Asked(
        words=typed("words"),
        subject=typed("subject"),
        age=age_asked(typed("age")),
        language=typed("language"),
        place=typed("place"),
    )


def _choices(
    tenant: Tenant, asked: Asked, language: str
) -> tuple[list[Choice], list[Choice], list[Choice]]:
    """Return what the list can be narrowed to: no more than somebody in it says. In the scope."""
    rows = list(shown_services().values_list("subjects", "languages", "service_areas"))
    subjects, spoken, places = ({one for row in rows for one in row[at]} for at in range(3))
    topics = {
        slug: in_language(label, language)
        for slug, label in topics_of(tenant).items()
        if slug in subjects
    }
    return (
        _marked(topics, asked.subject),
        _marked(language_names(spoken, language), asked.language),
        _marked({place: place for place in sorted(places)}, asked.place),
    )


def _marked(labels: Mapping[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in labels.items()]


def _entries(
    found: Iterable[OtherLine | Found], tenant: Tenant, *, language: str, now: datetime
) -> list[Entry]:
    return [
        Entry(None, service_line(one, tenant, language=language, now=now))
        if isinstance(one, Found)
        else Entry(helpline_lines([one], language=language, now=now)[0], None)
        for one in found
    ]
