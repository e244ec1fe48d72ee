"""What tests need besides clients: open lines, people at their desks, and time that moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connections

from chat.calls import call, scoped_call
from chat.events import layer
from chat.runtime import close_runtime
from helpline.owner import as_owner
from retention import clock
from tenants.charter import read_charters
from tenants.loading import load_charters
from tenants.models import Membership, Qualification, Requirement, Role, Tenant, User
from tenants.scope import tenant_scope
from tenants.trial import open_line
from tests.kept import begin_with

R = TypeVar("R")

CHARTERS = Path(__file__).parents[1] / "tenants" / "charters"
# A loaded machine is slow and not wrong: long enough that only what never comes is missed.
PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.02
PASSWORD = "correct horse battery staple"


# Lines and people.


def open_tenants(*slugs: str) -> list[Tenant]:
    """Load these lines by the real loader, with all shipped ones known, and open them now."""
    begin_with(("open", slugs), lambda: _open_tenants(slugs))
    return [Tenant.objects.get(slug=slug) for slug in slugs]


def _open_tenants(slugs: Sequence[str]) -> None:
    known = [path.stem for path in CHARTERS.glob("*.toml")]
    charters = read_charters([CHARTERS / f"{slug}.toml" for slug in slugs], known=known)
    now = clock.now()
    load_charters(charters, now=now)
    without_pauses()
    for slug in slugs:
        open_line(Tenant.objects.get(slug=slug), now=now, hours=24)


def without_pauses() -> None:
    """Let counsellors take one after another: tests of other things need not wait or say `back`."""
    Tenant.objects.update(wrap_up_seconds=0)


@cache
def encoded_password() -> str:
    return make_password(PASSWORD)


def address_of(tenant: Tenant, role: str, number: int) -> str:
    return f"{role}-{number}@{tenant.slug}.example"


def hire(tenant: Tenant, role: str = Role.COUNSELLOR, number: int = 1) -> Membership:
    """Return a member who holds all that the line asks for; made if not there yet."""
    user, _ = User.objects.get_or_create(
        email=address_of(tenant, role, number),
        defaults={"name": f"{role} {number}", "password": encoded_password()},
    )
    with tenant_scope(tenant):
        found = Membership.objects.filter(user=user).first()
        return found or member_in(tenant, user, role, number)


def member_in(tenant: Tenant, user: User, role: str, number: int) -> Membership:
    """Give a person a place, with all that the line asks for. In the scope."""
    title = {language: f"{role} ({language})" for language in tenant.languages}
    member = Membership.objects.create(
        tenant=tenant, user=user, role=role, title=title, first_name=f"{role}{number}"
    )
    for asked in {row.kind: row for row in Requirement.objects.order_by("years")}.values():
        Qualification.objects.create(
            tenant=tenant,
            membership=member,
            kind=asked.kind,
            years=asked.years,
            issuer="test",
            verified_on=clock.now().date(),
        )
    return member


# Time.


def move_clock(moment: datetime) -> None:
    """Move ``retention_now()`` forward to ``moment`` in both instances, as their owners."""
    for alias in ("default", "keys"):
        with as_owner(alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT retention_move_clock(%s)", [moment])


async def moved_clock(moment: datetime) -> None:
    """The same, from a test that is a coroutine."""
    await call(move_clock, moment)


async def until(tenant: Tenant, check: Callable[[], R]) -> R:
    """Ask ``check`` in the tenant's scope until it says something true, and return that."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await scoped_call(tenant, check)):  # noqa: ASYNC110  # rows set no event
            await asyncio.sleep(POLL_SECONDS)
    return found


async def stop_runtime() -> None:
    """Stop whatever of the application runs in this event loop."""
    await close_runtime()
    await layer().flush()
