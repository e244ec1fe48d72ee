from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connections

from chat.calls import call
from tenants.models import Tenant
from tests import clients, world
from tests.clients import Desk, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

LATER = datetime(2031, 5, 1, tzinfo=UTC)


def clocks() -> list[list[tuple[datetime, ...]]]:
    found = []
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT moved_to FROM retention_clock")
            found.append(cursor.fetchall())
    return found


async def test_a_visitor_and_a_counsellor_talk(visitor: Visitor, counsellor: Desk) -> None:
    await counsellor.ready()
    assigned = await counsellor.take_next()
    said = await visitor.say("hei")

    assert assigned["conversation"] == visitor.conversation
    assert (await visitor.next())["type"] == "state"
    assert (await counsellor.next())["seq"] == said["seq"] == 1


async def test_nobody_signs_in_with_a_wrong_password(tenant: Tenant) -> None:
    await call(world.hire, tenant)
    login = world.address_of(tenant, "counsellor", 1)

    assert await clients.sign_in(tenant, login, password="a wrong one") is None
    assert await clients.sign_in(tenant, login) is not None


def test_the_clock_is_moved_in_both_instances_and_flush_puts_it_back() -> None:
    world.move_clock(LATER)

    assert clocks() == [[(LATER,)], [(LATER,)]]
    for alias in ("default", "keys"):
        call_command("flush", database=alias, interactive=False, verbosity=0)
    assert clocks() == [[], []]
