"""Who else answers, partners on the platform and services outside it, in one order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chat.alternatives import OtherLine, other_lines
from referrals.directory.finding import (
    Asked,
    Found,
    Place,
    find_services,
    place_of,
    weakened,
    words_of,
)
from tenants.models import Subject, Tenant
from tenants.scope import tenant_scope


@dataclass(frozen=True)
class Listing:
    """What answers to what was asked, each in its order; ``has_all`` where it has all the words."""

    open: list[OtherLine | Found]
    others: list[OtherLine | Found]
    has_all: bool


def listing(tenant: Tenant, asked: Asked, *, now: datetime) -> Listing:
    """Return who answers to ``asked``: open ones first, of those the ones with a telephone.

    Those of which the hours are not known come before those that are closed. Where nobody has all the
    words, who has any of them is listed. Opens its own scopes, one after the other.  Rule: S10.
    """
    lines = other_lines(tenant, now=now)
    found = _having(all, tenant, lines, asked, now)
    has_all = bool(found)
    weaker = None if found else weakened(asked)
    if weaker:
        found = _having(any, tenant, lines, weaker, now)
    found.sort(key=_place)
    is_open = [one for one in found if _is_open(one)]
    return Listing(is_open, [one for one in found if not _is_open(one)], has_all)


Having = Callable[[list[bool]], bool]


def _having(
    having: Having, tenant: Tenant, lines: list[OtherLine], asked: Asked, now: datetime
) -> list[OtherLine | Found]:
    with tenant_scope(tenant):
        services = find_services(tenant, asked, now=now, any_word=having is any)
    return [*(line for line in lines if _answers(line, asked, having)), *services]


def _answers(line: OtherLine, asked: Asked, having: Having) -> bool:
    """Return whether a partner is what is asked for; what it does not say leaves it in."""
    if asked.language and asked.language not in line.tenant.offered:
        return False
    words = words_of(asked.words)
    if not (asked.subject or words):
        return True
    with tenant_scope(line.tenant):
        subjects = dict(Subject.objects.values_list("slug", "label"))
    if asked.subject and subjects and asked.subject not in subjects:
        return False
    texts = [line.tenant.name, line.phone.replace(" ", ""), *line.texts.values()]
    texts += [text for label in subjects.values() for text in label.values()]
    told = re.findall(r"[^\W_]+", " ".join(texts).lower())
    return not words or having([any(one.startswith(word) for one in told) for word in words])


def _is_open(one: OtherLine | Found) -> bool:
    return one.standing is not None and one.standing.open


def _place(one: OtherLine | Found) -> Place:
    if isinstance(one, Found):
        return one.place
    # A line of this house is asked for its words as a whole: it has them, or it is not here.
    return place_of(one.standing, has_phone=bool(one.phone), rank=float("inf"))
