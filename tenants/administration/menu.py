"""The menu of a tenant's administration, grouped as an administrator thinks.

Every floor of the house adds its own pages, in the module ``tenant_admin`` of its app:

    menu.add(menu.Group.HOURS, _("The usual week"), "admin:hours", place=10, hint=_("Rule S1"))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Group(Enum):
    """In the order in which they stand."""

    START = "start"
    HOURS = "hours"
    READ = "read"
    STAFF = "staff"
    KEPT = "kept"
    PARTNERS = "partners"
    LOOK = "look"
    TRAIL = "trail"


TITLES: dict[Group, Words] = {
    Group.START: _("On the way"),
    Group.HOURS: _("When we are open"),
    Group.READ: _("What visitors read"),
    Group.STAFF: _("Those who answer"),
    Group.KEPT: _("What is kept"),
    Group.PARTNERS: _("Partners"),
    Group.LOOK: _("Look and embedding"),
    Group.TRAIL: _("Who did what"),
}


@dataclass(frozen=True)
class Entry:
    """One page in the menu: the name of its address, and what it is for in a few words."""

    group: Group
    label: Words
    to: str
    place: int
    hint: Words


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it; every page below its address counts as it."""

    url: str
    label: Words
    hint: Words
    is_current: bool


@dataclass(frozen=True)
class Section:
    """One group of the menu with what stands in it."""

    title: Words
    links: list[Link] = field(default_factory=list)


_entries: dict[str, Entry] = {}


def add(group: Group, label: Words, to: str, *, place: int = 50, hint: Words = "") -> None:
    """Put the page whose address is named ``to`` into ``group``, in the order of ``place``."""
    _entries[to] = Entry(group, label, to, place, hint)


def sections(request: HttpRequest) -> list[Section]:
    """Return the menu as ``request`` sees it, without groups in which nothing stands."""
    found = {group: Section(TITLES[group]) for group in Group}
    for entry in sorted(_entries.values(), key=lambda each: each.place):
        url = reverse(entry.to)
        link = Link(url, entry.label, entry.hint, request.path.startswith(url))
        found[entry.group].links.append(link)
    return [section for section in found.values() if section.links]
