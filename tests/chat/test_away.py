"""Storage that is away for a moment: everybody is told, and nothing is lost or stored twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from chat.calls import call, scoped_call
from chat.endings import close_talk
from chat.frames import Close
from chat.models import Incident
from tenants.models import Membership, Tenant
from tests import clients, emptied, web
from tests.answers import asked, send
from tests.clients import host_of
from tests.engines import Harness
from tests.world import open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

# A pool waits ten seconds for a connection before it says that there is none.
PATIENCE_SECONDS = 40.0


@contextmanager
def away(harness: Harness, *, keys: bool = False) -> Iterator[None]:
    """Break every connection to this test's main database, or keys, and let none in meanwhile."""
    run = harness.run
    server, database = (run.keys, f"{run.database}_keys") if keys else (run.main, run.database)
    name = sql.Identifier(database)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [database],
            )
            yield
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


async def test_storage_that_is_away_is_told_and_what_was_said_meanwhile_is_stored_once(
    tenant: Tenant, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clients, web):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    async with clients.talk(tenant) as going:
        await going.visitor.say("before")
        assert (await going.desk.next())["text"] == "before"
        gone = away(harness)
        await call(gone.__enter__)
        try:
            saying = asyncio.ensure_future(going.visitor.say("meanwhile"))
            refused, status, begun = await asyncio.gather(
                going.desk.claim(str(uuid4())),
                clients.ask("GET", host_of(tenant), "/api/status"),
                clients.start(tenant),
            )
            assert not saying.done()
        finally:
            await call(gone.__exit__, None, None, None)

        assert refused == {"type": "error", "code": "unavailable", "text": refused["text"]}
        for answer in (status, begun):
            assert (answer.status, answer.json()) == (503, {"error": "unavailable"})
        assert (await saying)["seq"] == 2
        assert (await going.desk.next())["text"] == "meanwhile"
        assert (await going.desk.claim(str(uuid4())))["code"] == "not_found"
        async with clients.visitor(tenant, secret=going.visitor.secret) as again:
            texts = [message["text"] for message in again.welcome["messages"]]
        assert texts == ["before", "meanwhile"]


def test_answers_that_were_given_while_keys_was_away_can_be_given_again(
    transactional_db: None, harness: Harness
) -> None:
    """What failed has spent nothing.  Rule: S9"""
    asking, *_ = open_tenants("sexogsamfunn", "detfinneshjelp")
    _, token = asked(asking)
    said = {"token": token, "answers": {"words": "Takk"}}

    with away(harness, keys=True):
        refused = send(asking, said)
    connections.close_all()
    taken = send(asking, said)

    assert (refused.status_code, refused.json()) == (503, {"error": "unavailable"})
    assert taken.status_code == 204


async def test_what_follows_an_end_happens_once_though_keys_is_away(
    tenant: Tenant, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clients, web):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    async with clients.talk(tenant) as talk:
        close = {"type": "close", "conversation": talk.conversation, "reason": "abuse"}
        gone = away(harness, keys=True)
        await call(gone.__enter__)
        try:
            assert (await talk.desk.request({**close, "heavy": True}))["type"] == "error"
        finally:
            await call(gone.__exit__, None, None, None)
        (told,) = await scoped_call(tenant, lambda: list(Incident.objects.all()))
        member = await scoped_call(tenant, lambda: Membership.objects.get(pk=told.member))
        again = Close(conversation=UUID(talk.conversation), reason="abuse")
        await call(close_talk, tenant, member, again)
    assert await scoped_call(tenant, lambda: Incident.objects.count()) == 1


@pytest.mark.parametrize("alias", emptied.INSTANCES)
def test_who_comes_after_a_restart_waits_for_no_lost_connection(
    transactional_db: None, harness: Harness, alias: str
) -> None:
    """Those that lay idle were lost together; a new one is made at once."""
    many = settings.HTTP_TURNS
    all_there = threading.Barrier(many)

    def use() -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
            all_there.wait(PATIENCE_SECONDS)
        connections[alias].close()

    threads = [threading.Thread(target=use) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connections.close_all()
    with away(harness, keys=alias == "keys"):
        pass

    # Raises after the ten seconds that a pool waits.
    with connections[alias].cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
