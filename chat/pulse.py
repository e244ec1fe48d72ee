"""The slow look that finds what no event told: a message that was committed and never pushed,
an end that happened elsewhere, a clock that has moved on.

A call of ``chat_pulse`` takes many talks, of all tenants. It takes not all of them: whoever writes
meanwhile would wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from chat.calls import call, scoped_call
from chat.events import layer
from chat.fanout import LEARN_SECONDS
from chat.reader import Reader
from chat.situation import Situation, situations
from chat.stopping import stop

log = logging.getLogger("helpline.pulse")

SLOW_SECONDS = 5.0
# While Valkey is away the database carries the talks alone.
ALONE_SECONDS = 1.0
AT_ONCE = 100
# What is left to everything else between one call and the next, where there is no hurry.
BETWEEN_SECONDS = 0.01
# How long after its return others may still be on their way back to it.
RETURN_SECONDS = 10.0


class Shows(Protocol):
    """Whatever shows a talk to somebody: a socket."""

    def talk_gone(self, reader: Reader) -> None: ...
    def situate(self, reader: Reader, situation: Situation) -> None: ...


class Pulse:
    """The readers of this event loop, and the sockets that show them."""

    def __init__(self) -> None:
        self._readers: dict[Reader, Shows] = {}
        self._task: asyncio.Task[None] | None = None
        self._newcomers: list[Reader] = []
        self._looking: asyncio.Task[None] | None = None
        self._unsettled: list[Reader] = []
        self._settling: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()
        self._doubtful_until = -math.inf

    def add(self, reader: Reader, shown_by: Shows, *, soon: bool = False) -> None:
        """Look after ``reader``; with ``soon`` also in a moment, together with others that are new."""
        loop = asyncio.get_running_loop()
        self._readers[reader] = shown_by
        self._unsettled.append(reader)
        if self._settling is None:
            self._settling = loop.create_task(self._look_once_known())
        if soon:
            self._newcomers.append(reader)
            if self._looking is None:
                self._looking = loop.create_task(self._look_at_newcomers())
        if self._task is None:
            self._task = loop.create_task(self._run())

    def remove(self, reader: Reader) -> None:
        self._readers.pop(reader, None)

    async def close(self) -> None:
        await stop(self._task, self._looking, self._settling)

    def hurry(self) -> None:
        """Look now, and more closely for a while: Valkey has gone, or is back."""
        self._doubtful_until = time.monotonic() + RETURN_SECONDS
        self._hurried.set()

    @property
    def alone(self) -> bool:
        """Say whether events may be lost now."""
        return layer().here.away or time.monotonic() < self._doubtful_until

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

    async def _look_once_known(self) -> None:
        """Look closely at everybody, once, when the other processes know that they are here.

        What one of them told before that was not told here, and is not told again.
        """
        try:
            while self._unsettled:
                readers, self._unsettled = self._unsettled, []
                await asyncio.sleep(LEARN_SECONDS)
                here = [reader for reader in readers if reader in self._readers]
                async for some in self._in_turns(here):
                    try:
                        self._unsettled += await self._look_closely(some)
                    except Exception:  # the database is away; the next turn tries again
                        log.exception("pulse_failed")
                        self._unsettled += some
        finally:
            self._settling = None

    async def _look_at(self, readers: Sequence[Reader]) -> None:
        async for some in self._in_turns(readers):
            await self._look_at_some(some)

    async def _in_turns(self, readers: Sequence[Reader]) -> AsyncIterator[Sequence[Reader]]:
        for first in range(0, len(readers), AT_ONCE):
            if first:
                await asyncio.sleep(0 if self.alone else BETWEEN_SECONDS)
            yield readers[first : first + AT_ONCE]

    async def _look_at_some(self, readers: Sequence[Reader]) -> None:
        if self.alone:
            await self._look_closely(readers)
        rows = await call(_look, [(r.tenant.pk, r.conversation) for r in readers])
        for reader in readers:
            self._compare(reader, rows.get(reader.conversation))

    def _compare(self, reader: Reader, row: tuple[int, UUID, bool] | None) -> None:
        shown_by = self._readers.get(reader)
        if shown_by is None:
            return
        if row is None or not row[2]:
            shown_by.talk_gone(reader)
        elif row[0] > reader.given or row[1] != reader.current:
            reader.refetch()

    async def _look_closely(self, readers: Sequence[Reader]) -> list[Reader]:
        """Ask what only events tell otherwise: states, counsellors, lines.

        Returns whom that is not told: what was read may be older than an event that came meanwhile.
        """
        of_tenant: dict[int, list[Reader]] = defaultdict(list)
        for reader in readers:
            of_tenant[reader.tenant.pk].append(reader)
        untold = []
        for group in of_tenant.values():
            tenant, talks = group[0].tenant, [reader.conversation for reader in group]
            before = [reader.situation for reader in group]
            found = await scoped_call(tenant, situations, tenant, talks)
            for reader, known in zip(group, before, strict=True):
                shown_by, situation = self._readers.get(reader), found.get(reader.conversation)
                if shown_by is None or situation is None:
                    continue
                if reader.situation is known and reader.held is None:
                    shown_by.situate(reader, situation)
                else:
                    untold.append(reader)
        return untold

    async def _run(self) -> None:
        while True:
            here = layer().here
            pause = SLOW_SECONDS if here.connected and not self.alone else ALONE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._hurried.wait()
            self._hurried.clear()
            try:
                await self.look()
            except Exception:  # the database is away; the next look tries again
                log.exception("pulse_failed")


def _look(talks: list[tuple[int, UUID]]) -> dict[UUID, tuple[int, UUID, bool]]:
    # As text: a list would be made ready item by item, which takes longer than the look.
    arrays = ["{" + ",".join(map(str, column)) + "}" for column in zip(*talks, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation, last_seq, segment, alive FROM chat_pulse(%s::int[], %s::uuid[])",
            arrays,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
