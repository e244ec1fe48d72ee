"""Reading a page as a browser would, and the sources for the texts that pages show."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[2]
WORDS = {"gettext": None, "ngettext": (1, 2), "gettext_noop": None, "_": None}
# The only attributes by which a page makes a browser fetch something by itself.
FETCHES = {("link", "href"), ("script", "src"), ("img", "src"), ("form", "action"), ("use", "href")}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.texts: set[str] = set()
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        self.fetched += [value or "" for name, value in attrs if (tag, name) in FETCHES]
        self.texts |= {value.strip() for name, value in attrs if value and name == "aria-label"}

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
        self.texts.add(" ".join(data.split()))


def used_texts() -> set[str]:
    """Return every text that templates and pages give to gettext."""
    used: set[str] = set()
    templates = PROJECT / "templates"
    for path in (*templates.rglob("*.html"), *templates.rglob("*.txt")):
        # What Django makes of a template for its own extraction reads like a script.
        source = templatize(path.read_text(encoding="utf-8"), origin=path.name).encode()
        used |= {
            str(found[1]) for found in extract("javascript", io.BytesIO(source), keywords=WORDS)
        }
    for folder in (
        "chat/pages",
        "chat/dryrun",
        "chat/management",
        "referrals",
        "retention",
        "tenants",
    ):
        for path in (PROJECT / folder).rglob("*.py"):
            with path.open("rb") as file:
                used |= {str(found[1]) for found in extract("python", file, keywords=WORDS)}
    return used
