"""What was not agreed on is at neither line: both are searched, sealed and in clear."""

from __future__ import annotations

import secrets
from uuid import UUID

import psycopg
import pytest
from django.conf import settings

from chat.calls import call
from chat.conversations import end_conversation
from chat.models import Card, Conversation
from chat.states import Author, By, State
from retention import keys
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.clients import desk, visitor
from tests.referrals.passing import passed, there

pytestmark = pytest.mark.django_db(transaction=True)


def unique(name: str) -> str:
    return f"{name}-{secrets.token_hex(12)}"


def lies_about() -> str:
    """Return every row of every table of both instances, as its owner sees it."""
    found = []
    for url in settings.DATABASE_OWNER_URLS.values():
        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # noqa: S608
                found += [f"{table} {row}" for (row,) in rows]
    return "\n".join(found)


def opened_at(line: Tenant) -> str:
    """Return all that the keys of a line open: cards of talks that go on."""
    with tenant_scope(line):
        cards = list(Card.objects.all())
        ring = keys.open_all(line, {card.segment_id: card.conversation_id for card in cards})
        return "\n".join(
            ring[card.segment_id].sealer.open(
                bytes(card.body), author=Author.COUNSELLOR, message=card.pk
            )
            for card in cards
            if card.segment_id in ring
        )


def ids_of(line: Tenant) -> set[UUID]:
    with tenant_scope(line):
        talks = Conversation.objects.exclude(state=State.ENDED)
        return {one for row in talks.values_list("pk", "segment_id") for one in row}


@pytest.mark.parametrize("choice", ["nothing", "summary", "all"])
async def test_neither_line_has_anything_that_was_not_agreed_on(
    giver: Tenant, taker: Tenant, choice: str
) -> None:
    """Rule: B3, B8"""
    said, left = unique("sagt"), unique("oppsummert")
    value = {"choice": "summary", "summary": left} if choice == "summary" else choice
    async with passed(giver, taker, value, said) as one, desk(taker) as window:
        assert said not in await call(lies_about)
        found = await there(taker, one)
        here, at_partner = await call(ids_of, giver), await call(ids_of, taker)
        assert here.isdisjoint(at_partner)
        came = await call(opened_at, taker)
        assert {said: said in came, left: left in came} == {
            said: choice == "all", left: choice == "summary",
        }  # fmt: skip
        everything = await call(lies_about)
        for needle in (said, left, one.tokens.there, one.tokens.back):
            assert needle not in everything
        # Of the ids of one line none is in a row of the other.
        for mine, other in ((here, "snakkompsyken"), (at_partner, "alarmtelefonen")):
            rows = await call(rows_of, other)
            assert [one for one in mine if str(one) in rows] == []
        async with visitor(taker, secret=found["secret"]):
            await window.ready()
            assigned = await window.take_next()
            await one.going.desk.receive("ended")
        # The first talk is gone with all that was in it, while the second is alive.
        assert await call(ids_of, giver) == set()
        assert await call(opened_at, giver) == ""
        await call(end_conversation, taker, UUID(assigned["conversation"]), by=By.COUNSELLOR)
        assert await call(opened_at, taker) == ""


def rows_of(slug: str) -> str:
    """Return every row that belongs to a line."""
    found = []
    with psycopg.connect(settings.DATABASE_OWNER_URLS["default"]) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_name = 'tenant_id'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(
                f"SELECT t::text FROM {table} t JOIN tenants_tenant n ON n.id = t.tenant_id"  # noqa: S608
                " WHERE n.slug = %s",
                [slug],
            ).fetchall()
            found += [row for (row,) in rows]
    return "\n".join(found)
