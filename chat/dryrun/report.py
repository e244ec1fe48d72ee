"""What a dry run tells: findings, a dated timeline, and a verdict for each promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language

from tenants.checkup import Finding, Severity


class Outcome(StrEnum):
    """``UNTRIED``: it is promised, and nothing here could try it."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_PROMISED = "not_promised"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, by the clock of the sandbox; ``words`` in the run's language.

    ``talk`` is the number of the talk that it happened in, counted from 1; 0 for none.
    """

    at: datetime
    words: str
    story: str
    talk: int = 0

    def when(self, zone: ZoneInfo) -> str:
        return moment_words(self.at, zone)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one promise.

    ``sentence`` is what the visitor's page about privacy says, where ``on_page``; ``observed`` is
    what was seen. ``rule`` is that of the row which both go by.
    """

    kind: str
    outcome: Outcome
    rule: str
    sentence: str
    observed: str
    on_page: bool


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run. ``steps`` are in the order of time, ``verdicts`` in that of the page."""

    slug: str
    zone: str
    language: str
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def is_kept(self) -> bool:
        """Say whether nothing was found that keeps the line from going live."""
        blocked = any(one.severity is Severity.BLOCKS for one in self.findings)
        return not blocked and all(one.outcome is not Outcome.BROKEN for one in self.verdicts)


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return such as "Mon 7 Dec 2026 14:05", in the language that is active, by ``zone``'s clock."""
    said = date_format(moment.astimezone(zone), "D j M Y H:i")
    # Months have no capital in the other languages, whatever Django's catalogues say.
    return said if (get_language() or "en") == "en" else said.lower()
