"""docs/permissions.md, written from what the doors declare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from helpline.doors import Door, every_door
from tenants.permissions import ANYBODY, EVERYBODY, Permission

_INTRODUCTION = """\
# Whom each door lets in

Written by `manage.py permissions`; a test holds this page to the code. Each door declares whom it
lets in where it stands, by what enforces it ([ADR 0038](adr/0038-every-door-says-whom-it-lets-in.md)),
and `manage.py check` refuses a door that says nothing.

Visitors and members are let in at their own tenant alone: at another's they are nobody. A *visitor*
is whoever shows what opens a talk: its secret, its code, a token of a handoff, the handle of a line
over HTTP. Where a door names something, an id of another tenant is answered like one that does not
exist. Static files have no door: they say nothing of anybody. *Nobody* is none of these: metrics are
given to a machine that shows its token, and Django has pages for what is not done here.
"""
_PLACES = {
    "urls": "The platform's own host, `admin.<base>`",
    "urls_desk": "A tenant's desk, `desk-<slug>.<base>`",
    "urls_left": "The host of a line that has left, `<slug>.<base>`",
    "urls_tenant": "A tenant's own administration, `admin.<base>/t/<slug>`",
    "urls_visitor": "A tenant's own host, `<slug>.<base>`",
    "/ws/visitor": "Frames of the visitor's socket, `/ws/visitor`",
    "/ws/desk": "Frames of the desk's socket, `/ws/desk`",
    "line over http": "The line over HTTP, at a tenant's own host",
}


def page() -> str:
    """Return the whole page. Every door has to say whom it lets in."""
    parts = [_INTRODUCTION]
    for place, doors in groupby(every_door(), key=lambda door: door.place):
        title = _PLACES.get(place, f"`{place}`")
        parts.append(
            "\n".join([f"## {title}", "", "| door | lets in |", "|---|---|", *_rows(doors)])
        )
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _rows(doors: Iterator[Door]) -> Iterator[str]:
    for door in doors:
        address = door.address.replace("|", "\\|")
        yield f"| `{address}` | {_in_words(door.permission)} |"


def _in_words(permission: Permission | None) -> str:
    assert permission is not None, "manage.py check says which"
    roles = permission.roles
    if roles == ANYBODY.roles:
        return "anybody"
    return ", ".join(role for role in EVERYBODY if role in roles) or "nobody"
