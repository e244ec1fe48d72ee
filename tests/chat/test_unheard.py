"""What is told in the moment in which somebody comes, before others know to tell it here as well."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from chat.calls import call
from chat.events import outbox
from chat.queue import claim
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests import clients
from tests.world import hire

pytestmark = pytest.mark.django_db(transaction=True)


async def unheard(tenant: Tenant, work: Callable[[], object]) -> None:
    """Do ``work`` as another process would of which nothing is heard here: its events are lost."""

    def in_silence() -> None:
        with tenant_scope(tenant):
            work()
        told = outbox.get()
        assert told
        told.clear()

    await call(in_silence)


async def test_who_is_taken_as_they_come_is_told_so(tenant: Tenant) -> None:
    async with clients.desk(tenant) as window, clients.visitor(tenant) as tab:
        await window.ready()
        member = await call(hire, tenant)
        talk = UUID(tab.conversation)

        await unheard(tenant, lambda: claim(tenant, member, talk, then=lambda one: one))

        told = await tab.receive("state")
        assert (told["state"], bool(told["counsellor"])) == ("active", True)
        await tab.nothing_more()
