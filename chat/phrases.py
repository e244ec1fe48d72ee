"""Quick phrases: what a line's counsellors say often, ready to be changed and sent by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tenants.hours import standing
from tenants.models import Membership, Phrase, Tenant

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A phrase in one language, filled for the member who may use it."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class QuickPhrase:
    """``name`` is what it is found by: what follows a slash."""

    name: str
    wordings: list[Wording]


def phrases(tenant: Tenant, member: Membership, *, now: datetime) -> list[QuickPhrase]:
    """Return the phrases of ``tenant``, each in all languages of its talks. In the scope.

    One that cannot be filled is left out: a line that never closes has no closing time, and one
    that shows no first name tells none.  Rule: S3, D1, B7.
    """
    closes_at = _closing_time(tenant, now)
    values = {
        language: {
            "title": _in_a_sentence(member.title_in(language, tenant)),
            "name": member.first_name if tenant.shows_first_name else "",
            "line": tenant.name,
            "closes": f"{closes_at.astimezone(tenant.tzinfo):%H:%M}" if closes_at else "",
        }
        for language in tenant.languages
    }
    found = [
        QuickPhrase(
            phrase.slug,
            [
                Wording(language, filled)
                for language, known in values.items()
                if (filled := _filled(str(phrase.texts.get(language, "")), known))
            ],
        )
        for phrase in Phrase.objects.all()
    ]
    return [phrase for phrase in found if phrase.wordings]


def _in_a_sentence(title: str) -> str:
    """Return a title as it stands in the middle of a sentence; abbreviations stay as they are."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _closing_time(tenant: Tenant, now: datetime) -> datetime | None:
    """Return when this shift ends, also for who sits down before the line opens."""
    hours = standing(tenant, now=now)
    if not hours.open and hours.opens_at:
        hours = standing(tenant, now=hours.opens_at)
    return hours.closes_at


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its places filled, or nothing where one has no value."""
    if not all(values.get(place) for place in _PLACE.findall(text)):
        return ""
    return _PLACE.sub(lambda match: values[match[1]], text)
