"""Two lines with an office each, and the people who may go in."""

from __future__ import annotations

import pytest

from tenants.models import Role, Tenant
from tests.office.doors import Door
from tests.world import open_tenants


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("tidaholm", "urph")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    """Kept three months.  Rule: T9"""
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    """Kept fourteen days, and less once flagged.  Rule: U7"""
    return lines[1]


@pytest.fixture
def administrator(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.ADMINISTRATOR)


@pytest.fixture
def officer(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.OFFICER)


@pytest.fixture
def counsellor(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.COUNSELLOR)


@pytest.fixture
def outsider(other: Tenant) -> Door:
    """An administrator too, at the other line."""
    return Door.of(other, Role.ADMINISTRATOR)
