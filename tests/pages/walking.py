"""Walking the pages of a host from link to link, and what is wrong on one of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from django.utils import translation

from tests.pages.reading import used_texts
from tests.world import CHARTERS

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

Fetch = Callable[..., "Answer"]
# Attributes that a person reads or hears, and those by which a browser fetches by itself.
_READ = {"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription"}
_FETCHES = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}
_FETCHING_LINKS = {"link", "use", "image"}
# What nobody reads as the page's own words: in a field, texts of all languages are written.
_SILENT = {"script", "style", "code", "textarea"}


class Sheet(HTMLParser):
    """One page: what is read on it, where it leads, what it fetches, what is inline in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.inline: list[str] = []
        self.language = ""
        # Which elements are open, and whether what is in them says to be in another language.
        self._inside: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.language = given.get("lang", "") if tag == "html" else self.language
        is_other = given.get("lang", self.language) != self.language
        self._inside.append((tag, is_other or self._is_other()))
        self.texts |= {" ".join(given[name].split()) for name in _READ & given.keys()}
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"]
        self.fetched |= {given[name] for name in _FETCHES & given.keys()}
        if tag in {"style", "iframe", "object", "embed", "base"}:
            self.inline.append(tag)
        if tag == "script" and "src" not in given:
            self.inline.append("script without src")
        if "href" in given:
            (self.fetched if tag in _FETCHING_LINKS else self.links).add(given["href"])

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_other() and not (self._inside and self._inside[-1][0] in _SILENT):
            self.texts.add(" ".join(data.split()))

    def _is_other(self) -> bool:
        return bool(self._inside) and self._inside[-1][1]


@dataclass(frozen=True)
class Found:
    """A page of a walk: its path, and each thing that is wrong there."""

    path: str
    wrong: list[str]


def walk(fetch: Fetch, start: str, *, language: str, slug: str) -> Iterator[Found]:
    """Go from link to link within the host, in ``language``, and look at each page once."""
    to_come, seen = [start], set()
    while to_come:
        path = to_come.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = fetch(path, lang=language)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        assert answer.status_code == 200, path
        sheet = Sheet(answer.content.decode())
        yield Found(path, [*wrong_on(sheet, answer), *untranslated(sheet, language, slug)])
        to_come += sorted(
            parts.path or path
            for parts in map(urlsplit, sheet.links)
            if not parts.netloc
            and not parts.scheme
            and dict(parse_qsl(parts.query)).keys() <= {"lang"}
        )


def wrong_on(sheet: Sheet, answer: Answer) -> list[str]:
    """Return what a quiet page has not: inline script and style, and anybody else's host."""
    policy = answer.headers.get("Content-Security-Policy", "")
    strangers = [url for url in sheet.fetched if not re.fullmatch(r"/(?!/)\S*|", url)]
    return [
        *(f"inline: {what}" for what in sheet.inline),
        *(f"third party: {url}" for url in strangers),
        *(f"policy: {word}" for word in re.findall(r"'unsafe-\w+'|https?://\S+", policy)),
        *(["no policy"] if "default-src" not in policy else []),
    ]


def untranslated(sheet: Sheet, language: str, slug: str) -> list[str]:
    """Return the texts that are English though the page is not, ours or the charter's own."""
    if language == "en":
        return []
    english = _english(language)
    foreign = sheet.texts & charter_texts(slug, language)
    return [
        f"English: {text}"
        for text in sorted(sheet.texts)
        if text and (text in foreign or english.fullmatch(text))
    ]


@cache
def _english(language: str) -> re.Pattern[str]:
    """Match what a text looks like that has stayed in English, whatever is filled in."""
    with translation.override(language):
        texts = {text for text in used_texts() if translation.gettext(text) != text}
    patterns = [
        re.sub(r"%\\?\(\w+\\?\)s|\\?\{\w+\\?\}", ".+", re.escape(" ".join(text.split())))
        for text in texts
    ]
    # What is nearly all filled in would match anything.
    return re.compile("|".join(one for one in patterns if re.search(r"\w{3}", one)))


@cache
def charter_texts(slug: str, language: str) -> frozenset[str]:
    """Return what a charter says in English, and in other words in ``language``.

    Nothing where the line does not speak that: its staff then read its subjects in another.
    """

    def each(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if "en" in value and value["en"] != value.get(language):
                yield value["en"]
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from each(one)

    charter = tomllib.loads((CHARTERS / f"{slug}.toml").read_text("utf-8"))
    return frozenset(each(charter) if language in charter["tenant"]["languages"] else ())
