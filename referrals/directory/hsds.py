"""Services as Open Referral's HSDS 3 has them: one page of `/services`, in JSON.

HSDS knows one language for each text and no list of subjects of one's own. So a service has one field
more, ``helpline``, with the texts by language; the plain fields are in the line's first language.
Subjects are ``attributes`` of a taxonomy of ours. What HSDS knows and a directory here does not
show is kept and given back, apart from what names people (``contacts``, ``metadata``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from referrals.directory.rows import Row
from referrals.directory.services import Topics
from referrals.directory.shape import VOICE, Fault, Said, faults_in
from referrals.models import Service
from retention.reviews import today_at
from tenants.charter.table import LANGUAGES, Problems, choices, shown
from tenants.models import Tenant

TAXONOMY = "helpline-subjects"
EXTENSION, CHAT = "helpline", "chat"
TEXTS = ("name", "alternate_name", "description", "eligibility_description")
LINES = ("url", "email", "status", "assurer_email")
# Never kept: named people, and who has changed what.
PEOPLE = frozenset({"contacts", "metadata", "last_modified"})
LONGEST_MORE = 20_000

_READ = {
    *("id", EXTENSION, *TEXTS, *LINES, "organization", "organization_id", "phones", "schedules"),
    *("minimum_age", "maximum_age", "languages", "service_areas", "assured_date"),
}
# What makes of a week something that is no week any more.
_NO_WEEK = ("valid_from", "valid_to", "until", "count", "byweekno", "bymonthday", "byyearday")
# Where in a file a field of ours stands, and what would be right there.
_PLACES = {
    "languages": "languages{at}.code",
    "service_areas": "service_areas{at}.name",
    "subjects": "attributes",
    "chat": "additional_urls",
    "location": "service_at_locations[0].location.name",
    "organization": "organization.name",
    "phones": "phones{at}",
    "schedules": "schedules{at}",
}
_RIGHT = {
    "name": "a name of at most 120 signs",
    "alternate_name": "at most 120 signs",
    "description": "at most 1000 signs",
    "eligibility_description": "at most 1000 signs",
    "organization": "at most 120 signs",
    "location": "at most 120 signs",
    "url": "an address such as https://example.org/",
    "chat": "an address such as https://example.org/chat",
    "email": "an e-mail address",
    "assurer_email": "the e-mail address of an organisation",
    "phones": 'a number such as "+47 116 117", and the type "voice" or "text"; at most 30',
    "minimum_age": "an age from 0 to 120",
    "maximum_age": "an age from 0 to 120 that is not below minimum_age",
    "languages": 'a code of ISO 639 such as "nb"; at most 30',
    "schedules": 'days such as "MO,TU" and times such as "09:00"; at most 30',
    "service_areas": "the name of a place, of at most 60 signs; at most 30",
    "status": choices(Service.Status.values),
    "assured_date": "a day that has come",
}


@dataclass(frozen=True)
class Entry:
    """One service of a file: its id, what is said of it, and where it stands there."""

    identifier: UUID
    said: Said
    key: str


def page_of(services: Iterable[Service], tenant: Tenant, topics: Topics) -> dict[str, Any]:
    """Return ``services`` as one page of HSDS."""
    contents = [_written(service, tenant, topics) for service in services]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def _written(service: Service, tenant: Tenant, topics: Topics) -> dict[str, Any]:
    language = tenant.default_language
    own = service.identifier
    plain = {name: _plain(getattr(service, name), language) for name in TEXTS}
    lines = {name: getattr(service, name) for name in LINES}
    written: dict[str, Any] = {
        **service.more,
        "id": str(own),
        **{name: said for name, said in {**plain, **lines}.items() if said},
        "minimum_age": service.minimum_age,
        "maximum_age": service.maximum_age,
        "assured_date": service.assured_date and service.assured_date.isoformat(),
        "organization": _organization(service),
        "phones": [{"id": _id(own, "phone", at), **row} for at, row in enumerate(service.phones)],
        "schedules": [
            {
                "id": _id(own, "schedule", at),
                "freq": "WEEKLY",
                **row,
                "description": f"On the clock of {tenant.zone}",
            }
            for at, row in enumerate(service.schedules)
        ],
        "languages": [
            {"id": _id(own, "language", code), "code": code, "name": code}
            for code in service.languages
        ],
        "service_areas": [
            {"id": _id(own, "area", area), "name": area} for area in service.service_areas
        ],
        "service_at_locations": _locations(service),
        "attributes": [
            *(_attribute(own, slug, topics, language) for slug in service.subjects),
            *service.more.get("attributes", ()),
        ],
        "additional_urls": [
            *([{"id": _id(own, CHAT), "label": CHAT, "url": service.chat}] if service.chat else ()),
            *service.more.get("additional_urls", ()),
        ],
        EXTENSION: {"texts": {name: getattr(service, name) for name in TEXTS}},
    }
    return {name: value for name, value in written.items() if value not in (None, [], {})}


def _plain(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _id(*parts: object) -> str:
    """Return the id of a part of a service: the same each time that it is written."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))


def _organization(service: Service) -> dict[str, str] | None:
    name = service.organization
    return {"id": _id("organization", name), "name": name, "description": name} if name else None


def _attribute(own: UUID, slug: str, topics: Topics, language: str) -> dict[str, Any]:
    name = _plain(topics.get(slug, {}), language) or slug
    term = {
        "id": _id(TAXONOMY, slug),
        "code": slug,
        "name": name,
        "description": name,
        "taxonomy": TAXONOMY,
    }
    return {
        "id": _id(own, TAXONOMY, slug),
        "link_type": "subject",
        "link_entity": "service",
        "taxonomy_term": term,
    }


