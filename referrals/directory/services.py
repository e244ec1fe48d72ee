"""Services: listed, changed, checked, hidden and shown again by those who lead a line."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db.models import QuerySet

from referrals.directory.shape import Fault, Faulty, Said, faults_in
from referrals.models import Service
from retention.reviews import today_at
from tenants.audit import record
from tenants.errors import NotAllowed, NotFound
from tenants.models import LEADS, Category, Membership, Subject, Tenant
from tenants.texts import said_in

Status = Service.Status

# More than that nobody looks after, and a page of them helps nobody.
MOST_SERVICES = 500
SHOWN = (Status.ACTIVE, Status.CLOSED)

_TEXTS = ("alternate_name", "description", "eligibility_description")
# Of each there is a dictionary that knows the forms of its words (migration 0001).
_SEARCHED = ("nb", "sv", "en")

# What a service may be about: its texts by slug.
Topics = Mapping[str, Mapping[str, str]]


def list_service(
    tenant: Tenant, actor: Membership | None, said: Said, *, identifier: UUID | None = None
) -> Service:
    """Add a service to the directory. In the scope; recorded.

    ``actor`` is None for the platform itself. Raises NotAllowed, and Faulty.  Rule: S10.
    """
    check_lead(actor)
    topics = topics_of(tenant)
    _check(said, topics, tenant)
    if Service.objects.count() >= MOST_SERVICES:
        raise Faulty([Fault("name", "many")])
    service = Service(tenant=tenant, identifier=identifier or uuid4())
    _become(service, said, topics)
    service.save(force_insert=True)
    _record(tenant, actor, "listed", service)
    return service


def change_service(
    tenant: Tenant, actor: Membership | None, service_id: UUID, said: Said
) -> Service:
    """Let a service be what is said. In the scope; recorded. Raises NotFound, NotAllowed, Faulty."""
    check_lead(actor)
    service = service_of(service_id, lock=True)
    topics = topics_of(tenant)
    _check(said, topics, tenant)
    _become(service, said, topics)
    service.save()
    _record(tenant, actor, "changed", service)
    return service


def check_service(tenant: Tenant, actor: Membership, service_id: UUID) -> Service:
    """Say that all of it was found right today. In the scope; recorded.

    Raises NotFound, NotAllowed.
    """
    check_lead(actor)
    service = service_of(service_id, lock=True)
    service.assured_date, service.reminded = today_at(tenant), False
    service.save(update_fields=["assured_date", "reminded"])
    _record(tenant, actor, "checked", service)
    return service


def show_service(tenant: Tenant, actor: Membership, service_id: UUID, *, shown: bool) -> Service:
    """Hide a service from visitors and counsellors, or show it again. In the scope; recorded.

    Raises NotFound, NotAllowed.
    """
    check_lead(actor)
    service = service_of(service_id, lock=True)
    service.status = Status.ACTIVE if shown else Status.INACTIVE
    service.save(update_fields=["status"])
    _record(tenant, actor, "shown" if shown else "hidden", service)
    return service


def check_lead(actor: Membership | None) -> None:
    """Raise NotAllowed for who does not look after the directory; None is the platform itself."""
    if actor is not None and actor.role not in LEADS:
        raise NotAllowed("supervisors and administrators look after the directory")


def service_of(service_id: UUID, *, lock: bool = False) -> Service:
    """Return one service of the line, hidden ones too. In the scope. Raises NotFound."""
    rows = Service.objects.select_for_update() if lock else Service.objects.all()
    found = rows.filter(pk=service_id).first()
    if found is None:
        raise NotFound("no such service")
    return found


def shown_services() -> QuerySet[Service]:
    """Return what visitors and counsellors see. In the scope."""
    return Service.objects.filter(status__in=SHOWN)


def topics_of(tenant: Tenant) -> Topics:
    """Return what a service of ``tenant`` may be about: its subjects, then its categories.

    A directory is for what lies outside a line's own subjects too (S10), and by its categories
    a line tells apart what talks are about. In the scope; two queries.
    """
    topics: dict[str, Mapping[str, str]] = {}
    for model in (Subject, Category):
        for row in model.objects.order_by("position"):
            topics.setdefault(row.slug, row.label)
    return topics


def name_of(service: Service, language: str, tenant: Tenant) -> str:
    """Return what a service is called, in any language rather than not at all."""
    return said_in(service.name, language, tenant) or next(iter(service.name.values()), "")


def said_of(service: Service) -> Said:
    """Return what is said of a service now."""
    return Said(**{name: getattr(service, name) for name in Said.__dataclass_fields__})


def differs(service: Service, said: Said, topics: Topics) -> bool:
    """Return whether a service is not yet what is said."""
    columns = _columns(said, topics)
    return any(getattr(service, column) != value for column, value in columns.items())


def _check(said: Said, topics: Topics, tenant: Tenant) -> None:
    faults = faults_in(said, topics=topics, today=today_at(tenant))
    if faults:
        raise Faulty(faults)


def _become(service: Service, said: Said, topics: Topics) -> None:
    service.reminded = service.reminded and service.assured_date == said.assured_date
    for column, value in _columns(said, topics).items():
        setattr(service, column, value)


def _columns(said: Said, topics: Topics) -> dict[str, object]:
    columns = {name: getattr(said, name) for name in Said.__dataclass_fields__}
    for name in ("name", *_TEXTS):
        columns[name] = {language: text for language, text in columns[name].items() if text}
    for name in ("languages", "service_areas", "subjects"):
        columns[name] = list(columns[name])
    for name in ("phones", "schedules"):
        columns[name] = [dict(row) for row in columns[name]]
    return {**columns, "more": dict(said.more), "plain": _plain(said, topics)}


def _plain(said: Said, topics: Topics) -> dict[str, str]:
    """Return the words by which a service is found, by language, apart from its name."""
    numbers = [phone["number"].replace(" ", "") for phone in said.phones]
    anywhere = (said.organization, said.location, *said.service_areas, *numbers)
    found = {}
    for language in _SEARCHED:
        texts = [getattr(said, name).get(language, "") for name in _TEXTS]
        labels = [topics[slug].get(language, "") for slug in said.subjects]
        found[language] = " ".join(filter(None, (*texts, *labels, *anywhere)))
    return found


def _record(tenant: Tenant, actor: Membership | None, what: str, service: Service) -> None:
    basis = name_of(service, tenant.default_language, tenant)
    record(tenant, actor=actor, action=f"service.{what}", subject=service.pk, basis=basis)
