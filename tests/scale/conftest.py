"""Two open lines with room for many, and an event loop that leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tenants.models import Tenant
from tests import world


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    """One that keeps nothing and may erase, one that keeps three months."""
    Tenant.objects.filter(pk__in=[line.pk for line in opened()]).update(
        queue_cap=1_000, capacity=1_000
    )
    return list(Tenant.objects.filter(slug__in=["detfinneshjelp", "tidaholm"]).order_by("slug"))


def opened() -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    """Deleted at close; the visitor may erase.  Rule: D5, D6"""
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    """Kept three months; no eraser.  Rule: T9"""
    return lines[1]
