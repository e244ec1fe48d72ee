"""The writer: every message of a process, of all talks and tenants, one commit at a time.

While one commit is on its way the next messages gather, and go together in the next call of
``chat_post``: nobody waits for a timer, and the price of a commit is shared by all who came
meanwhile. A message is answered after the commit and never before it.

A call whose connection breaks may or may not have been committed. It is never answered as
refused: the writer connects anew and sends the same messages again, and ``chat_post`` recognises
those that were stored by their ids.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections
from msgspec import Struct

from chat.arrays import Array, ArrayDumper, byteas, int2s, int4s, uuids
from chat.stopping import stop

log = logging.getLogger("helpline.writer")

BATCH = 500
QUEUE_LIMIT = 20_000
RETRY_SECONDS = (0.05, 0.2, 0.5, 1, 2)
# How long one call may take, and how long a batch is tried again before its senders are told that
# storage is away. They send again with the same ids, so that this too stores nothing twice.
CONNECT_SECONDS = 5
CALL_SECONDS = 15
GIVE_UP_SECONDS = 20
# What Django's backend adds to the login for connections of its own.
DJANGOS_OWN = {"context", "cursor_factory", "prepare_threshold"}
POST = (
    "SELECT o, outcome, seq, at, segment FROM chat_post("
    "%s::int[], %s::uuid[], %s::smallint[], %s::uuid[], %s::uuid[], %s::uuid[], %s::bytea[])"
)


class Outcome(IntEnum):
    """What became of a message; the numbers are those of ``chat_post``."""

    STORED = 0
    REPEATED = 1
    ENDED = 2
    SEGMENT_MOVED = 3
    NOT_YOURS = 4
    UNKNOWN = 5
    BUSY = 6


OUTCOMES = tuple(Outcome)


class Answer(Struct, frozen=True):
    """``seq`` and ``at`` for what is stored, ``segment`` the current one where it has moved."""

    outcome: Outcome
    seq: int = 0
    at: datetime | None = None
    segment: UUID | None = None


class Post(Struct):
    """One sealed message. ``sender`` is the counsellor's membership, None for a visitor."""

    tenant: int
    conversation: UUID
    author: int
    sender: UUID | None
    id: UUID
    segment: UUID
    body: bytes
    answer: Callable[[Answer], None]

    @property
    def key(self) -> tuple[int, int, int]:
        # Of numbers, which are quicker to look up than what they stand for.
        return (self.conversation.int, self.author, self.id.int)


class Writer:
    """One connection of the process, as the application role."""

    def __init__(self) -> None:
        self._waiting: list[Post] = []
        # The same message twice in one call would break the call for its neighbours.
        self._repeats: dict[tuple[int, int, int], list[Post]] = {}
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    def put(self, post: Post) -> None:
        """Queue ``post``; its ``answer`` is called once, after the commit or the refusal."""
        key = post.key
        if key in self._repeats:
            self._repeats[key].append(post)
            return
        if len(self._waiting) >= QUEUE_LIMIT:
            post.answer(Answer(Outcome.BUSY))
            return
        self._repeats[key] = []
        self._waiting.append(post)
        self._came.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop; what has not been answered is the client's to send again."""
        await stop(self._task)
        self._task = None
        await self._disconnect()

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if not self._waiting:
                self._came.clear()
            await self._store(batch)

    async def _store(self, batch: Sequence[Post]) -> None:
        try:
            answers = await self._committed(batch)
        except psycopg.Error:
            # Something in the batch is bad in a way that no check foresaw: it fails alone.
            log.exception("batch_failed", extra={"fields": {"count": len(batch)}})
            await self._disconnect()
            answers = {}
            for place, post in enumerate(batch):
                answers[place] = await self._alone(post)
        for place, post in enumerate(batch):
            self._resolve(post, answers.get(place, Answer(Outcome.UNKNOWN)))

    async def _alone(self, post: Post) -> Answer:
        try:
            return (await self._committed([post])).get(0, Answer(Outcome.UNKNOWN))
        except psycopg.Error:
            await self._disconnect()
            return Answer(Outcome.BUSY)

    async def _committed(self, batch: Sequence[Post]) -> dict[int, Answer]:
        """Return the answers by place in ``batch``, over as many connections as it takes."""
        failures, begun = 0, time.monotonic()
        while True:
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    return await self._call(batch)
            except (psycopg.OperationalError, psycopg.errors.SerializationFailure, OSError):
                log.warning("commit_retried", extra={"fields": {"count": len(batch)}})
                await self._disconnect()
                if time.monotonic() - begun > GIVE_UP_SECONDS:
                    return dict.fromkeys(range(len(batch)), Answer(Outcome.BUSY))
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1

    async def _call(self, batch: Sequence[Post]) -> dict[int, Answer]:
        if self._connection is None:
            self._connection = await _connect()
        cursor = self._connection.cursor(binary=True)
        await cursor.execute(
            POST,
            (
                int4s([post.tenant for post in batch]),
                uuids([post.conversation for post in batch]),
                int2s([post.author for post in batch]),
                uuids([post.sender for post in batch]),
                uuids([post.id for post in batch]),
                uuids([post.segment for post in batch]),
                byteas([post.body for post in batch]),
            ),
        )
        return {
            o - 1: Answer(OUTCOMES[outcome], seq, at, segment)
            for o, outcome, seq, at, segment in await cursor.fetchall()
        }

    def _resolve(self, post: Post, answer: Answer) -> None:
        for one in (post, *self._repeats.pop(post.key, ())):
            try:
                one.answer(answer)
            except Exception:  # one socket's fault must not keep the answer from the others
                log.exception("answer_failed")
            if answer.outcome is Outcome.STORED:
                answer = Answer(Outcome.REPEATED, answer.seq, answer.at, answer.segment)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error, OSError):
                await self._connection.close()
            self._connection = None


async def _connect() -> psycopg.AsyncConnection[tuple[Any, ...]]:
    parameters = connections["default"].get_connection_params()
    login = {name: value for name, value in parameters.items() if name not in DJANGOS_OWN}
    connection = await psycopg.AsyncConnection.connect(
        **{"connect_timeout": CONNECT_SECONDS} | login, autocommit=True, prepare_threshold=None
    )
    connection.adapters.register_dumper(Array, ArrayDumper)
    try:
        if await _is_greeted_by_who_answers(connection):
            connection.prepare_threshold = 0
    except BaseException:
        await connection.close()
        raise
    return connection


async def _is_greeted_by_who_answers(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Say whether nobody stands between, so that a statement that was prepared is there next time.

    A pooler greets by itself, and may lend another server for each call.
    """
    (pid,) = await (await connection.execute("SELECT pg_backend_pid()")).fetchone() or (None,)
    return pid == connection.info.backend_pid
