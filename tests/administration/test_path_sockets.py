"""What those who are in a talk see of a line that is paused, and of one that leaves."""

from __future__ import annotations

import pytest

from chat.calls import call, scoped_call
from retention import departures, exports
from tenants import going_live
from tenants.models import Role
from tests import clients, world
from tests.talks import Row, owner_rows
from tests.web import start

pytestmark = pytest.mark.django_db(transaction=True)


async def test_talk_outlives_a_pause_and_ends_for_both_when_the_line_leaves() -> None:
    tenant, other = await call(world.open_tenants, "tidaholm", "urph")
    first = await call(world.hire, tenant, Role.ADMINISTRATOR, 1)
    second = await call(world.hire, tenant, Role.ADMINISTRATOR, 2)
    async with (
        clients.visitor(tenant) as tab,
        clients.desk(tenant) as desk,
        clients.talk(other) as elsewhere,
    ):
        await scoped_call(tenant, going_live.pause, tenant, first)

        assert (await start(tenant)).status == 409
        await desk.ready()
        assigned = await desk.take_next()
        assert (await tab.receive("state"))["state"] == "active"
        assert (await tab.say("still here"))["type"] == "said"
        assert (await desk.receive("message"))["text"] == "still here"

        await scoped_call(tenant, exports.export, tenant, first)
        await scoped_call(tenant, departures.propose_leave, tenant, first)
        await call(departures.confirm_leave, tenant, second, typed=tenant.slug)

        ended = await tab.receive("ended")
        assert (ended["by"], bool(ended["alternatives"])) == ("system", True)
        assert await desk.closed() == 4401
        assert (await elsewhere.visitor.say("all is well"))["type"] == "said"
    assert await call(kept_of, assigned["conversation"]) == [(0,)]
    # Both doors are shut to whoever comes back with what opened them.
    assert (await start(tenant)).status == 404


def kept_of(talk: str) -> list[Row]:
    return owner_rows("default", "SELECT count(*) FROM chat_conversation WHERE id = %s", talk)
