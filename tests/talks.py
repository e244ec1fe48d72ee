"""Talks without sockets: begun, written in by the real writer, and seen from every side.

``Seen`` looks as the owner of each instance does, past row security: what is there, and not
what somebody may read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.conf import settings

from chat.conversations import open_conversation
from chat.messages import read_page, talk_keys
from chat.models import Conversation
from chat.states import Author
from chat.writer import Answer, Post, Writer
from retention.ledger import first_break
from retention.models import LedgerEntry
from tenants.models import Tenant
from tenants.scope import tenant_scope

Row = tuple[Any, ...]


def begin(tenant: Tenant, *texts: str) -> UUID:
    """Begin a talk in which the visitor has said ``texts``."""
    with tenant_scope(tenant):
        talk = open_conversation(tenant).conversation
    if texts:
        say(tenant, talk, *texts)
    return talk


def sealed(tenant: Tenant, talk: UUID, text: str, answers: list[Answer]) -> Post:
    """Seal ``text`` as the visitor's tab would have it sealed now; ``answers`` gets the answer."""
    with tenant_scope(tenant):
        conversation = Conversation.objects.get(pk=talk)
        key = talk_keys(tenant, conversation)[conversation.segment_id]
    message = uuid4()
    body = key.sealer.seal(text, author=Author.VISITOR, message=message)
    return Post(
        tenant=tenant.pk,
        conversation=talk,
        author=Author.VISITOR,
        sender=None,
        id=message,
        segment=conversation.segment_id,
        body=body,
        answer=answers.append,
    )


def say(tenant: Tenant, talk: UUID, *texts: str) -> list[Answer]:
    """Store ``texts`` as the visitor's, through the writer; return its answers."""
    answers: list[Answer] = []
    post_all([sealed(tenant, talk, text, answers) for text in texts])
    return answers


def post_all(posts: Iterable[Post]) -> None:
    """Give ``posts`` to a writer of their own, and return when all are committed."""
    asyncio.run(_post_all(list(posts)))


async def _post_all(posts: Sequence[Post]) -> None:
    writer = Writer()
    answered = asyncio.Queue[None]()
    for post in posts:
        writer.put(_watched(post, answered))
    async with asyncio.timeout(30):
        for _ in posts:
            await answered.get()
    await writer.close()


def _watched(post: Post, answered: asyncio.Queue[None]) -> Post:
    def answer(said: Answer) -> None:
        post.answer(said)
        answered.put_nowait(None)

    return Post(
        post.tenant, post.conversation, post.author, post.sender, post.id, post.segment, post.body,
        answer,
    )  # fmt: skip


def texts_in(tenant: Tenant, talk: UUID) -> list[str] | None:
    """Return what the application reads of a talk; None when it does not see one."""
    with tenant_scope(tenant):
        conversation = Conversation.objects.filter(pk=talk).first()
        if conversation is None:
            return None
        ring = talk_keys(tenant, conversation)
        return [m.text for m in read_page(tenant, conversation, after=0, keys=ring).messages]


def owner_rows(alias: str, query: str, *values: object) -> list[Row]:
    """Ask one instance as its owner."""
    with psycopg.connect(settings.DATABASE_OWNER_URLS[alias]) as connection:
        cursor = connection.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []


def let_every_line_erase() -> None:
    """Change every policy, against the wall that keeps it as it was published.

    No shipped line both keeps and erases; with this one does, so that what is left can be read.
    """
    owner_rows("default", "ALTER TABLE tenants_policy DISABLE TRIGGER tenants_policy_frozen")
    owner_rows("default", "UPDATE tenants_policy SET may_erase = true")
    owner_rows("default", "ALTER TABLE tenants_policy ENABLE TRIGGER tenants_policy_frozen")


@dataclass(frozen=True)
class Seen:
    """How much of a talk lies in the two instances."""

    conversations: int
    segments: int
    messages: int
    bodies: int
    keys: int


GONE = Seen(conversations=0, segments=0, messages=0, bodies=0, keys=0)


def segments_of(talk: UUID) -> list[UUID]:
    """Return all segments of a talk, expired or not."""
    query = "SELECT id FROM chat_segment WHERE conversation_id = %s"
    return [row[0] for row in owner_rows("default", query, talk)]


def seen(talk: UUID, segments: Sequence[UUID]) -> Seen:
    """Count what is left of a talk that had (at least) ``segments``."""
    counted = (
        "count(*) FROM chat_conversation WHERE id",
        "count(*) FROM chat_segment WHERE conversation_id",
        "count(*) FROM chat_message WHERE conversation_id",
        "count(body) FROM chat_message WHERE conversation_id",
    )
    query = f"SELECT {', '.join(f'(SELECT {what} = %s)' for what in counted)}"
    (counts,) = owner_rows("default", query, *[talk] * len(counted))
    query = "SELECT count(*) FROM segment_key WHERE segment = ANY (%s)"
    ((keys,),) = owner_rows("keys", query, list(segments))
    return Seen(*(*counts, keys))


def ledger_of(tenant: Tenant) -> list[tuple[str, str, int, int]]:
    """Return (kind, rule, due, done) of each entry, and check the chain."""
    with tenant_scope(tenant):
        assert first_break(tenant) is None
        return list(LedgerEntry.objects.values_list("kind", "rule", "due", "done"))
