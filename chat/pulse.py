"""The slow look that finds what no event told: a message that was committed and never pushed,
an end that happened elsewhere, a clock that has moved on.

One call of ``chat_pulse`` for all talks of the process, of all tenants.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import connection

from chat.calls import call
from chat.events import layer
from chat.reader import Reader

log = logging.getLogger("helpline.pulse")

SLOW_SECONDS = 5.0
# While Valkey is away the database carries the talks alone.
ALONE_SECONDS = 1.0
Gone = Callable[[Reader], None]


class Pulse:
    """The readers of this event loop, and what to do about one whose talk is gone."""

    def __init__(self) -> None:
        self._readers: dict[Reader, Gone] = {}
        self._task: asyncio.Task[None] | None = None
        self._newcomers: list[Reader] = []
        self._looking: asyncio.Task[None] | None = None

    def add(self, reader: Reader, gone: Gone, *, soon: bool = False) -> None:
        """Look after ``reader``; with ``soon`` also in a moment, together with others that are new."""
        self._readers[reader] = gone
        if soon:
            self._newcomers.append(reader)
            if self._looking is None:
                self._looking = asyncio.get_running_loop().create_task(self._look_at_newcomers())
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, reader: Reader) -> None:
        self._readers.pop(reader, None)

    async def close(self) -> None:
        for task in (self._task, self._looking):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def look(self) -> None:
        """Compare every reader with the database, now."""
        await self._look_at(list(self._readers))

    async def _look_at_newcomers(self) -> None:
        try:
            while self._newcomers:
                newcomers, self._newcomers = self._newcomers, []
                await self._look_at(newcomers)
        except Exception:  # the database is away; the slow look follows
            log.exception("pulse_failed")
        finally:
            self._looking = None

    async def _look_at(self, readers: list[Reader]) -> None:
        if not readers:
            return
        rows = await call(_look, [(r.tenant.pk, r.conversation) for r in readers])
        for reader in readers:
            self._compare(reader, rows.get(reader.conversation))

    def _compare(self, reader: Reader, row: tuple[int, UUID, bool] | None) -> None:
        gone = self._readers.get(reader)
        if gone is None:
            return
        if row is None or not row[2]:
            gone(reader)
        elif row[0] > reader.given or row[1] != reader.current:
            reader.refetch()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SLOW_SECONDS if layer().here.connected else ALONE_SECONDS)
            try:
                await self.look()
            except Exception:  # the database is away; the next look tries again
                log.exception("pulse_failed")


def _look(talks: list[tuple[int, UUID]]) -> dict[UUID, tuple[int, UUID, bool]]:
    tenants, conversations = zip(*talks, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation, last_seq, segment, alive FROM chat_pulse(%s, %s)",
            [list(tenants), list(conversations)],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
