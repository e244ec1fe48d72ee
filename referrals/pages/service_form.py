"""The form in which a service is written: what its fields hold, and what is said by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict

from referrals.directory.hours import DAYS
from referrals.directory.shape import TEXT, VOICE, Fault, Said
from referrals.models import Service

TEXTS = ("name", "alternate_name", "description", "eligibility_description")
LINES = ("organization", "location", "url", "chat", "email", "assurer_email")
AGES = ("minimum_age", "maximum_age")
_SMS = "sms"
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
_MIDNIGHT = "00:00"


@dataclass(frozen=True)
class Written:
    """What stands in the form, as it was typed; ``texts`` by field and language."""

    texts: Mapping[str, Mapping[str, str]]
    lines: Mapping[str, str]
    phones: str
    hours: tuple[str, ...]
    areas: str
    languages: tuple[str, ...]
    subjects: tuple[str, ...]
    status: str
    is_checked: bool


def written_of(said: Said) -> Written:
    """Return what the form of a service holds at first."""
    ages = {name: getattr(said, name) for name in AGES}
    return Written(
        texts={name: getattr(said, name) for name in TEXTS},
        lines={
            **{name: getattr(said, name) for name in LINES},
            **{name: "" if age is None else str(age) for name, age in ages.items()},
        },
        phones="\n".join(
            f"{_SMS} {phone['number']}" if phone["type"] == TEXT else phone["number"]
            for phone in said.phones
        ),
        hours=tuple(_hours_of(said, day) for day in DAYS),
        areas="\n".join(said.service_areas),
        languages=tuple(said.languages),
        subjects=tuple(said.subjects),
        status=said.status,
        is_checked=False,
    )


def written_in(post: QueryDict, languages: Iterable[str]) -> Written:
    """Return what somebody has typed."""

    def typed(name: str) -> str:
        return post.get(name, "").replace("\r\n", "\n").strip()

    return Written(
        texts={name: {code: typed(f"{name}_{code}") for code in languages} for name in TEXTS},
        lines={name: typed(name) for name in (*LINES, *AGES)},
        phones=typed("phones"),
        hours=tuple(typed(f"hours_{day}") for day in DAYS),
        areas=typed("areas"),
        languages=tuple(post.getlist("languages")),
        subjects=tuple(post.getlist("subjects")),
        status=typed("status"),
        is_checked="checked" in post,
    )


def said_by(written: Written, before: Said | None, *, today: date) -> tuple[Said, list[Fault]]:
    """Return what the form says of a service, and what in it cannot be understood.

    What the form does not show stays: texts in languages that the line does not speak, and what was
    imported with it.
    """
    faults: list[Fault] = []
    was = before or Said(name={})
    texts = {name: {**getattr(was, name), **written.texts[name]} for name in TEXTS}
    said = replace(
        was,
        **texts,  # type: ignore[arg-type]  # mypy takes each for every field
        **{name: written.lines[name] for name in LINES},  # type: ignore[arg-type]  # the same
        phones=[_phone(line) for line in written.phones.splitlines() if line.strip()],
        minimum_age=_age(written, "minimum_age", faults),
        maximum_age=_age(written, "maximum_age", faults),
        languages=written.languages,
        schedules=list(_schedules(written.hours, faults)),
        service_areas=_each(written.areas),
        subjects=written.subjects,
        status=written.status or Service.Status.ACTIVE,
        assured_date=today if written.is_checked else was.assured_date,
    )
    return said, faults


def _each(typed: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))


def _phone(line: str) -> dict[str, str]:
    first, _, rest = line.strip().partition(" ")
    is_text = first.lower().rstrip(":") == _SMS
    return {"number": rest.strip() if is_text else line.strip(), "type": TEXT if is_text else VOICE}


def _age(written: Written, name: str, faults: list[Fault]) -> int | None:
    typed = written.lines[name]
    if typed and not re.fullmatch(r"\d{1,3}", typed, re.ASCII):
        faults.append(Fault(name, "shape", found=typed))
        return None
    return int(typed) if typed else None


def _hours_of(said: Said, day: str) -> str:
    spans = sorted(
        (row["opens_at"], row["closes_at"])
        for row in said.schedules
        if day in row["byday"].split(",")
    )
    return ", ".join(
        f"{opens}–{'24:00' if closes == _MIDNIGHT else closes}" for opens, closes in spans
    )


def _schedules(hours: Iterable[str], faults: list[Fault]) -> Iterator[dict[str, str]]:
    """Give the hours as HSDS has them: the days on which the same ones hold together."""
    days: dict[tuple[str, str], list[str]] = {}
    for day, typed in zip(DAYS, hours, strict=True):
        for part in filter(None, (part.strip() for part in typed.split(","))):
            span = _span(part)
            if span is None:
                faults.append(Fault("schedules", "shape", found=part))
            elif day not in days.setdefault(span, []):
                days[span].append(day)
    for (opens, closes), on in days.items():
        yield {"byday": ",".join(on), "opens_at": opens, "closes_at": closes}


def _span(part: str) -> tuple[str, str] | None:
    found = _SPAN.fullmatch(part)
    if not found:
        return None
    opens, closes = (f"{int(found[at]):02}:{found[at + 1] or '00'}" for at in (1, 3))
    return opens, _MIDNIGHT if closes == "24:00" else closes
