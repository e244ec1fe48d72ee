"""Two open lines, their people, and an event loop that leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tenants.models import Role, Tenant
from tests import clients, world


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    """Two open lines: one that keeps nothing and may erase, one that keeps three months."""
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    """Deleted at close; the visitor may erase.  Rule: D5, D6"""
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    """Kept three months; no eraser.  Rule: T9"""
    return lines[1]


@pytest.fixture
async def visitor(tenant: Tenant) -> AsyncIterator[clients.Visitor]:
    """A visitor who waits."""
    async with clients.visitor(tenant) as tab:
        yield tab


@pytest.fixture
async def counsellor(tenant: Tenant) -> AsyncIterator[clients.Desk]:
    async with clients.desk(tenant) as window:
        yield window


@pytest.fixture
async def supervisor(tenant: Tenant) -> AsyncIterator[clients.Desk]:
    async with clients.desk(tenant, Role.SUPERVISOR) as window:
        yield window


@pytest.fixture
async def officer(tenant: Tenant) -> AsyncIterator[clients.Desk]:
    async with clients.desk(tenant, Role.OFFICER) as window:
        yield window


@pytest.fixture
async def outsider(other: Tenant) -> AsyncIterator[clients.Desk]:
    """A counsellor too, at the other line."""
    async with clients.desk(other) as window:
        yield window
