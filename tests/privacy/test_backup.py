"""A stolen or restored copy of main, with all its WAL, does not bring back what has ended."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat.calls import call
from tenants.models import Tenant
from tests import clients
from tests.drill.copies import BaseBackup
from tests.drill.course import bodies_in, purged_in, read_in
from tests.engines import Harness
from tests.talks import segments_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]

SENT, ALIVE = ["jeg er redd", "hva har skjedd?"], ["dette går fortsatt", "og dette"]


def look_into(copy: BaseBackup, tenant: Tenant, ended: str, alive: str) -> None:
    with copy.restored() as environment:
        # Everything is there, and today's keys open what is alive and nothing else.
        assert bodies_in(environment, ended) == len(SENT)
        assert read_in(environment, tenant, ended, alive) == [[], ALIVE]

        # A restore heals: what has no key any more is due at once.
        said = purged_in(environment)
        assert said.startswith("1 segments had lost their key; 0 keys destroyed")
        assert bodies_in(environment, ended) == 0
        assert read_in(environment, tenant, ended, alive) == [None, ALIVE]


async def test_backup_taken_mid_talk_is_unreadable_once_the_visitor_has_left(
    tenant: Tenant, harness: Harness
) -> None:
    """Rule: D5"""
    copy = BaseBackup(harness.run, harness.run.directory / f"copy-of-{harness.run.database}")
    async with clients.talk(tenant) as going, clients.visitor(tenant) as other_tab:
        ended, alive = going.conversation, other_tab.conversation
        await going.visitor.say(SENT[0])
        await going.desk.say(ended, SENT[1])
        for text in ALIVE:
            await other_tab.say(text)
        assert len(await call(segments_of, UUID(ended))) == 1

        await call(copy.take)
        assert (await going.visitor.leave())["type"] == "ended"

        await call(look_into, copy, tenant, ended, alive)
        assert (await other_tab.say("fortsatt her"))["seq"] == len(ALIVE) + 1


async def test_backup_of_a_talk_that_goes_on_can_be_read(tenant: Tenant, harness: Harness) -> None:
    """What the test above looks for is there to be found as long as the key is."""
    copy = BaseBackup(harness.run, harness.run.directory / f"live-copy-of-{harness.run.database}")
    async with clients.talk(tenant) as going:
        for text in SENT:
            await going.visitor.say(text)

        await call(copy.take)

        with copy.restored() as environment:
            read = await call(read_in, environment, tenant, going.conversation)
        assert read == [SENT]
