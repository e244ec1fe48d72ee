"""Who a door lets in, declared beside it: a page, a page of Django's admin, a kind of frame.

Whatever lets people in carries what it enforces as ``permission``, so that what is declared is what
happens. ``helpline.doors`` finds every door there is, ``manage.py check`` refuses one that says
nothing, docs/permissions.md lists them, and tests/permissions asks each as everybody.

    @require_safe
    @lets_in(ANYBODY)
    def privacy(request): ...

    lets_in(ANYBODY)(path("accounts/", include("somebody.elses.urls")))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tenants.fitness import ANSWERING
from tenants.models import Role

Door = TypeVar("Door")

# Who stands before doors besides the members of a tenant. A visitor is whoever shows what opens a
# talk (its secret, its code, a token); an operator looks after the platform and is of no tenant.
NOBODY_WE_KNOW, VISITOR, OPERATOR = "anonymous", "visitor", "operator"
EVERYBODY: tuple[str, ...] = (NOBODY_WE_KNOW, VISITOR, *map(str, Role.values), OPERATOR)


@dataclass(frozen=True)
class Permission:
    """The roles that a door lets in: visitors and members at their own tenant, and nowhere else.

    ``named`` is asked when somebody comes, for what apps add is known only once all are there.
    """

    named: Callable[[], Iterable[str]]

    @classmethod
    def of(cls, *roles: str) -> Permission:
        """Return the permission of these roles."""
        found = frozenset(map(str, roles))
        return cls(lambda: found)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(map(str, self.named()))

    def has(self, role: str) -> bool:
        """Say whether somebody of ``role`` is let in."""
        return role in self.roles


# Open by nature: what visitors read, ways to sign in, what watches over the platform.
ANYBODY = Permission.of(*EVERYBODY)
VISITORS = Permission.of(VISITOR)
MEMBERS = Permission.of(*Role.values)
ANSWERERS = Permission.of(*ANSWERING)
# Who reads a talk: whoever has it, and officers once it is over.
READERS = Permission.of(*ANSWERING, Role.OFFICER)
ADMINISTRATORS = Permission.of(Role.ADMINISTRATOR)
OPERATORS = Permission.of(OPERATOR)
# Whoever has an account, before its own pages.
SIGNED_IN = Permission.of(*Role.values, OPERATOR)
NOBODY = Permission.of()


def lets_in(permission: Permission) -> Callable[[Door], Door]:
    """Declare whom a view, a frame's handler, a pattern, an include or an admin site lets in.

    It declares and does not enforce: what enforces calls this itself. On an include it holds for
    what is behind it, as far as that does not declare for itself.
    """

    def declare(door: Door) -> Door:
        door.permission = permission  # type: ignore[attr-defined]  # whatever it is
        return door

    return declare


def permission_of(door: object) -> Permission | None:
    """Return what a door declares, or None for one that says nothing."""
    found = getattr(door, "permission", None)
    return found if isinstance(found, Permission) else None
