"""Who else is open now: what a visitor is shown of others, in which order, and what they find."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from referrals.directory import services
from referrals.directory.finding import Asked
from referrals.directory.shape import Said
from referrals.models import Service
from referrals.pages.directory import DirectoryPage, Entry, directory_page
from tenants.models import Partner, Tenant
from tenants.scope import tenant_scope
from tests.web import host_of
from tests.world import open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

# A Wednesday in winter, 13:30 on the wall; the Saturday after; and Christmas Day, a Friday.
NOON, SATURDAY, CHRISTMAS = (
    datetime(2026, *at, 12, 30, tzinfo=UTC) for at in ((11, 25), (11, 28), (12, 25))
)
WEEKDAYS = {"byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "15:00"}
ALWAYS = {"byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "00:00"}
PHONE = {"number": "116 117", "type": "voice"}


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("sexogsamfunn", "tidaholm", "alarmtelefonen")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    """Has a directory, and partners.  Rule: S10"""
    with tenant_scope(lines[0]):
        Partner.objects.exclude(slug="alarmtelefonen").delete()
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    return lines[1]


def listed(tenant: Tenant, name: str, **said: object) -> Service:
    texts = {"name": {tenant.default_language: name}}
    with tenant_scope(tenant):
        return services.list_service(tenant, None, Said(**{**texts, **said}))  # type: ignore[arg-type]  # as written below


def page(tenant: Tenant, *, now: datetime = NOON, **asked: object) -> DirectoryPage:
    with translation.override(tenant.default_language):
        wanted = Asked(**asked)  # type: ignore[arg-type]  # as written below
        return directory_page(tenant, wanted, language=tenant.default_language, now=now)


def names(shown: DirectoryPage) -> tuple[list[str], list[str]]:
    """Return who is open, and who else is listed, in order."""

    def each(entries: list[Entry]) -> list[str]:
        return [one.name for entry in entries for one in (entry.line, entry.service) if one]

    return each(shown.open), each(shown.others)


def found(tenant: Tenant, **asked: object) -> list[str]:
    first, second = names(page(tenant, now=NOON, **asked))
    return sorted(first + second)


def read(tenant: Tenant, said: dict[str, str] | None = None, **query: str) -> str:
    """Return the words of the page as a browser without script gets it."""
    headers = {"host": host_of(tenant)}
    path = "/directory/" + (f"?lang={query['lang']}" if query else "")
    client = Client(enforce_csrf_checks=True)
    answer = (
        client.get(path, headers=headers, secure=True)
        if said is None
        else client.post(path, said, headers=headers, secure=True)
    )
    assert (answer.status_code, bool(answer.cookies)) == (200, False)
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_open_ones_come_first_and_numbers_before_all_else(tenant: Tenant) -> None:
    """Rule: S10, S11"""
    listed(tenant, "Aldri", schedules=[{**WEEKDAYS, "byday": "SU"}], phones=[PHONE])
    listed(tenant, "Chat", schedules=[WEEKDAYS], chat="https://chat.example/")
    listed(tenant, "Ukjent", phones=[PHONE])
    listed(tenant, "Telefon", schedules=[WEEKDAYS], phones=[PHONE])
    listed(tenant, "Borte", schedules=[ALWAYS], phones=[PHONE], status="temporarily closed")
    listed(tenant, "Skjult", schedules=[ALWAYS], phones=[PHONE], status="inactive")
    listed(tenant, "Døgnet", schedules=[ALWAYS], url="https://always.example/")

    partner = "Alarmtelefonen for barn og unge"
    assert names(page(tenant)) == (
        [partner, "Telefon", "Chat", "Døgnet"],
        ["Ukjent", "Aldri", "Borte"],
    )
    # Nobody told what holds on a holiday: whoever closes at all is taken to be closed.
    for day in (SATURDAY, CHRISTMAS):
        assert names(page(tenant, now=day))[0] == [partner, "Døgnet"]
    service = next(entry.service for entry in page(tenant).open if entry.service)
    assert (service.standing, [way.href for way in service.numbers]) == (
        "Stenger klokken 15:00", ["tel:116117"],
    )  # fmt: skip


def test_what_somebody_looks_for_is_found_in_any_form_and_stands_in_no_address(
    tenant: Tenant, other: Tenant
) -> None:
    listed(tenant, "Samtalen", description={"nb": "Hjelp til deg som har blitt mobbet på skolen."})
    listed(tenant, "Kafeen", description={"nb": "Et sted å være."}, service_areas=["Bergen"])
    listed(other, "Stödet", description={"sv": "För dig som är utsatt för kränkningar."})

    assert found(tenant, words="mobbing skole") == ["Samtalen"]
    assert found(tenant, words="berg") == ["Kafeen"]
    assert found(other, words="kränkning") == ["Stödet"]
    assert found(tenant, words="kränkning") == []
    # Where nobody has all of the words, who has some of them is better than nobody.
    some = page(tenant, words="mobbet romskip")
    assert (names(some)[1], some.has_all) == (["Samtalen"], False)
    for nonsense in ("' & !", "):*", "\\", "a" * 500, "%(query)s {0}"):
        assert found(tenant, words=nonsense) in ([], found(tenant)), nonsense

    said = read(tenant, {"words": "mobbet", "age": "åtte", "subject": "\0", "place": "'"})
    assert "Samtalen" in said
    assert "Kafeen" not in said
    assert "Stödet" not in read(tenant)


def test_list_is_narrowed_and_what_says_nothing_leaves_nobody_out(tenant: Tenant) -> None:
    listed(
        tenant, "Ung", minimum_age=13, maximum_age=19, languages=["nb"], service_areas=["Oslo"],
        subjects=["violence"],
    )  # fmt: skip
    listed(tenant, "Voksen", minimum_age=18, languages=["ar"], subjects=["sex"])
    listed(tenant, "Alle")
    with tenant_scope(tenant):
        Partner.objects.all().delete()

    assert found(tenant, age=13) == ["Alle", "Ung"]
    assert found(tenant, age=18) == ["Alle", "Ung", "Voksen"]
    assert found(tenant, language="ar") == ["Alle", "Voksen"]
    assert found(tenant, place="Oslo") == ["Alle", "Ung", "Voksen"]
    assert found(tenant, place="Bergen") == ["Alle", "Voksen"]
    assert found(tenant, subject="violence") == ["Alle", "Ung"]
    assert found(tenant, subject="violence", age=40) == ["Alle"]
    shown = page(tenant)
    offered = [[one.label for one in each] for each in (shown.subjects, shown.spoken, shown.places)]
    assert offered == [["Sex", "Vold og overgrep"], ["arabisk", "norsk bokmål"], ["Oslo"]]


def test_partner_is_narrowed_by_what_it_says_of_itself(tenant: Tenant) -> None:
    """Alarmtelefonen says that it is for violence, abuse and neglect, in Norwegian and English."""
    partner = ["Alarmtelefonen for barn og unge"]

    assert found(tenant, subject="violence") == partner
    assert found(tenant, subject="mental-health") == []
    assert found(tenant, words="overgrep") == partner
    assert found(tenant, language="ar") == []


def test_page_stands_without_script_and_is_led_to_from_the_front(
    tenant: Tenant, other: Tenant
) -> None:
    call_command("load_demo_services", verbosity=0, stdout=StringIO())

    front = Client().get("/", headers={"host": host_of(tenant)}, secure=True).content.decode()
    ended = front.split("data-ended ", 1)[1]
    assert (front.count("data-further"), ended.count("data-further")) == (2, 1)
    norwegian, swedish = read(tenant), read(other)
    assert norwegian.index("113") < norwegian.index("Legevakten")
    assert "Klinikken til Sex og samfunn" in norwegian
    assert "Sjukvårdsrådgivningen" in swedish
    assert "Legevakten" not in swedish
    english = read(other, lang="en")
    assert "Adults who listen to you who are under 18." in english
