"""Going through every page of a host: links, filters and exports followed, forms filled and sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from django.db import transaction

from tests.web import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

# Of one page with other words behind its question mark; filters times sorting would have no end.
MOST_QUERIES = 12
# Where to go back to from a row: the same row, by however many ways one has come.
_BACK = "_changelist_filters"
_TYPED = {"text", "search", "email", "url", "tel", "number", "date", "time", "password", ""}


@dataclass
class Form:
    """One form: where it goes, how, what stands in it already, and where something is typed."""

    action: str
    method: str
    given: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    def filled(self, word: str) -> dict[str, str]:
        return self.given | dict.fromkeys(self.typed, word)


class Sheet(HTMLParser):
    """The links and forms of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").upper()))
        elif tag in {"input", "textarea", "select", "button"} and self.forms and "name" in given:
            self._field(tag, given)

    def _field(self, tag: str, given: Mapping[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        if tag == "textarea" or (tag == "input" and given.get("type", "") in _TYPED):
            form.typed.append(name)
        elif tag != "select":
            form.given.setdefault(name, given.get("value", ""))


@dataclass(frozen=True)
class Page:
    """What came back for one ask; ``said`` is what was asked with, address included."""

    method: str
    said: str
    status: int
    bytes: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.said} {self.status}"


class Crawl:
    """A walk of one client through one host. Whatever an ask does is taken back."""

    def __init__(self, client: Client, host: str) -> None:
        self.client, self.host = client, host
        self.seen: set[tuple[str, str]] = set()
        self._queries: dict[str, int] = {}

    def pages(self, starts: list[str], words: list[str]) -> Iterator[Page]:
        """Give every page that ``starts`` lead to; each of ``words`` is typed into each form."""
        to_come: list[tuple[str, str, dict[str, str]]] = [
            ("GET", start, {}) for start in reversed(starts)
        ]
        while to_come:
            method, address, said = to_come.pop()
            if not self._is_new(method, address, said):
                continue
            answer = self._ask(method, address, said)
            asked = address + (f" {urlencode(said)}" if said else "")
            page = Page(method, asked, answer.status_code, _whole(answer))
            yield page
            to_come += self._onwards(address, answer, page, words)

    def ask(self, address: str) -> Page:
        """Ask for one address, whether or not it has been asked for."""
        answer = self._ask("GET", address, {})
        return Page("GET", address, answer.status_code, _whole(answer))

    def _is_new(self, method: str, address: str, said: Mapping[str, str]) -> bool:
        parts = urlsplit(address)
        query = {name: value for name, value in parse_qs(parts.query).items() if name != _BACK}
        typed = {name: value for name, value in said.items() if name != "csrfmiddlewaretoken"}
        key = (f"{method} {parts.path}", f"{sorted(query.items())} {sorted(typed.items())}")
        if key in self.seen or self._queries.get(key[0], 0) >= MOST_QUERIES:
            return False
        self._queries[key[0]] = self._queries.get(key[0], 0) + 1
        self.seen.add(key)
        return True

    def _ask(self, method: str, address: str, said: Mapping[str, str]) -> Response:
        cookies = self.client.cookies.output(header="", attrs=[], sep="; ")
        call = self.client.get if method == "GET" else self.client.post
        with transaction.atomic("default"), transaction.atomic("keys"):
            answer = call(address, said or None, headers={"host": self.host}, secure=True)
            for alias in ("default", "keys"):
                transaction.set_rollback(True, using=alias)
        self.client.cookies = SimpleCookie(cookies)
        return answer

    def _onwards(
        self, address: str, answer: Response, page: Page, words: list[str]
    ) -> Iterator[tuple[str, str, dict[str, str]]]:
        if location := answer.headers.get("Location"):
            yield from self._within("GET", urljoin(address, location), {})
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            return
        sheet = Sheet(page.bytes.decode())
        for link in sheet.links:
            yield from self._within("GET", urljoin(address, link), {})
        for form in sheet.forms:
            for word in words if form.typed and form.method == "GET" else words[:1]:
                filled, to = form.filled(word), urljoin(address, form.action)
                if form.method == "GET":
                    to = urljoin(to, f"?{urlencode(filled)}")
                yield from self._within(form.method, to, filled if form.method == "POST" else {})

    def _within(
        self, method: str, address: str, said: dict[str, str]
    ) -> Iterator[tuple[str, str, dict[str, str]]]:
        parts = urlsplit(address)
        if parts.scheme in {"", "http", "https"} and parts.netloc in {"", self.host}:
            query = f"?{parts.query}" if parts.query else ""
            yield method, parts.path + query, said


def _whole(answer: Response) -> bytes:
    content = b"".join(answer) if answer.streaming else answer.content
    return content + str(dict(answer.headers)).encode()
