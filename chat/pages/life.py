"""The picture of what becomes of a talk: you write, we close, gone. Drawn from the policy's rule.

The sentences beside it come from ``tenants.promises`` and the same row, so picture, words and
purge cannot tell three stories. What goes another way than the talk itself has a line of its own
on the page about privacy: a talk that shows who somebody is, what is erased, the address.
Rule: D5, D6, D7, U7, T9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from tenants.models import Policy, PolicyRule
from tenants.policies import policy_rules
from tenants.promises import in_words


@dataclass(frozen=True)
class Stage:
    """One stop on the way; ``icon`` names a drawing of the template."""

    icon: Literal["write", "close", "keep", "gone", "notice", "erase"]
    label: str
    detail: str
    rule: str


def stages(rule: PolicyRule, *, language: str) -> list[Stage]:
    """Return the stops of a talk under ``rule``, in order, in the active translation."""
    way = [
        Stage("write", _("You write"), "", ""),
        Stage("close", _("The talk ends"), "", ""),
    ]
    if rule.amount:
        length = in_words(rule.amount, rule.unit, language=language)
        way.append(Stage("keep", _("Kept"), length, rule.rule))
        way.append(Stage("gone", _("Deleted"), "", rule.rule))
    else:
        way.append(Stage("gone", _("Deleted"), _("at once"), rule.rule))
    return way


@dataclass(frozen=True)
class Way:
    """One line of the picture: what it is about, and its stops."""

    about: Literal["conversation", "flagged", "erase", "address"]
    title: str
    stages: list[Stage]


def ways(policy: Policy, *, language: str) -> list[Way]:
    """Return every way that ``policy`` knows, the talk's own first, in the active translation."""
    rules = {(rule.kind, rule.starts): rule for rule in policy_rules(policy)}
    kinds, starts = PolicyRule.Kind, PolicyRule.Starts
    way = [
        Way(
            "conversation",
            _("The talk"),
            stages(rules[kinds.CONVERSATION, starts.ENDED], language=language),
        )
    ]
    flagged = rules.get((kinds.CONVERSATION, starts.FLAGGED))
    if flagged:
        title = _("If something in it shows who you are")
        way.append(Way("flagged", title, _when_flagged(flagged, language)))
    if policy.may_erase:
        way.append(Way("erase", _("If you delete it yourself"), _when_erased(policy)))
    address = rules.get((kinds.ADDRESS, starts.BEGAN))
    if address:
        way.append(Way("address", _("Your IP address"), _of_address(address, language)))
    return way


def _when_flagged(rule: PolicyRule, language: str) -> list[Stage]:
    length = in_words(rule.amount, rule.unit, language=language)
    within = _("within %(length)s") % {"length": length}
    return [
        Stage("write", _("You write"), "", ""),
        Stage("notice", _("We notice it"), "", ""),
        Stage("gone", _("Deleted"), within, rule.rule),
    ]


def _when_erased(policy: Policy) -> list[Stage]:
    return [
        Stage("write", _("You write"), "", ""),
        Stage("erase", _("You press delete"), "", ""),
        Stage("gone", _("Deleted"), _("at once"), policy.rules["erase"]),
    ]


def _of_address(rule: PolicyRule, language: str) -> list[Stage]:
    length = in_words(rule.amount, rule.unit, language=language)
    at_most = _("at most %(length)s") % {"length": length}
    return [
        Stage("write", _("You start a talk"), "", ""),
        Stage("keep", _("Locked in"), at_most, rule.rule),
        Stage("gone", _("Deleted"), _("by itself"), rule.rule),
    ]
