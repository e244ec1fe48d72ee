"""The directory in the office: seen, written, checked and hidden by those who lead a line.  Rule: S10"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from babel.dates import get_day_names
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest, date_in_words, in_language, locale_of
from chat.pages.office.door import Section, office, show
from referrals.directory import services
from referrals.directory.checks import count_checks_due, is_due
from referrals.directory.hours import DAYS
from referrals.directory.services import name_of, said_of, service_of, topics_of
from referrals.directory.shape import Fault, Faulty, Said
from referrals.models import Service
from referrals.pages.directory import Choice
from referrals.pages.lines import Way, language_names, ways_of
from referrals.pages.service_form import Written, said_by, written_in, written_of
from referrals.pages.wording import FAULTS, OTHER_FAULT, STATUSES
from retention.reviews import today_at
from tenants.errors import HelplineError, NotFound
from tenants.models import LEADS, Membership, Tenant

SECTION = "office-services"
SERVICES = Section(
    SECTION, _("Directory"), LEADS, due=count_checks_due, due_label=_("Services to be checked:")
)
# What people in these two countries speak most, to be chosen from; others come in by import.
COMMON = (
    *("nb", "nn", "sv", "en", "da", "fi", "se", "ar", "de", "es", "fa", "fr", "lt", "pl", "ru"),
    *("so", "ti", "tr", "uk", "ur", "vi"),
)


@dataclass(frozen=True)
class ServiceRow:
    """One service of the list; ``mark`` is ``due``, ``hidden``, ``closed`` or nothing."""

    id: UUID
    name: str
    mark: str
    ways: list[Way]
    checked: str
    is_hidden: bool


@dataclass(frozen=True)
class ServicesContent:
    """All that templates/referrals/office/services.html shows."""

    rows: list[ServiceRow]
    due: int


@dataclass(frozen=True)
class TextField:
    """One text of a service in one language."""

    name: str
    value: str
    language: str
    spoken: str


@dataclass(frozen=True)
class DayField:
    name: str
    label: str
    value: str


@dataclass(frozen=True)
class FormContent:
    """All that templates/referrals/office/service.html shows; ``id`` is None for a new service."""

    id: UUID | None
    title: str
    checked: str
    written: Written
    names: list[TextField]
    also: list[TextField]
    texts: list[TextField]
    whom: list[TextField]
    days: list[DayField]
    subjects: list[Choice]
    spoken: list[Choice]
    statuses: list[Choice]
    faults: list[str]


@require_safe
@office(SECTION)
def services_list(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show every service, those to be checked first."""
    tenant, today = request.tenant, today_at(request.tenant)
    language = languages.desk_language(request, tenant)
    rows = [_row(one, tenant, language, due=is_due(one, today)) for one in Service.objects.all()]
    rows.sort(key=lambda row: (row.mark != "due", row.is_hidden, row.name.lower()))
    content = ServicesContent(rows, due=sum(row.mark == "due" for row in rows))
    return show(request, member, "referrals/office/services.html", content, section=SECTION)


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def new_service(request: TenantRequest, member: Membership) -> HttpResponse:
    """List another service."""
    return _form(
        request, member, None, lambda said: services.list_service(request.tenant, member, said)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def service(request: TenantRequest, member: Membership, service_id: UUID) -> HttpResponse:
    """Show what is said of a service, and change it."""
    try:
        found = service_of(service_id)
    except NotFound:
        raise Http404 from None
    return _form(
        request,
        member,
        found,
        lambda said: services.change_service(request.tenant, member, service_id, said),
    )


@require_POST
@office(SECTION)
def checked(request: TenantRequest, member: Membership, service_id: UUID) -> HttpResponse:
    """Say that all of it was found right today."""
    return _done(lambda: services.check_service(request.tenant, member, service_id))


@require_POST
@office(SECTION)
def hide(request: TenantRequest, member: Membership, service_id: UUID) -> HttpResponse:
    """Show it to nobody outside the office."""
    tenant = request.tenant
    return _done(lambda: services.show_service(tenant, member, service_id, shown=False))


@require_POST
@office(SECTION)
def unhide(request: TenantRequest, member: Membership, service_id: UUID) -> HttpResponse:
    """Show it again."""
    tenant = request.tenant
    return _done(lambda: services.show_service(tenant, member, service_id, shown=True))


def _done(act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except HelplineError:
        raise Http404 from None
    return redirect(SECTION)


def _row(one: Service, tenant: Tenant, language: str, *, due: bool) -> ServiceRow:
    is_hidden = one.status not in services.SHOWN
    marks = {"hidden": is_hidden, "due": due, "closed": one.status == Service.Status.CLOSED}
    return ServiceRow(
        id=one.pk,
        name=name_of(one, language, tenant),
        mark=next((mark for mark, holds in marks.items() if holds), ""),
        ways=ways_of(one),
        checked=date_in_words(one.assured_date, language) if one.assured_date else "",
        is_hidden=is_hidden,
    )


def _form(
    request: TenantRequest,
    member: Membership,
    found: Service | None,
    save: Callable[[Said], object],
) -> HttpResponse:
    tenant, faults = request.tenant, list[Fault]()
    before = said_of(found) if found else None
    written = written_of(before or Said(name={}))
    if request.method == "POST":
        written = written_in(request.POST, languages.written_by(tenant))
        said, faults = said_by(written, before, today=today_at(tenant))
        try:
            if not faults:
                save(said)
                return redirect(SECTION)
        except Faulty as faulty:
            faults = list(faulty.faults)
    content = _content(request, found, written, faults)
    status = 400 if faults else 200
    template = "referrals/office/service.html"
    return show(request, member, template, content, section=SECTION, status=status)


def _content(
    request: TenantRequest, found: Service | None, written: Written, faults: Iterable[Fault]
) -> FormContent:
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    topics = {slug: in_language(label, language) for slug, label in topics_of(tenant).items()}
    spoken = language_names({*COMMON, *written.languages}, language)
    days = get_day_names("wide", locale=locale_of(language))
    hours = zip(DAYS, written.hours, strict=True)
    return FormContent(
        id=found.pk if found else None,
        title=name_of(found, language, tenant) if found else "",
        checked=date_in_words(found.assured_date, language) if found and found.assured_date else "",
        written=written,
        names=_fields("name", written, tenant),
        also=_fields("alternate_name", written, tenant),
        texts=_fields("description", written, tenant),
        whom=_fields("eligibility_description", written, tenant),
        days=[
            DayField(f"hours_{day}", str(days[at]).capitalize(), typed)
            for at, (day, typed) in enumerate(hours)
        ],
        subjects=_choices(topics, written.subjects),
        spoken=_choices(spoken, written.languages),
        statuses=_choices({code: str(label) for code, label in STATUSES.items()}, [written.status]),
        faults=[_in_words(fault) for fault in faults],
    )


def _fields(name: str, written: Written, tenant: Tenant) -> list[TextField]:
    offered = languages.links_for(languages.written_by(tenant), current="")
    texts = written.texts[name]
    return [
        TextField(f"{name}_{one.code}", texts.get(one.code, ""), one.code, one.name)
        for one in offered
    ]


def _choices(labels: dict[str, str], chosen: Iterable[str]) -> list[Choice]:
    taken = set(chosen)
    return [Choice(value, label, value in taken) for value, label in labels.items()]


def _in_words(fault: Fault) -> str:
    said = FAULTS.get((fault.field, fault.kind), OTHER_FAULT)
    return str(said).format(found=fault.found or fault.field)
