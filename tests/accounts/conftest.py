"""Two lines where a password alone opens nothing, and a desk locks after a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from tenants.models import Tenant
from tests.world import open_tenants


@pytest.fixture(autouse=True)
def as_deployed(settings: Settings) -> None:
    """What the tests of everything else do without."""
    settings.HELPLINE_STAFF_MFA = "required"
    settings.IDLE_LIMIT = timedelta(minutes=15)
    settings.STEP_UP_FOR = timedelta(minutes=5)


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
