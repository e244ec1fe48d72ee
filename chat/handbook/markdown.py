"""Bodies of articles: Markdown without HTML or pictures, whose links lead to https or to an article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

Link = Callable[[str], str]

_HTTPS = re.compile(r"https://[^\s/]+\S*")
_ARTICLE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
# The characters by which a search marks what it has found; nobody writes them.
MARKS = ("\ue000", "\ue001")
# What looks like a tag PostgreSQL does not look into, and of a <script> not past it either.
_SEARCHED = {**dict.fromkeys(map(ord, MARKS)), ord("<"): "‹", ord(">"): "›"}


@dataclass(frozen=True)
class Passage:
    """One block of a body: as HTML, and as text that can be put into a talk; empty for a heading."""

    html: str
    text: str


@dataclass(frozen=True)
class BadLink:
    """A link that leads nowhere; ``line`` counts from 1."""

    line: int
    target: str


class _Lenient(MarkdownIt):
    """Takes every link for one, so that a bad one is seen and not left standing as text."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable("image")

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the name that the library calls
        return True


_MARKDOWN = _Lenient()


def passages(body: str, *, link: Link, top: int) -> list[Passage]:
    """Return ``body`` block by block; its highest heading is ``<h{top}>``.

    ``link(slug)`` is where an article is read. A link that leads nowhere is left out and its text
    stays.
    """
    return [
        Passage(_html(block, link, top), _text(block) if block[0].type != "heading_open" else "")
        for block in _blocks(_MARKDOWN.parse(body))
    ]


def plain(body: str) -> str:
    """Return what is read of ``body``: the text that is searched and shown in what was found."""
    text = "\n".join(_text(block) for block in _blocks(_MARKDOWN.parse(body)))
    return text.translate(_SEARCHED)


def bad_links(body: str) -> list[BadLink]:
    """Return the links of ``body`` that lead neither to https nor to an article (``slug.md``)."""
    return [
        BadLink(first + 1, target)
        for token in _MARKDOWN.parse(body)
        for first in [token.map[0] if token.map else 0]
        for each in token.children or ()
        if each.type == "link_open"
        for target in [str(each.attrGet("href") or "")]
        if not (_HTTPS.fullmatch(target) or _ARTICLE.fullmatch(target))
    ]


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _html(block: list[Token], link: Link, top: int) -> str:
    for token in block:
        if token.type in {"heading_open", "heading_close"}:
            # A body may begin with the second level, as files do whose title is the first.
            token.tag = f"h{min(6, top + max(0, int(token.tag[1]) - 2))}"
        if token.children:
            token.children = list(_linked(token.children, link))
    return str(_MARKDOWN.renderer.render(block, _MARKDOWN.options, {}))


def _linked(inline: list[Token], link: Link) -> Iterator[Token]:
    kept: list[bool] = []
    for token in inline:
        if token.type == "link_open":
            kept.append(_lead(token, link))
        if token.type not in {"link_open", "link_close"} or kept[-1]:
            yield token
        if token.type == "link_close":
            kept.pop()


def _lead(token: Token, link: Link) -> bool:
    """Give a link its way; False where it has none."""
    target = str(token.attrGet("href") or "")
    article = _ARTICLE.fullmatch(target)
    if article:
        token.attrs = {"href": link(article[1]), "data-article": article[1]}
    elif _HTTPS.fullmatch(target):
        token.attrs = {"href": target, "target": "_blank", "rel": "noopener noreferrer"}
    return bool(article or _HTTPS.fullmatch(target))


def _text(block: Sequence[Token]) -> str:
    lines: list[str] = []
    marks: list[str] = []
    mark = ""
    for token in block:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            marks.append("–" if token.type == "bullet_list_open" else "1.")
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            marks.pop()
        elif token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else f"{marks[-1]} "
        elif token.type in {"inline", "fence", "code_block"}:
            lines.append(mark + _words(token))
            mark = ""
    return "\n".join(lines)


def _words(token: Token) -> str:
    if not token.children:
        return token.content.rstrip("\n")
    said = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(said.get(each.type, each.content) for each in token.children)
