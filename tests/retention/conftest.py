"""Two open lines: one that keeps nothing after the end, one that keeps three months."""

from __future__ import annotations

from uuid import UUID

import pytest

from tenants.models import Tenant, User
from tests import vault, world


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
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
def two(tenant: Tenant) -> tuple[User, User]:
    """An officer of the line and an operator, and the vault's keys for today and tomorrow."""
    return vault.furnish(tenant)


@pytest.fixture
def talk(tenant: Tenant, two: tuple[User, User]) -> UUID:
    """A talk whose address is in the vault."""
    return vault.begun(tenant)