def _locations(service: Service) -> list[Any]:
    kept: list[Any] = service.more.get("service_at_locations", [])
    if not service.location or (kept and _place_of(kept[0]) == service.location):
        return kept
    own = service.identifier
    place = {"id": _id(own, "location"), "location_type": "physical", "name": service.location}
    return [{"id": _id(own, "at"), "location": place}]


def _place_of(at: Any) -> str:
    location = at.get("location") if isinstance(at, dict) else None
    name = location.get("name") if isinstance(location, dict) else None
    return name if isinstance(name, str) else ""


def read_page(document: object, tenant: Tenant, topics: Topics, problems: Problems) -> list[Entry]:
    """Return the services of a page, or of a list of them; what is wrong goes into ``problems``.

    Nothing of an entry with problems may be used. In the scope.
    """
    inside = isinstance(document, dict) and "contents" in document
    rows = document["contents"] if isinstance(document, dict) and inside else document
    if not isinstance(rows, list):
        expected = 'a list of services, or a page of them with "contents"'
        problems.note("file", found=shown(rows), expected=expected)
        return []
    entries = []
    seen: set[UUID] = set()
    for at, values in enumerate(rows):
        row = Row(values, key=f"{'contents' if inside else ''}[{at}]", problems=problems)
        if not row.values:
            continue
        entry = _read(row, tenant, topics)
        if entry.identifier in seen:
            row.refuse("id", str(entry.identifier), "an id of its own for each service")
        seen.add(entry.identifier)
        entries.append(entry)
    return entries


def _read(row: Row, tenant: Tenant, topics: Topics) -> Entry:
    urls, attributes, places = (
        row.rows(name) for name in ("additional_urls", "attributes", "service_at_locations")
    )
    chats = [one for one in urls if one.value("label") == CHAT]
    terms = [one.row("taxonomy_term") for one in attributes]
    ours = [term for term in terms if term.value("taxonomy") == TAXONOMY]
    more = {name: value for name, value in row.values.items() if name not in _READ | PEOPLE}
    more["additional_urls"] = [one.values for one in urls if one not in chats]
    more["attributes"] = [
        one.values for one, term in zip(attributes, terms, strict=True) if term not in ours
    ]
    texts = {name: _texts(row, name, tenant) for name in TEXTS}
    said = Said(
        name=texts["name"],
        alternate_name=texts["alternate_name"],
        description=texts["description"],
        eligibility_description=texts["eligibility_description"],
        url=row.text("url"),
        email=row.text("email"),
        status=row.text("status"),
        assurer_email=row.text("assurer_email"),
        organization=row.row("organization").text("name"),
        chat=chats[0].text("url") if chats else "",
        phones=[_phone(one) for one in row.rows("phones")],
        minimum_age=row.whole("minimum_age"),
        maximum_age=row.whole("maximum_age"),
        languages=[one.text("code") for one in row.rows("languages")],
        schedules=[_schedule(one) for one in row.rows("schedules")],
        service_areas=[one.text("name") for one in row.rows("service_areas")],
        location=places[0].row("location").text("name") if places else "",
        subjects=[term.text("code") for term in ours],
        assured_date=row.day("assured_date"),
        more=_kept(row, more),
    )
    for fault in faults_in(said, topics=topics, today=today_at(tenant)):
        _note(row, fault, topics)
    return Entry(row.identifier("id"), said, row.key)


def _texts(row: Row, name: str, tenant: Tenant) -> dict[str, str]:
    by_language = row.row(EXTENSION).row("texts").row(name)
    texts = {code: by_language.text(code) for code in LANGUAGES}
    texts[tenant.default_language] = row.text(name)
    return {code: text for code, text in texts.items() if text}


def _phone(row: Row) -> dict[str, str]:
    kind = row.text("type")
    return {"number": row.text("number"), "type": VOICE if kind in {"", "cell", VOICE} else kind}


def _schedule(row: Row) -> dict[str, str]:
    wrong = [name for name in _NO_WEEK if row.value(name)]
    for name in wrong:
        row.refuse(name, row.value(name), "nothing: hours here are the same each week")
    if row.value("freq") not in (None, "", "WEEKLY"):
        row.refuse("freq", row.value("freq"), '"WEEKLY"')
    if row.value("interval") not in (None, 1):
        row.refuse("interval", row.value("interval"), "1")
    times = {name: row.text(name) for name in ("opens_at", "closes_at")}
    times = {
        name: time[:-3] if len(time) == len("09:00:00") else time for name, time in times.items()
    }
    return {"byday": row.text("byday").replace(" ", ""), **times}


def _kept(row: Row, more: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _without_people(value) for name, value in more.items()}
    kept = {name: value for name, value in kept.items() if value not in (None, "", [], {})}
    if len(json.dumps(kept)) > LONGEST_MORE:
        row.refuse("", sorted(kept), f"at most {LONGEST_MORE} signs besides what is shown here")
    return kept


def _without_people(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_people(one) for name, one in value.items() if name not in PEOPLE}
    if isinstance(value, list):
        return [_without_people(one) for one in value]
    return value


def _note(row: Row, fault: Fault, topics: Collection[str]) -> None:
    at = "" if fault.place is None else f"[{fault.place}]"
    place = _PLACES.get(fault.field, fault.field).format(at=at)
    right = choices(topics) if fault.field == "subjects" else _RIGHT[fault.field]
    found = fault.found or {"missing": "nothing", "many": "too many", "long": "too much"}.get(
        fault.kind, "something else"
    )
    row.refuse(place, found, right)
