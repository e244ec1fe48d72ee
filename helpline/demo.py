"""How to get into the demo: the shape of ``demo.json`` and its table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict


class DemoUser(TypedDict):
    """One login."""

    email: str
    password: str
    role: str
    name: str


class DemoTenant(TypedDict):
    """One organisation: where its visitors and its staff go."""

    slug: str
    visitor: str
    desk: str
    users: list[DemoUser]


class DemoAdmin(TypedDict):
    """Django admin."""

    url: str
    users: list[DemoUser]


class Demo(TypedDict):
    """All of ``demo.json``."""

    tenants: list[DemoTenant]
    admin: DemoAdmin


def ways_in(demo: Demo) -> Iterator[str]:
    """The lines that `manage.py up` prints."""
    for tenant in demo["tenants"]:
        yield ""
        yield tenant["slug"]
        yield f"  visitors  {tenant['visitor']}"
        yield f"  desk      {tenant['desk']}"
        yield from map(_login, tenant["users"])
    yield ""
    yield f"admin       {demo['admin']['url']}"
    yield from map(_login, demo["admin"]["users"])
    yield ""


def _login(user: DemoUser) -> str:
    return f"    {user['role']:<14} {user['email']:<44} {user['password']}"
