"""Two open lines: one that keeps nothing after the end, one that keeps three months."""

from __future__ import annotations

import pytest

from tenants.models import Tenant
from tests import world


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
