"""Finding services: by words in any of their forms, by subject, age, language and place.

What a service does not say leaves it in: one that names no age, or no place, is for everybody. Nobody
must miss help because a field was left empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from referrals.directory.hours import standing_of
from referrals.directory.services import name_of, shown_services
from referrals.directory.shape import OLDEST, VOICE
from referrals.models import Service
from tenants.hours import Standing
from tenants.models import Tenant

MOST_WORDS, LONGEST_WORD = 8, 40
# A word of so many letters is worth finding by itself.
TELLING = 3
_CONFIGURATIONS = ("norwegian", "swedish", "english")
# What stands between the words of a query: all of them, or any. The last may still be being typed.
_ALL, _ANY = " & ", " | "
_QUERY = " || ".join(
    f"(to_tsquery('{name}', %(query)s) || to_tsquery('simple', %(query)s))"
    for name in _CONFIGURATIONS
)
_MATCHING = f"""
SELECT id, ts_rank(searched, query) FROM referrals_service, (SELECT {_QUERY}) AS asked (query)
WHERE searched @@ query
"""  # noqa: S608  # of names of ours alone


Place = tuple[bool, bool, bool, float]


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; empty fields ask for nothing."""

    words: str = ""
    subject: str = ""
    age: int | None = None
    language: str = ""
    place: str = ""


def place_of(standing: Standing | None, *, has_phone: bool, rank: float) -> Place:
    """Return by what a list is put in order: open ones, then unknown ones; numbers, then words.

    What is equal stays in the order in which it was found.
    """
    is_open = standing is not None and standing.open
    return (not is_open, standing is not None, not has_phone, -rank)


@dataclass(frozen=True)
class Found:
    """A service, how well it answers, and how it stands; None where its hours are not known."""

    service: Service
    standing: Standing | None
    rank: float = 0.0

    @property
    def place(self) -> Place:
        has_phone = any(phone["type"] == VOICE for phone in self.service.phones)
        return place_of(self.standing, has_phone=has_phone, rank=self.rank)


def age_asked(typed: str) -> int | None:
    """Return the age that was typed; None for what is none."""
    age = int(typed) if re.fullmatch(r"\d{1,3}", typed, re.ASCII) else None
    return age if age is not None and age <= OLDEST else None


def find_services(
    tenant: Tenant, asked: Asked, *, now: datetime, any_word: bool = False
) -> list[Found]:
    """Return what is shown and answers to ``asked``, the best first; ``any_word``: to any word of it.

    By rank where words are looked for, else by name. In the scope; two queries.
    """
    rows = _for_whom(shown_services(), asked)
    words = words_of(asked.words)
    ranks = _ranked(words, _ANY if any_word else _ALL) if words else {}
    found = [
        Found(row, _standing(row, tenant, now), ranks.get(row.pk, 0.0))
        for row in (rows.filter(pk__in=ranks) if words else rows)
    ]
    return sorted(found, key=lambda one: (-one.rank, name_of(one.service, "", tenant)))


def weakened(asked: Asked) -> Asked | None:
    """Return what may be looked for by any word instead: the words that tell something.

    None where that is no other question.
    """
    words = words_of(asked.words)
    telling = " ".join(word for word in words if len(word) >= TELLING)
    return replace(asked, words=telling) if telling and len(words) > 1 else None


def words_of(typed: str) -> list[str]:
    """Return the words that are looked for, of letters and digits alone."""
    return [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", typed.lower())][:MOST_WORDS]


def _for_whom(rows: QuerySet[Service], asked: Asked) -> QuerySet[Service]:
    for column, value in (
        ("subjects", asked.subject),
        ("languages", asked.language),
        ("service_areas", asked.place),
    ):
        if value:
            rows = rows.filter(Q(**{column: []}) | Q(**{f"{column}__contains": [value]}))
    if asked.age is not None:
        rows = rows.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=asked.age),
            Q(maximum_age=None) | Q(maximum_age__gte=asked.age),
        )
    return rows


def _ranked(words: Sequence[str], between: str) -> dict[UUID, float]:
    """Return what the words are found in. Words alone go in: no sign of theirs means anything."""
    query = between.join([*words[:-1], f"{words[-1]}:*"])
    with connection.cursor() as cursor:
        cursor.execute(_MATCHING, {"query": query})
        return dict(cursor.fetchall())


def _standing(service: Service, tenant: Tenant, now: datetime) -> Standing | None:
    if service.status == Service.Status.CLOSED:
        return Standing(open=False, opens_at=None, closes_at=None)
    return standing_of(service.schedules, tenant, now=now)
