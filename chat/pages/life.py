"""The picture of what becomes of a talk: you write, we close, gone. Drawn from the policy's rule.

The sentences beside it come from ``tenants.promises`` and the same row, so picture, words and
purge cannot tell three stories.  Rule: D5, T9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from tenants.models import PolicyRule
from tenants.promises import in_words


@dataclass(frozen=True)
class Stage:
    """One stop on the way; ``icon`` names a drawing of the template."""

    icon: Literal["write", "close", "keep", "gone"]
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
