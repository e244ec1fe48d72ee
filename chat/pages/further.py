"""Further pages that a visitor may read, from whichever app has one.

The front page leads there, and so does the end of a talk. An app registers its page in
``AppConfig.ready``; its own list of addresses has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class FurtherPage:
    """The name of its address, and the words that lead there: a lazy translation."""

    url_name: str
    label: str | Promise


_pages: dict[str, FurtherPage] = {}


def register_page(page: FurtherPage) -> None:
    """Add ``page``; a second one of the same address replaces the first."""
    _pages[page.url_name] = page


def further_pages() -> list[FurtherPage]:
    """Return the pages in the order in which they were registered."""
    return list(_pages.values())
