"""Two open lines that pass on to each other as their charters say, and a third that does not."""

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
    return world.open_tenants("alarmtelefonen", "snakkompsyken", "detfinneshjelp")


@pytest.fixture
def giver(lines: list[Tenant]) -> Tenant:
    """Gives live to the taker; deletes at close.  Rule: B3"""
    return lines[0]


@pytest.fixture
def taker(lines: list[Tenant]) -> Tenant:
    """Shows the way to the giver.  Rule: B4"""
    return lines[1]


@pytest.fixture
def third(lines: list[Tenant]) -> Tenant:
    """Has a pact with nobody; the visitor may erase."""
    return lines[2]
