"""Two lines where a password alone opens nothing, and a desk locks after a quarter of an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from pytest_django import Settings

from tenants.models import Tenant
from tests.world import open_tenants, stop_runtime


@pytest.fixture(autouse=True)
def as_deployed(settings: Settings) -> None:
    """What the tests of everything else do without."""
    settings.HELPLINE_STAFF_MFA = "required"
    settings.IDLE_LIMIT = timedelta(minutes=15)
    settings.STEP_UP_FOR = timedelta(minutes=5)


@pytest_asyncio.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await stop_runtime()


@pytest.fixture
def password_is_enough(settings: Settings) -> None:
    settings.HELPLINE_STAFF_MFA = "off"


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("tidaholm", "urph")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    return lines[1]
