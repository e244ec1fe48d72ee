"""Rows that a test begins with are the same whether they were made or copied."""

from __future__ import annotations

import pytest

from tenants.models import Statement
from tenants.scope import tenant_scope
from tests import kept, world
from tests.emptied import empty

pytestmark = pytest.mark.django_db(transaction=True)


def test_copied_lines_are_those_that_were_made() -> None:
    empty()
    (made,) = world.open_tenants("urph")
    left = kept.read()
    empty()

    (copied,) = world.open_tenants("urph")

    assert copied == made
    assert kept.read() == left
    # What comes after gets a number of its own.
    with tenant_scope(copied):
        row = Statement.objects.latest("pk")
        row.pk, row.position = None, row.position + 100
        row.save()


def test_lines_beside_others_are_made() -> None:
    world.open_tenants("urph")

    assert [line.slug for line in world.open_tenants("tidaholm")] == ["tidaholm"]
