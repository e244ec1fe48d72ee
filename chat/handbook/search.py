"""Finding articles by what is typed, also while it is being typed. Ranked by PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from chat.handbook.articles import in_force, without_bodies
from chat.handbook.markdown import MARKS
from chat.models import Version
from retention import clock

MOST = 15
MOST_WORDS, LONGEST_WORD = 8, 40

_FOUND = "SELECT version, title, passage FROM chat_handbook_found(%s, %s, %s, %s)"
_MARKED = f'StartSel="{MARKS[0]}", StopSel="{MARKS[1]}"'


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``hit`` where it is what was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Found:
    """A version that is in force, with the pieces of its title and of where it says it."""

    version: Version
    title: tuple[Piece, ...]
    passage: tuple[Piece, ...]


def find_articles(typed: str, *, most: int = MOST) -> list[Found]:
    """Return what is in force and holds all the words of ``typed``, the best first. In the scope.

    Words match in each of their forms, in the language that an article is written in; the last one
    may be the beginning of a word. Two queries, whatever is found.
    """
    words = [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", typed.lower())][:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [words[:-1], words[-1], most, _MARKED])
        rows: list[tuple[int, str, str]] = cursor.fetchall()
    versions = Version.objects.select_related("article").in_bulk([row[0] for row in rows])
    return [
        Found(versions[pk], tuple(pieces(title)), tuple(pieces(passage)))
        for pk, title, passage in rows
        if pk in versions
    ]


def contents(*, most: int) -> list[Version]:
    """Return what is in force, by category and title: the table of contents. In the scope."""
    holding = without_bodies(in_force(clock.now()))
    return list(holding.order_by("article__category", "title")[:most])


def pieces(marked: str) -> Iterator[Piece]:
    """Give the pieces of a text that a search has marked."""
    for place, stretch in enumerate(re.split(f"[{''.join(MARKS)}]", marked)):
        if stretch:
            yield Piece(stretch, hit=place % 2 == 1)
