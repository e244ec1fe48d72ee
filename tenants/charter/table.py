"""Reading one TOML table without stopping at its first mistake.

``Table`` hands out values of the type that was asked for. What is missing or wrong becomes a
``Problem`` and a harmless stand-in is handed out instead, so that one run finds every mistake
of a file. A stand-in never leaves the package: a file with problems makes no charter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from typing import TypeVar

from django.utils.translation import gettext as _

from tenants.charter.rules import RULE_IDS

T = TypeVar("T")

LANGUAGES = ("nb", "sv", "en")  # what the platform itself speaks
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
NAME = re.compile(r"[a-z0-9_]{1,40}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands, what was found there, what would have been right."""

    file: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: found {self.found}, expected {self.expected}"

    @property
    def in_words(self) -> str:
        """What a form says beside the field, in the active translation."""
        said, _colon, why = self.expected.partition(": ")
        if why and said in {"true", "false"}:
            return _("This cannot be promised together: %(why)s.") % {"why": why}
        return _("Found %(found)s, expected %(expected)s.") % {
            "found": self.found,
            "expected": self.expected,
        }


@dataclass(frozen=True)
class Problems:
    """The mistakes of one file, in the order in which they were met."""

    file: str
    all: list[Problem] = field(default_factory=list)

    def note(self, key: str, *, found: str, expected: str) -> None:
        self.all.append(Problem(self.file, key, found, expected))

    def below(self, key: str) -> bool:
        """Tell whether anything is wrong at ``key`` or deeper."""
        return any(re.match(rf"{re.escape(key)}(?:[.\[]|$)", each.key) for each in self.all)


def shown(value: object) -> str:
    """Return ``value`` as its author wrote it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value if len(value) <= 60 else value[:57] + "…"}"'  # a line
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return str(value)


def choices(allowed: Iterable[str]) -> str:
    return _("one of") + " " + ", ".join(f'"{each}"' for each in allowed)


class Table:
    """One table of a charter, at ``key`` of its file."""

    def __init__(self, values: Mapping[str, object], *, key: str, problems: Problems) -> None:
        self._values = values
        self._asked: set[str] = set()
        self.key = key
        self.problems = problems

    def at(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key

    def has(self, key: str) -> bool:
        return key in self._values

    def refuse(self, key: str, *, found: object, expected: str) -> None:
        self.problems.note(self.at(key), found=shown(found), expected=expected)

    def text(self, key: str, *, most: int = 120) -> str:
        value = self._typed(key, str, "", _("text"))
        if value.strip() != value or not value or len(value) > most:
            if self._is(key, str):
                expected = _("text of 1 to %(most)s characters, trimmed") % {"most": most}
                self.refuse(key, found=value, expected=expected)
            return ""
        return value

    def flag(self, key: str) -> bool:
        return self._typed(key, bool, False, _("true or false"))

    def whole(self, key: str, *, least: int, most: int) -> int:
        expected = _("a whole number from %(least)s to %(most)s") % {"least": least, "most": most}
        value = self._typed(key, int, least, expected)
        if not least <= value <= most:
            self.refuse(key, found=value, expected=expected)
            return least
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        value = self._typed(key, str, "", choices(allowed))
        if self._is(key, str) and value not in allowed:
            self.refuse(key, found=value, expected=choices(allowed))
            return ""
        return value

    def matching(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self._typed(key, str, "", expected)
        if self._is(key, str) and not pattern.fullmatch(value):
            self.refuse(key, found=value, expected=expected)
            return ""
        return value

    def rule(self, key: str = "rule") -> str:
        expected = _('a rule id from S1 to B8, or "ours"')
        value = self._typed(key, str, "", expected)
        if self._is(key, str) and value not in RULE_IDS:
            self.refuse(key, found=value, expected=expected)
        return value

    def name(self, key: str) -> str:
        return self.matching(key, NAME, _("a name of a-z, 0-9 and _"))

    def clock(self, key: str) -> time:
        value = self.matching(key, _CLOCK, _('a time of day such as "09:30"'))
        return time.fromisoformat(value) if value else time(0)

    def day(self, key: str) -> date:
        return self._typed(key, date, date.min, _("a date such as 2026-12-24"))

    def colour(self, key: str) -> str:
        return self.matching(key, COLOUR, _('a colour such as "#0a5c73"'))

    def words(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Return a list without repetition, each element one of ``allowed``."""
        value = self._typed(key, list, [], _("a list of words"))
        words: list[str] = []
        for index, word in enumerate(value):
            if not isinstance(word, str) or word not in allowed:
                self.refuse(f"{key}[{index}]", found=word, expected=choices(allowed))
            elif word in words:
                self.refuse(f"{key}[{index}]", found=word, expected=_("each word once"))
            else:
                words.append(word)
        return tuple(words)

    def matches(self, key: str, pattern: re.Pattern[str], expected: str) -> tuple[str, ...]:
        """Return a list of at least one text, each of the form of ``pattern`` and there once."""
        value = self._typed(key, list, [], _("a list of texts"))
        for index, text in enumerate(value):
            if not isinstance(text, str) or not pattern.fullmatch(text):
                self.refuse(f"{key}[{index}]", found=text, expected=expected)
            elif text in value[:index]:
                self.refuse(f"{key}[{index}]", found=text, expected=_("each once"))
        if self._is(key, list) and not value:
            self.refuse(key, found=value, expected=_("at least one, %(what)s") % {"what": expected})
        return tuple(value)

    def texts(self, languages: Collection[str], *, most: int = 600) -> dict[str, str]:
        """Return this table's text in each of the tenant's languages; the keys are theirs."""
        if not languages:
            # The list of languages is wrong: that was said, so no text is one too many.
            self._asked.update(LANGUAGES)
        return {language: self.text(language, most=most) for language in languages}

    def table(self, key: str) -> Table:
        values = self._typed(key, dict, {}, f"a table [{self.at(key)}]")
        if not self._is(key, dict):
            return _Absent({}, key=self.at(key), problems=self.problems)
        return Table(values, key=self.at(key), problems=self.problems)

    def tables(self, key: str) -> list[Table]:
        """Return the entries of a list of tables; a list that is left out is empty."""
        if not self.has(key):
            self._asked.add(key)
            return []
        entries = self._typed(key, list, [], f"entries [[{self.at(key)}]]")
        found = []
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                place = f"{self.at(key)}[{index}]"
                found.append(Table(entry, key=place, problems=self.problems))
            else:
                self.refuse(f"{key}[{index}]", found=entry, expected="a table")
        return found

    def done(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self._values:
            if key in self._asked:
                continue
            near = get_close_matches(key, sorted(self._asked), n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            known = f"no such key{hint}" if near else choices(sorted(self._asked))
            self.problems.note(self.at(key), found="an unknown key", expected=known)

    def _is(self, key: str, kind: type) -> bool:
        return type(self._values.get(key)) is kind

    def _typed(self, key: str, kind: type[T], stand_in: T, expected: str) -> T:
        self._asked.add(key)
        if key not in self._values:
            self.problems.note(self.at(key), found=_("nothing"), expected=expected)
            return stand_in
        value = self._values[key]
        # Exactly: True is no number, a datetime is no date.
        if type(value) is kind:
            return value
        self.refuse(key, found=value, expected=expected)
        return stand_in


class _Absent(Table):
    """A table that is missing as a whole: that was said once, its keys need no word."""

    def _typed(self, key: str, kind: type[T], stand_in: T, expected: str) -> T:
        return stand_in
