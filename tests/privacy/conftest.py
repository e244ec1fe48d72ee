"""An open line, and an event loop that leaves nothing behind."""

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
def tenant(transactional_db: None) -> Tenant:
    """Deleted at close.  Rule: D5"""
    (line,) = world.open_tenants("detfinneshjelp")
    return line


@pytest.fixture
def asking(transactional_db: None) -> Tenant:
    """Asks afterwards how it went.  Rule: S9"""
    (line,) = world.open_tenants("sexogsamfunn")
    return line
