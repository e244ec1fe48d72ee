"""Whether every language of a line has its words, and whether they say what the policy does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from tenants.checkup.finding import Finding, Severity, spoken
from tenants.languages import lacking
from tenants.models import PolicyRule, Statement, Tenant
from tenants.policies import NoPolicy, current_policy, policy_rules
from tenants.promises import in_words
from tenants.scope import tenant_scope

_SHOWN = 3


def languages(tenant: Tenant) -> list[Finding]:
    """Each text stands in each of the line's languages: a visitor who chose one reads no other."""
    with tenant_scope(tenant):
        found = lacking(tenant)
    missing: dict[tuple[str, str], list[str]] = {}
    for one in found:
        missing.setdefault((one.where, one.language), []).append(one.name)
    return [_missing(where, language, names) for (where, language), names in missing.items()]


def _missing(where: str, language: str, names: list[str]) -> Finding:
    words = _("Without words in %(language)s: %(where)s (%(names)s).")
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    said = words % {
        "language": get_language_info(language)["name_translated"],
        "where": _table_words(where),
        "names": shown,
    }
    return Finding("language", Severity.BLOCKS, said, "", "texts")


def _table_words(where: str) -> str:
    return {
        "subjects": _("subjects"),
        "statements": _("promises in words"),
        "requirements": _("what those who answer hold"),
        "notices": _("notices"),
        "contacts": _("other ways to get help"),
        "partners": _("partners"),
        "reasons": _("why a talk ended"),
        "categories": _("what a talk was about"),
        "phrases": _("what counsellors say often"),
        "exceptions": _("days that differ"),
        "evaluation": _("what is asked afterwards"),
        "policy": _("the line's own words about privacy"),
    }[where]


# What a text says of how long something is kept.

# Where a line says what becomes of what is written; elsewhere a number of years is one of study.
_ABOUT_DATA = (
    Statement.Kind.ANONYMITY,
    Statement.Kind.ACCESS,
    Statement.Kind.IDENTITY,
    Statement.Kind.AFTERWARDS,
)
# What visitors are told of; the lives of accounts and logs stand in no such text.
_OF_VISITORS = (
    PolicyRule.Kind.CONVERSATION,
    PolicyRule.Kind.ADDRESS,
    PolicyRule.Kind.EVALUATION,
)
_NUMBERS = {
    name: number
    for number, names in enumerate(
        (
            ("én", "ett", "one"), ("to", "två", "two"), ("tre", "three"), ("fire", "fyra", "four"),
            ("fem", "five"), ("seks", "sex", "six"), ("sju", "seven"), ("åtte", "åtta", "eight"),
            ("ni", "nio", "nine"), ("ti", "tio", "ten"), ("elleve", "elva", "eleven"),
            ("tolv", "twelve"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_UNITS = {
    "minutes": r"minutt(?:er)?|minut(?:er)?|minutes?",
    "hours": r"timer?|timm(?:e|ar)|hours?",
    "working_days": r"arbeidsdag(?:er)?|arbetsdag(?:ar)?|working days?",
    "days": r"dag(?:er|ar)?|døgn|dygn|days?",
    "weeks": r"uker?|veck(?:a|or)|weeks?",
    "months": r"måned(?:er)?|månad(?:er)?|months?",
    "years": r"år|years?",
}
_LENGTH = re.compile(
    rf"\b(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)}) "
    + "(?:" + "|".join(f"(?P<{unit}>{shape})" for unit, shape in _UNITS.items()) + r")\b",
    re.I,
)  # fmt: skip
_AS = {"weeks": (7, "days"), "years": (12, "months"), "days": (24, "hours")}


def said_lengths(tenant: Tenant) -> list[Finding]:
    """A time that a text tells is one that the policy keeps.  Rule: D7, D8, T9, U7"""
    with tenant_scope(tenant):
        try:
            policy = current_policy(tenant)
        except NoPolicy:
            return []
        lives = [one for one in policy_rules(policy) if one.kind in _OF_VISITORS and one.amount]
        statements = Statement.objects.filter(kind__in=_ABOUT_DATA)
        texts = [(row.texts, row.rule, "statements") for row in statements]
    texts.append((policy.texts, policy.rules.get("words", ""), "policy"))
    kept = {_plain(one.amount, one.unit) for one in lives}
    return [
        _longer(text, rule, where, lives, language=spoken(tenant))
        for said, rule, where in texts
        for text in _first_wrong((said.get(each, "") for each in tenant.languages), kept)
    ]


def _first_wrong(texts: Iterable[str], kept: set[tuple[int, str]]) -> list[str]:
    """Return the first length in ``texts`` that nothing is kept for, as it stands there."""
    for text in texts:
        for match in _LENGTH.finditer(text):
            unit = next(name for name in _UNITS if match[name])
            number = match["number"].lower()
            amount = _NUMBERS.get(number) or int(number)
            if _plain(amount, unit) not in kept:
                return [match[0]]
    return []


def _plain(amount: int, unit: str) -> tuple[int, str]:
    while unit in _AS:
        times, unit = _AS[unit]
        amount *= times
    return amount, unit


def _longer(
    said: str, rule: str, where: str, lives: Iterable[PolicyRule], *, language: str
) -> Finding:
    kept = ", ".join(in_words(one.amount, one.unit, language=language) for one in lives)
    words = _("A text says “%(said)s”, and what the policy keeps is kept for: %(kept)s.")
    told = words % {"said": said, "kept": kept or _("no time at all")}
    return Finding("said_length", Severity.BLOCKS, told, rule, where)
