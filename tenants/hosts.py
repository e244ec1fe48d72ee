"""The first wall: the host name decides the tenant, exactly, and nothing else does.

``<slug>.<base>`` is the visitors' side of a tenant, ``desk-<slug>.<base>`` its desk and
``admin.<base>`` the platform's. Tenants may have domains of their own beside these. A host
that is not in the table has no tenant: there is no default to fall back to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from tenants.models import State, Tenant, TenantHost

# "left" is a visitors' host whose line has left: it says so, and shows the proof.
Side = Literal["visitor", "desk", "admin", "left"]

RESERVED = frozenset({"admin", "www", "api"})
DESK_PREFIX = "desk-"

# A port, one trailing dot and the case say nothing about the tenant; anything else does not
# belong in a host name and is not repaired.
_HOST = re.compile(r"(?P<name>[a-z0-9-]+(?:\.[a-z0-9-]+)*)\.?(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where a request arrived: by which name, on which side, at which tenant (admin: None)."""

    name: str
    side: Side
    tenant: Tenant | None


def normalised(host: str) -> str | None:
    """Return the bare lower-case name in a Host header, or None for what is not one."""
    match = _HOST.fullmatch(host.lower())
    return match["name"] if match else None


def place_of(host: str) -> Place | None:
    """Return where ``host`` leads, or None for a host that nobody owns. One query at most."""
    name = normalised(host)
    if name is None:
        return None
    label, _, rest = name.partition(".")
    if rest == _base()[0]:
        return _under_base(name, label)
    own = TenantHost.objects.select_related("tenant").filter(hostname=name).first()
    if own is None:
        return None
    return _at(own.tenant, name, "desk" if own.side == TenantHost.Side.DESK else "visitor")


def origin_of(place: Place) -> str:
    """Return the one Origin that a page at this place sends; compare for equality."""
    port = _base()[1]
    return f"{settings.HELPLINE_SCHEME}://{place.name}{':' if port else ''}{port}"


def url_of(slug: str, side: Side) -> str:
    """Return the address of a tenant's front page (visitor) or desk, with a trailing slash."""
    label = slug if side == "visitor" else f"{DESK_PREFIX}{slug}"
    path = "desk/" if side == "desk" else ""
    return f"{settings.HELPLINE_SCHEME}://{label}.{settings.HELPLINE_BASE}/{path}"


def _base() -> tuple[str, str]:
    name, _, port = settings.HELPLINE_BASE.partition(":")
    return name, port


def _under_base(name: str, label: str) -> Place | None:
    if label == "admin":
        return Place(name, "admin", None)
    side: Side = "desk" if label.startswith(DESK_PREFIX) else "visitor"
    tenant = Tenant.objects.filter(slug=label.removeprefix(DESK_PREFIX)).first()
    return _at(tenant, name, side) if tenant else None


def _at(tenant: Tenant, name: str, side: Side) -> Place | None:
    """Return the place where it is one in the tenant's state: staff come before visitors do."""
    if tenant.state == State.LEFT:
        return Place(name, "left", tenant) if side == "visitor" else None
    is_there = tenant.live or side == "desk"
    return Place(name, side, tenant) if is_there else None
