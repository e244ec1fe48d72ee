"""Reads the examples of docs/protocol.md and plays them against the application.

An example is a fenced block ``talk``. Each line is a stage direction ``(in parentheses)``, or what
somebody says (``visitor => …``), or what they are answered (``visitor <- …``); an indented line
goes on with the one before it. ``<names>`` stand for values that differ from run to run: the
first sight of one binds it, and from then on it is that value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
LANGUAGE = "talk"

_FENCE = re.compile(r"^```(?P<info>.*)\n(?P<body>(?:.*\n)*?)```$", re.MULTILINE)
_LINE = re.compile(r"(?P<who>[a-z]+(?:-\d)?) (?P<way>=>|<-) (?P<what>.+)")
_NAME = re.compile(r"<(?P<stem>[a-z]+)(?:-\d+)?>")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_PATTERNS = {
    "talk": _UUID,
    "message": _UUID,
    "member": _UUID,
    "consult": _UUID,
    "offer": _UUID,
    "time": _TIME,
    "secret": _SECRET,
    "line": re.compile(r"[A-Za-z0-9_-]{86}"),
    "evaluation": re.compile(r"[A-Za-z0-9_-]{64}"),
    "hash": re.compile(r"[0-9a-f]{64}"),
    "salt": re.compile(r"[0-9a-f]{24}\?expires=\d{10}&"),
    "code": re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}"),
    "tab": _UUID,
    "words": re.compile(r"(?s).+"),
    "url": re.compile(r"https?://[^#]+/"),
    "door": re.compile(r"https?://[^#]+/#handoff=(?P<there>[\w-]{43})\.(?P<back>[\w-]{43})"),
    "there": _SECRET,
    "back": _SECRET,
    "token": re.compile(r"\w+"),
    "login": re.compile(r"\S+@\S+"),
    "password": re.compile(r".+"),
}
_DIFFERENCE = {"what", "here", "there"}
_ALTERNATIVES = ({"name", "phone"}, {"name", "url", "open"})


@dataclass(frozen=True)
class Step:
    """One line: ``who`` is empty for a stage direction, ``says`` tells speaking from hearing."""

    who: str
    says: bool
    what: str


@dataclass(frozen=True)
class Example:
    heading: str
    steps: tuple[Step, ...]


def fences(text: str) -> list[tuple[str, str, str]]:
    """Return (heading above, info string, body) of every fenced block."""
    found = []
    for match in _FENCE.finditer(text):
        above = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)
        found.append((above[-1] if above else "", match["info"].strip(), match["body"]))
    return found


def read_examples(text: str) -> list[Example]:
    """Return the examples of a page, in order."""
    return [
        Example(heading, tuple(_steps(body)))
        for heading, info, body in fences(text)
        if info == LANGUAGE
    ]


def _steps(body: str) -> list[Step]:
    joined = re.sub(r"\n[ \t]+", " ", body).splitlines()
    return [_step(line) for line in joined if line.strip()]


def _step(line: str) -> Step:
    if line.startswith("(") and line.endswith(")"):
        return Step("", says=True, what=line[1:-1])
    match = _LINE.fullmatch(line)
    assert match, f"neither said, heard nor directed: {line}"
    return Step(match["who"], match["way"] == "=>", match["what"])


class Values:
    """What the names of one example stand for."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def fill(self, text: str) -> str:
        """Put values in the place of names; a message that nobody has seen gets an id."""

        def value(match: re.Match[str]) -> str:
            name = match[0]
            if name not in self.known and match["stem"] in {"message", "talk", "tab"}:
                self.known[name] = str(uuid4())
            return str(self.known[name])

        return _NAME.sub(value, text)

    def agree(self, expected: Any, found: Any) -> bool:
        """Say whether ``found`` is what an example expects, whole; bind what it names first."""
        if isinstance(expected, str) and _NAME.fullmatch(expected):
            return self._named(expected, found)
        if isinstance(expected, dict) and isinstance(found, dict):
            same = expected.keys() == found.keys()
            return same and all(self.agree(expected[key], found[key]) for key in expected)
        if isinstance(expected, list) and isinstance(found, list):
            same = len(expected) == len(found)
            return same and all(map(self.agree, expected, found))
        return type(expected) is type(found) and bool(expected == found)

    def _named(self, name: str, found: Any) -> bool:
        match = _NAME.fullmatch(name)
        assert match
        if match["stem"] in {"seconds", "number"}:
            return type(found) is int and found >= 0
        if match["stem"] == "alternatives":
            return found != [] and all(one.keys() in _ALTERNATIVES for one in found)
        if match["stem"] == "sentences":
            return found != [] and all(isinstance(one, str) for one in found)
        if match["stem"] == "differences":
            return found != [] and all(one.keys() == _DIFFERENCE for one in found)
        fits = isinstance(found, str) and _PATTERNS[match["stem"]].fullmatch(found)
        if match["stem"] == "words":
            return bool(fits)
        if match["stem"] == "door" and fits:
            self.known |= {f"<{name}>": token for name, token in fits.groupdict().items()}
        return bool(fits) and self.known.setdefault(name, found) == found


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
