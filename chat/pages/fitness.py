"""What the desk says about a member's papers: what is missing, and what runs out soon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.pages.languages import date_in_words, in_language, locale_of
from tenants.expiry import warnings
from tenants.fitness import Lack, Why, requirement_groups
from tenants.models import Membership, Tenant

# {what} is what is asked for.
WHYS: dict[Why, Promise] = {
    Why.ABSENT: _("{what}: not registered"),
    Why.TOO_FEW_YEARS: _("{what}: too few completed years"),
    Why.EXPIRED: _("{what}: has run out"),
    Why.UNVERIFIED: _("{what}: nobody has verified it yet"),
}


@dataclass(frozen=True)
class AskedFor:
    """A group of requirements as the desk's scripts find it."""

    group: str
    label: str


@dataclass(frozen=True)
class Papers:
    """What templates/chat/_fitness.html and _fitness_words.html show."""

    asked_for: list[AskedFor]
    whys: list[tuple[str, str]]
    warnings: list[str]


def papers_of(tenant: Tenant, member: Membership, *, language: str) -> Papers:
    """Gather it in ``language``, which is also the active translation. In the scope."""
    asked_for = [
        AskedFor(name, any_of((way.label for way in ways), language))
        for name, ways in requirement_groups().items()
    ]
    return Papers(
        asked_for=asked_for,
        whys=[(why.value, str(words)) for why, words in WHYS.items()],
        warnings=own_warnings(tenant, member, language=language),
    )


def own_warnings(tenant: Tenant, member: Membership, *, language: str) -> list[str]:
    """Return what runs out soon of what a member holds, soonest first."""
    labels = kind_labels(language)
    return [
        _("{what} is valid until {day}. Have it renewed in time.").format(
            what=labels.get(one.kind, one.kind), day=date_in_words(one.valid_until, language)
        )
        for one in warnings(tenant, of=member)
        if one.valid_until
    ]


def kind_labels(language: str) -> dict[str, str]:
    """Return what each kind that is asked for is called."""
    return {
        way.kind: in_language(way.label, language)
        for ways in requirement_groups().values()
        for way in ways
    }


def lack_in_words(lack: Lack, *, language: str) -> str:
    """Return such as "Psychologist: has run out"."""
    return str(WHYS[lack.why]).format(what=any_of(lack.labels, language))


def any_of(labels: Iterable[Mapping[str, str]], language: str) -> str:
    """Return such as "Nurse, Doctor or Psychologist"."""
    said = [in_language(label, language) for label in labels]
    return str(format_list(said, style="or", locale=locale_of(language)))
