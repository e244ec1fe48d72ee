"""Services from and to files of HSDS 3: all or none, nothing twice, nothing lost, and no people."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from referrals.management.commands.load_demo_services import SERVICES
from referrals.models import Service
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.world import open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

FULL: dict[str, Any] = {
    "id": str(uuid4()),
    "name": "Nattchatten",
    "description": "Noen å skrive med.",
    "status": "active",
    "email": "post@natt.example",
    "minimum_age": 13,
    "maximum_age": 20.0,
    "assured_date": "2026-03-01",
    "organization": {"id": str(uuid4()), "name": "Natt", "description": "En forening."},
    "phones": [{"id": str(uuid4()), "number": "+47 116 111"}],
    "schedules": [
        {
            "id": str(uuid4()), "freq": "WEEKLY", "byday": "MO, TU",
            "opens_at": "18:00:00", "closes_at": "02:00",
        },
    ],
    "languages": [{"id": str(uuid4()), "code": "nb", "name": "bokmål"}],
    "service_areas": [{"id": str(uuid4()), "name": "Oslo"}],
    "service_at_locations": [
        {
            "id": str(uuid4()),
            "location": {
                "id": str(uuid4()), "location_type": "physical", "name": "Huset",
                "contacts": [{"id": str(uuid4()), "name": "Kari Nordmann"}],
                "addresses": [{"id": str(uuid4()), "city": "Oslo"}],
            },
        },
    ],
    "additional_urls": [
        {"id": str(uuid4()), "label": "chat", "url": "https://natt.example/chat"},
        {"id": str(uuid4()), "label": "Podcast", "url": "https://natt.example/pod"},
    ],
    "contacts": [{"id": str(uuid4()), "name": "Ola Nordmann"}],
    "fees_description": "Gratis.",
    "helpline": {"texts": {"name": {"nb": "Gammelt navn", "en": "The night chat"}}},
}  # fmt: skip


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("sexogsamfunn", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


def imported(tenant: Tenant, path: Path, document: object, **options: bool) -> list[str]:
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    said = StringIO()
    call_command("import_services", tenant.slug, str(path), stdout=said, **options)
    return said.getvalue().splitlines()


def exported(tenant: Tenant) -> dict[str, Any]:
    said = StringIO()
    call_command("export_services", tenant.slug, stdout=said)
    page: dict[str, Any] = json.loads(said.getvalue())
    return page


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "services.json"


def test_what_comes_in_goes_out_as_it_was_but_for_people(
    lines: list[Tenant], tenant: Tenant, file: Path
) -> None:
    assert imported(tenant, file, [FULL], dry_run=True) == [
        "Nattchatten: new", "nothing was imported: this was a dry run",
    ]  # fmt: skip
    assert exported(tenant)["contents"] == []
    assert imported(tenant, file, [FULL]) == ["Nattchatten: new"]
    assert imported(tenant, file, [FULL]) == ["Nattchatten: unchanged"]

    page = exported(tenant)
    (out,) = page["contents"]
    assert (page["total_items"], page["empty"]) == (1, False)
    assert "Nordmann" not in json.dumps(page)
    same = ("id", "name", "description", "status", "email", "minimum_age", "maximum_age")
    assert {name: out[name] for name in (*same, "assured_date", "fees_description")} == {
        name: FULL[name] for name in (*same, "assured_date", "fees_description")
    }
    assert out["helpline"]["texts"]["name"] == {"nb": "Nattchatten", "en": "The night chat"}
    assert [one["url"][-4:] for one in out["additional_urls"]] == ["chat", "/pod"]
    assert out["service_at_locations"][0]["location"]["addresses"][0]["city"] == "Oslo"
    # What was written here is read here, at another line too, and says the same.
    assert imported(tenant, file, page) == ["Nattchatten: unchanged"]
    assert imported(lines[1], file, page) == ["Nattchatten: new"]
    with tenant_scope(tenant):
        assert Service.objects.count() == 1


BAD: list[tuple[object, list[str]]] = [
    ("{", ["line 1: found no JSON"]),
    ({"services": []}, ["file: found a table, expected a list of services"]),
    ([{**FULL, "name": "a\0b"}], ["file: found a sign that is none"]),
    (
        [FULL, {**FULL, "name": 7, "status": "open", "id": "7"}, "x"],
        [
            "[1].name: found 7, expected text",
            '[1].status: found "open", expected one of',
            '[1].id: found "7", expected an id',
            '[2]: found "x", expected an object',
        ],
    ),
    ([FULL, FULL], ["[1].id: found"]),
    (
        {
            "contents": [
                {
                    **FULL,
                    "minimum_age": float("inf"),
                    "assured_date": "in May",
                    "phones": [{"number": "call us"}, {"number": "112", "type": "fax"}],
                    "schedules": [{"byday": "2MO", "opens_at": "9", "closes_at": "10:00+01:00",
                                   "freq": "MONTHLY", "valid_to": "2027-01-01"}],
                    "languages": [{"code": "zz"}],
                    "attributes": [{"taxonomy_term": {"taxonomy": "helpline-subjects",
                                                      "code": "mars"}}],
                },
            ],
        },
        [
            "contents[0].minimum_age: found inf",
            'contents[0].schedules[0].valid_to: found "2027-01-01"',
            'contents[0].schedules[0].freq: found "MONTHLY", expected "WEEKLY"',
            'contents[0].assured_date: found "in May"',
            'contents[0].phones[0]: found "call us"',
            'contents[0].phones[1]: found "fax"',
            'contents[0].languages[0].code: found "zz"',
            'contents[0].attributes: found "mars", expected one of "sex"',
            'contents[0].schedules[0]: found "2MO"',
            'contents[0].schedules[0]: found "9"',
            'contents[0].schedules[0]: found "10:00+01:00"',
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "told"), BAD, ids=range(len(BAD)))
def test_bad_file_is_told_line_by_line_and_changes_nothing(
    tenant: Tenant, file: Path, document: object, told: list[str]
) -> None:
    imported(tenant, file, [{**FULL, "name": "Som før"}])

    with pytest.raises(CommandError) as problem:
        imported(tenant, file, document)

    *problems, last = str(problem.value).splitlines()
    assert [
        one.startswith(f"services.json: {right}") for one, right in zip(problems, told, strict=True)
    ] == [True] * len(told), problems
    assert last.endswith("nothing was imported")
    assert [one["name"] for one in exported(tenant)["contents"]] == ["Som før"]


def test_services_that_come_with_the_house_are_loaded_once_and_left_as_they_are(
    lines: list[Tenant],
) -> None:
    call_command("load_demo_services", verbosity=0, stdout=StringIO())
    with tenant_scope(lines[0]):
        changed = Service.objects.get(phones__contains=[{"number": "116117"}])
        changed.name = {"nb": "Vår legevakt"}
        changed.save(update_fields=["name"])

    call_command("load_demo_services", verbosity=0, stdout=StringIO())

    for tenant in lines:
        shipped = json.loads((SERVICES / f"{tenant.slug}.json").read_text("utf-8"))
        assert exported(tenant)["total_items"] == len(shipped)
    with tenant_scope(lines[0]):
        assert Service.objects.get(pk=changed.pk).name == {"nb": "Vår legevakt"}
