"""The directory in the office: who leads the line looks after it, and is reminded to."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from referrals.directory import checks, services
from referrals.directory.shape import Said
from referrals.models import Service
from referrals.tasks import remind_of_checks
from retention import clock
from tenants.errors import NotAllowed
from tenants.models import AuditEntry, Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.world import hire, move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

LIST, NEW = "/desk/office/services/", "/desk/office/services/new/"
SAID = {
    "name_sv": "Jourlinjen",
    "name_en": "The night line",
    "description_sv": "Någon som lyssnar.",
    "phones": "112 13\nsms: 72 000",
    "chat": "https://jour.example/chatt",
    "hours_MO": "9–15, 18.30-24",
    "hours_TU": "9–15",
    "hours_SU": "0-24",
    "minimum_age": "12",
    "languages": ["sv", "so"],
    "subjects": ["home"],
    "areas": "Tidaholm\n\nSkövde",
    "status": "active",
    "checked": "on",
}


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("tidaholm", "urph")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


@pytest.fixture
def lead(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.SUPERVISOR)


def only_service(tenant: Tenant) -> Service:
    with tenant_scope(tenant):
        return Service.objects.get()


def acts(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        rows = AuditEntry.objects.filter(action__startswith="service.").order_by("pk")
        return [f"{row.action} {row.basis}" for row in rows]


def test_service_is_listed_changed_and_hidden_and_each_act_is_recorded(
    tenant: Tenant, lead: Door
) -> None:
    assert lead.post(NEW, SAID).status_code == 302
    service = only_service(tenant)
    today = clock.now().astimezone(tenant.tzinfo).date()
    assert (service.name, service.assured_date) == (
        {"sv": "Jourlinjen", "en": "The night line"}, today,
    )  # fmt: skip
    assert service.phones == [
        {"number": "112 13", "type": "voice"},
        {"number": "72 000", "type": "text"},
    ]
    assert service.schedules == [
        {"byday": "MO,TU", "opens_at": "09:00", "closes_at": "15:00"},
        {"byday": "MO", "opens_at": "18:30", "closes_at": "00:00"},
        {"byday": "SU", "opens_at": "00:00", "closes_at": "00:00"},
    ]
    at = f"{LIST}{service.pk}/"
    # What is saved as it stands in the form stays what it is.
    html = lead.get(at).content.decode()
    assert re.findall(r'name="hours_\w+" value="([^"]*)"', html) == [
        "09:00–15:00, 18:30–24:00", "09:00–15:00", "", "", "", "", "00:00–24:00",
    ]  # fmt: skip

    assert lead.post(at, {**SAID, "name_sv": "Nattlinjen"}).status_code == 302
    assert "Nattlinjen" in lead.read(LIST)
    assert lead.post(f"{at}hide/").status_code == 302
    assert only_service(tenant).status == Service.Status.INACTIVE
    assert lead.post(f"{at}show/").status_code == 302
    assert only_service(tenant).status == Service.Status.ACTIVE
    assert acts(tenant) == [
        "service.listed Jourlinjen",
        "service.changed Nattlinjen",
        "service.hidden Nattlinjen",
        "service.shown Nattlinjen",
    ]


def test_what_cannot_be_is_told_and_nothing_of_it_is_saved(tenant: Tenant, lead: Door) -> None:
    wrong = {
        **SAID, "name_sv": "", "name_en": "", "url": "javascript:alert(1)", "email": "nobody",
        "phones": "ring oss", "minimum_age": "20", "maximum_age": "19", "subjects": ["mars"],
        "areas": "x" * 61, "languages": ["xx"],
    }  # fmt: skip

    answer = lead.post(NEW, wrong)
    faults = re.findall(r"<li>(.*?)</li>", answer.content.decode().split('role="alert"')[1])

    assert (answer.status_code, len(faults)) == (400, 8)
    assert lead.post(NEW, {**SAID, "hours_MO": "25–26", "maximum_age": "gammal"}).status_code == 400
    with tenant_scope(tenant):
        assert not Service.objects.exists()


def test_only_leads_of_the_line_see_and_change_it(
    lines: list[Tenant], tenant: Tenant, lead: Door
) -> None:
    assert lead.post(NEW, SAID).status_code == 302
    service = only_service(tenant)
    at = f"{LIST}{service.pk}/"
    pages, doors = (LIST, NEW, at), (f"{at}checked/", f"{at}hide/", f"{at}show/", NEW, at)
    strangers = [Door.of(tenant, role) for role in (Role.COUNSELLOR, Role.OFFICER)]

    for stranger in strangers:
        assert {stranger.get(path).status_code for path in pages} == {404}
        assert {stranger.post(path, SAID).status_code for path in doors} == {404}
    outsider = Door.of(lines[1], Role.ADMINISTRATOR)
    unknown = f"{LIST}{uuid4()}/"
    for path in ("", "checked/", "hide/"):
        answers = [outsider.post(place + path, SAID) for place in (at, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert "Jourlinjen" not in outsider.read(LIST)
    assert acts(tenant) == ["service.listed Jourlinjen"]
    counsellor = hire(tenant, Role.COUNSELLOR)
    with tenant_scope(tenant), pytest.raises(NotAllowed):
        services.change_service(tenant, counsellor, service.pk, Said(name={"sv": "Min"}))


def test_leads_are_reminded_once_of_what_is_older_than_half_a_year(
    tenant: Tenant, lead: Door
) -> None:
    assert lead.post(NEW, SAID).status_code == 302
    remind_of_checks()
    assert "data-due" not in lead.get("/desk/office/load/").content.decode()

    move_clock(clock.now() + checks.CHECKED_EVERY + timedelta(days=1))
    remind_of_checks()
    remind_of_checks()

    assert acts(tenant)[1:] == ["service.check_due Jourlinjen"]
    for door in (lead, Door.of(tenant, Role.ADMINISTRATOR)):
        assert "data-due" in door.get("/desk/office/load/").content.decode()
    officer = Door.of(tenant, Role.OFFICER)
    assert "data-due" not in officer.get("/desk/office/policy/").content.decode()
    # A change of something else is no check, and reminds nobody anew.
    at = f"{LIST}{only_service(tenant).pk}/"
    unchecked = {name: value for name, value in SAID.items() if name != "checked"}
    assert lead.post(at, unchecked).status_code == 302
    assert checks.remind_checks() == 0
    assert lead.post(f"{at}checked/").status_code == 302
    assert "data-due" not in lead.get(LIST).content.decode()
    move_clock(clock.now() + checks.CHECKED_EVERY)
    assert checks.remind_checks() == 1
