"""A request takes one connection to the database, and gives it back."""

from __future__ import annotations

import asyncio

import pytest
from django.conf import settings
from django.db import connections

from tenants.models import Tenant
from tests import web, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    return world.open_tenants("detfinneshjelp")[0]


def taken() -> int:
    """Return how many connections somebody in this process has now."""
    pool = connections["default"].pool  # type: ignore[attr-defined]  # of the PostgreSQL backend
    found = pool.get_stats()
    return int(found["pool_size"]) - int(found["pool_available"])


async def test_page_for_an_address_where_nothing_is_keeps_no_connection(tenant: Tenant) -> None:
    host = web.host_of(tenant)
    before = taken()

    asked = (web.ask("GET", host, f"/nothing-{number}") for number in range(settings.HTTP_TURNS))
    answers = await asyncio.gather(*asked)

    assert {answer.status for answer in answers} == {404}
    assert {"Denne siden finnes ikke" in answer.body.decode() for answer in answers} == {True}
    assert taken() <= before
