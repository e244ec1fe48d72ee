"""What a service is said to be, and what of that cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from referrals.directory.hours import DAYS, TIME
from referrals.models import Service
from tenants.errors import Invalid

Texts = Mapping[str, str]

LONGEST_NAME, LONGEST_TEXT, LONGEST_LINE, LONGEST_PLACE = 120, 1_000, 200, 60
MOST_OF_A_KIND = 30
OLDEST = 120
VOICE, TEXT = "voice", "text"

_NUMBER = re.compile(r"\+?[0-9](?:[ -]?[0-9]){1,18}")
# Nothing that a page would make more of than a link.
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f/\"'<>\\]+[^\s\x00-\x1f\"'<>\\]*")
_LANGUAGES = frozenset(Locale.parse("en").languages)


@dataclass(frozen=True)
class Said:
    """Everything that is said of a service, under the names of its columns."""

    name: Texts
    alternate_name: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    eligibility_description: Texts = field(default_factory=dict)
    organization: str = ""
    url: str = ""
    email: str = ""
    chat: str = ""
    phones: Sequence[Mapping[str, str]] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    languages: Sequence[str] = ()
    schedules: Sequence[Mapping[str, str]] = ()
    service_areas: Sequence[str] = ()
    location: str = ""
    subjects: Sequence[str] = ()
    status: str = Service.Status.ACTIVE
    assured_date: date | None = None
    assurer_email: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong with what is said: of which field, and which of several it is (from 0).

    ``kind`` is ``missing``, ``long``, ``many``, ``shape``, ``unknown`` or ``order``.
    """

    field: str
    kind: str
    place: int | None = None
    found: str = ""

    def __str__(self) -> str:
        at = "" if self.place is None else f"[{self.place}]"
        return f"{self.field}{at}: {self.kind}"


class Faulty(Invalid):
    """Something that is said of a service cannot be taken; ``faults`` says what."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(map(str, faults)))
        self.faults = tuple(faults)


def faults_in(said: Said, *, topics: Collection[str], today: date) -> list[Fault]:
    """Return what cannot be taken; ``topics`` are the slugs that the line knows."""
    return [
        *_in_texts(said),
        *_in_lines(said),
        *_too_many(said),
        *_in_phones(said),
        *_in_ages(said),
        *_in_lists(said, topics),
        *_in_schedules(said),
        *_in_the_check(said, today),
    ]


def _in_texts(said: Said) -> Iterator[Fault]:
    if not any(said.name.values()):
        yield Fault("name", "missing")
    for name, longest in (
        ("name", LONGEST_NAME),
        ("alternate_name", LONGEST_NAME),
        ("description", LONGEST_TEXT),
        ("eligibility_description", LONGEST_TEXT),
    ):
        texts: Texts = getattr(said, name)
        if any(len(text) > longest for text in texts.values()):
            yield Fault(name, "long")
        if any("\0" in text for text in texts.values()):
            yield Fault(name, "shape")


def _in_lines(said: Said) -> Iterator[Fault]:
    for name in ("organization", "location"):
        line = getattr(said, name)
        if len(line) > LONGEST_NAME or "\0" in line:
            yield Fault(name, "long")
    for name in ("url", "chat"):
        address = getattr(said, name)
        if address and not (len(address) <= LONGEST_LINE and _ADDRESS.fullmatch(address)):
            yield Fault(name, "shape", found=address)
    for name in ("email", "assurer_email"):
        address = getattr(said, name)
        if address and not _is_email(address):
            yield Fault(name, "shape", found=address)
    if said.status not in Service.Status.values:
        yield Fault("status", "unknown", found=said.status)


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST_LINE


def _too_many(said: Said) -> Iterator[Fault]:
    for name in ("phones", "languages", "schedules", "service_areas", "subjects"):
        if len(getattr(said, name)) > MOST_OF_A_KIND:
            yield Fault(name, "many")


def _in_phones(said: Said) -> Iterator[Fault]:
    for place, phone in enumerate(said.phones):
        if not _NUMBER.fullmatch(phone["number"]):
            yield Fault("phones", "shape", place, phone["number"])
        if phone["type"] not in {VOICE, TEXT}:
            yield Fault("phones", "unknown", place, phone["type"])


def _in_ages(said: Said) -> Iterator[Fault]:
    ages = {"minimum_age": said.minimum_age, "maximum_age": said.maximum_age}
    for name, age in ages.items():
        if age is not None and not 0 <= age <= OLDEST:
            yield Fault(name, "shape", found=str(age))
    least, most = ages.values()
    if least is not None and most is not None and least > most:
        yield Fault("maximum_age", "order")


def _in_lists(said: Said, topics: Collection[str]) -> Iterator[Fault]:
    for place, code in enumerate(said.languages):
        if code not in _LANGUAGES or len(code) > 3:
            yield Fault("languages", "unknown", place, code)
    for place, area in enumerate(said.service_areas):
        if not area or len(area) > LONGEST_PLACE or "\0" in area:
            yield Fault("service_areas", "long" if area else "missing", place)
    for place, slug in enumerate(said.subjects):
        if slug not in topics:
            yield Fault("subjects", "unknown", place, slug)


def _in_schedules(said: Said) -> Iterator[Fault]:
    for place, row in enumerate(said.schedules):
        days = row["byday"].split(",")
        if not set(days) <= set(DAYS):
            yield Fault("schedules", "unknown", place, row["byday"])
        for time in (row["opens_at"], row["closes_at"]):
            if not TIME.fullmatch(time):
                yield Fault("schedules", "shape", place, time)


def _in_the_check(said: Said, today: date) -> Iterator[Fault]:
    if said.assured_date is not None and said.assured_date > today:
        yield Fault("assured_date", "order", found=said.assured_date.isoformat())
