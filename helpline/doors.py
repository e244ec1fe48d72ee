"""Every door there is, found and not listed: views of each URL conf, admin pages, frames, ASGI doors.

A URL conf is any module ``helpline.urls*``, an admin site whatever is mounted in one, a socket what
``chat.routing`` leads to. So a door that is added later is here without anybody's doing.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import URLPattern, URLResolver, get_resolver

import helpline
from tenants.permissions import ANYBODY, NOBODY, Permission, permission_of

# The pages of a ModelAdmin that change something, and the word of the class that allows it.
_WAYS = {"login", "logout"}
_ACTS = {"add": "adds", "delete": "removes"}


@dataclass(frozen=True)
class Door:
    """One door: the URL conf or socket it belongs to, its address or kind of frame, whom it lets in.

    ``name`` is the view's full name, ``pattern`` what leads to it (None for what is no view), and
    ``permission`` None where nothing is declared.
    """

    place: str
    address: str
    name: str
    permission: Permission | None
    pattern: URLPattern | None = None
    # The page of a model, and whose.
    model_admin: ModelAdmin[Any] | None = None

    def __str__(self) -> str:
        return f"{self.place} {self.address}"


def every_door() -> list[Door]:
    """Return every door, by place, in the order in which addresses are tried."""
    return [*views(), *frames(), *lines()]


def url_confs() -> list[str]:
    """Return the names of the URL confs that a host or a mount may have."""
    found = pkgutil.iter_modules(helpline.__path__, "helpline.")
    return sorted(one.name for one in found if one.name.startswith("helpline.urls"))


def views() -> Iterator[Door]:
    """Give the views of every URL conf."""
    for conf in url_confs():
        place = conf.removeprefix("helpline.")
        yield from _behind(get_resolver(conf), place, "", (), None)


def _behind(
    resolver: URLResolver, place: str, before: str, names: tuple[str, ...], given: Permission | None
) -> Iterator[Door]:
    for one in resolver.url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = (*names, *([one.namespace] if one.namespace else []))
            yield from _behind(one, place, address, inner, permission_of(one) or given)
        else:
            yield _door(one, place, address, ":".join((*names, one.name or "")), given)


def _door(
    pattern: URLPattern, place: str, address: str, name: str, given: Permission | None
) -> Door:
    owner = _owner(pattern.callback)
    own = permission_of(pattern) or permission_of(pattern.callback)
    about: dict[str, Any] = {
        "place": place,
        "address": f"/{address}",
        "name": name,
        "pattern": pattern,
    }
    if own is None and isinstance(owner, ModelAdmin):
        return Door(**about, permission=_of_page(owner, pattern.name or ""), model_admin=owner)
    if own is None and isinstance(owner, AdminSite):
        own = _of_site(owner, pattern.name or "")
    return Door(**about, permission=own or given)


def _owner(view: Callable[..., Any]) -> object:
    """Return which ModelAdmin or AdminSite a view is a page of, or None.

    Django says so on its own pages; of one that a class adds, the method under the wrappers tells.
    """
    step: Any = view
    while step is not None:
        whose = getattr(step, "model_admin", None) or getattr(step, "__self__", None)
        if isinstance(whose, ModelAdmin | AdminSite):
            return whose
        step = getattr(step, "__wrapped__", None)
    return getattr(view, "admin_site", None)


def _of_site(site: AdminSite, name: str) -> Permission | None:
    """Return who comes to a page of a site that is of no model: Django lets anybody in and out."""
    is_djangos_own = type(site).login is AdminSite.login
    return ANYBODY if name in _WAYS and is_djangos_own else permission_of(site)


def _of_page(model_admin: ModelAdmin[Any], name: str) -> Permission | None:
    """Return who comes to one page of a model. The class says who, and what may be done there."""
    allows = [getattr(model_admin, word, None) for word in ("adds", "changes", "removes")]
    permission = permission_of(model_admin)
    if permission is None or None in allows:
        return None
    word = _ACTS.get(name.rpartition("_")[2])
    return permission if word is None or getattr(model_admin, word) else NOBODY


def frames() -> Iterator[Door]:
    """Give each kind of frame that a socket reads."""
    from chat.routing import SOCKETS

    for path, app in SOCKETS.items():
        does = app.consumer_class.does  # type: ignore[attr-defined]  # set by as_asgi
        for kind, handler in does.items():
            word = kind.__struct_config__.tag
            yield Door(path, word, handler.__qualname__, permission_of(handler))


def lines() -> Iterator[Door]:
    """Give the doors beside Django, where a line is kept over plain requests."""
    from chat.overhttp.door import DOORS

    for path, door in DOORS.items():
        yield Door("line over http", path, door.__qualname__, permission_of(door))
