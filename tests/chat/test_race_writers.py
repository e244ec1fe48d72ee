"""Several writers at once at the same talks: no circle of waiting, no message twice, no gap."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from chat.calls import call
from chat.writer import Answer, Outcome, Post, Writer
from tenants.models import Tenant
from tests.engines import Harness
from tests.talks import begin, owner_rows, sealed
from tests.world import POLL_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

TALKS, CONNECTIONS, CALLS = 24, 4, 150
RESENDS, COPIES = 400, 4
POST = "SELECT * FROM {}(%s, %s, %s::smallint[], %s, %s, %s, %s)"
# chat_post as it would be if it took the locks in the order in which the messages came.
ORDERED = """WHERE id = ANY (p_conversations)
    ORDER BY id FOR NO KEY UPDATE"""
UNORDERED = """, unnest(p_conversations) WITH ORDINALITY AS came (c, n) WHERE id = came.c
    ORDER BY came.n FOR NO KEY UPDATE OF chat_conversation"""


def add_unordered(server: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Make ``chat_post_unordered``, the same but for the order of the locks."""
    row = server.execute("SELECT pg_get_functiondef('chat_post'::regproc)").fetchone()
    assert row is not None
    assert row[0].count(ORDERED) == 1
    changed = row[0].replace(ORDERED, UNORDERED).replace("chat_post(", "chat_post_unordered(")
    server.execute(changed.encode())
    server.execute("ALTER FUNCTION chat_post_unordered OWNER TO helpline_writer")


def shuffled_calls(url: str, function: str, posts: Sequence[Post], seed: int) -> Counter[str]:
    """Post to all talks again and again, in another order each time; count what comes of it."""
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(CALLS):
            batch = arguments(chance.sample(posts, len(posts)))
            try:
                connection.execute(POST.format(function).encode(), batch)
                outcomes["stored"] += 1
            except psycopg.errors.DeadlockDetected:
                outcomes["deadlock"] += 1
    return outcomes


def arguments(batch: Sequence[Post]) -> list[list[Any]]:
    columns = [
        (p.tenant, p.conversation, p.author, p.sender, uuid4(), p.segment, p.body) for p in batch
    ]
    return [list(column) for column in zip(*columns, strict=True)]


def on_four_connections(url: str, function: str, posts: Sequence[Post]) -> Counter[str]:
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        each = threads.map(
            lambda number: shuffled_calls(url, function, posts, number), range(CONNECTIONS)
        )
        return sum(each, Counter())


@pytest.fixture
def posts(tenant: Tenant, other: Tenant) -> list[Post]:
    """A message for each of many talks of two lines."""
    for line in (tenant, other):
        line.queue_cap = TALKS
        line.save(update_fields=["queue_cap"])
    lines = [tenant, other] * (TALKS // 2)
    return [sealed(line, begin(line), "hei", []) for line in lines]


def test_calls_for_the_same_talks_in_any_order_never_wait_in_a_circle(
    posts: list[Post], harness: Harness
) -> None:
    url = harness.run.variables(harness.run.database)["DATABASE_URL"]

    outcomes = on_four_connections(url, "chat_post", posts)

    assert outcomes == {"stored": CONNECTIONS * CALLS}
    query = "SELECT conversation_id, array_agg(seq ORDER BY seq) FROM chat_message GROUP BY 1"
    everything = list(range(1, CONNECTIONS * CALLS + 1))
    assert dict(owner_rows("default", query)) == {post.conversation: everything for post in posts}


def test_locks_in_the_order_of_the_messages_would_wait_in_a_circle(
    posts: list[Post], harness: Harness
) -> None:
    """The counter-proof: what the test above looks for, it finds."""
    run = harness.run
    url = superuser_url(run.main, run.database)
    with psycopg.connect(url, autocommit=True) as server:
        add_unordered(server)
        try:
            outcomes = on_four_connections(url, "chat_post_unordered", posts)
        finally:
            server.execute("DROP FUNCTION chat_post_unordered")

    assert outcomes["deadlock"] > 0


def superuser_url(server: str, database: str) -> str:
    """The database as the one who may say that a deadlock is looked for at once."""
    return make_conninfo(server, dbname=database, options="-c deadlock_timeout=10ms")


async def test_a_message_sent_again_elsewhere_at_the_same_moment_is_stored_once(
    posts: list[Post], request: pytest.FixtureRequest
) -> None:
    chance = random.Random(request.config.getoption("randomly_seed", 1))
    writers = [Writer(), Writer()]
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    for _ in range(RESENDS):
        message, copied = uuid4(), chance.choice(posts)
        copies = [copied_to(copied, message, answers) for _ in range(COPIES)]
        for writer, copy in zip(writers * (COPIES // 2), copies, strict=True):
            writer.put(copy)
        if chance.random() < 0.2:
            # Now and then the writers catch up; else the same talk has several on their way.
            await asyncio.sleep(0)
    async with asyncio.timeout(60):
        while sum(map(len, answers.values())) < RESENDS * COPIES:  # noqa: ASYNC110  # answers set no event
            await asyncio.sleep(POLL_SECONDS)
    for writer in writers:
        await writer.close()

    for said in answers.values():
        outcomes = Counter(answer.outcome for answer in said)
        assert outcomes == {Outcome.STORED: 1, Outcome.REPEATED: COPIES - 1}
        assert len({(answer.seq, answer.at) for answer in said}) == 1
    stored = "SELECT client_id, seq FROM chat_message"
    assert dict(await call(owner_rows, "default", stored)) == {
        message: said[0].seq for message, said in answers.items()
    }
    gaps = (
        "SELECT id FROM chat_conversation v WHERE last_seq <>"
        " (SELECT count(*) FROM chat_message WHERE conversation_id = v.id)"
    )
    assert await call(owner_rows, "default", gaps) == []


def copied_to(post: Post, message: UUID, answers: dict[UUID, list[Answer]]) -> Post:
    """Return ``post`` as another message of the same talk."""
    return Post(
        post.tenant, post.conversation, post.author, post.sender, message, post.segment, post.body,
        answers[message].append,
    )  # fmt: skip
