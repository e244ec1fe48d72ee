"""The queue as everybody sees it: the desks a list, the visitors their own place in it.

However much happens, each is told at most once a second, and one query of the process serves all
its sockets of a tenant. Where a thousand wait, it is told more rarely: whoever talks goes first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chat import queue
from chat.alternatives import Alternative, alternatives
from chat.bell import Bell, bell_field, rung_by
from chat.calls import call, scoped_call
from chat.closing import Closing, closing
from chat.events import layer, queue_group
from chat.messages import stamp
from chat.queue import LISTED, Waiting
from chat.stopping import stop
from retention import clock
from tenants.hours import standing
from tenants.models import Tenant

log = logging.getLogger("helpline.board")

Frame = dict[str, Any]
Give = Callable[[Frame], None]

PAUSE_SECONDS = 1.0
# What a look and the telling leave of the time to everything else, for each second that they take.
REST = 25.0
LONGEST_PAUSE_SECONDS = 5.0
AT_ONCE = 25
# Nothing has happened, but the waiting have waited longer.
IDLE_SECONDS = 15.0
# While Valkey is away nobody tells that something has happened.
ALONE_SECONDS = 2.0


def shown(rows: list[Waiting]) -> Frame:
    """Return the queue as the desk is told it: the first fifty, and how many there are."""
    return {
        "total": len(rows),
        "waiting": [
            {
                "conversation": str(row.conversation),
                "position": row.position,
                "waited_seconds": row.waited_seconds,
                "topic": row.topic,
                "language": row.language,
                "priority": int(row.urgent),
                "state": "dropped" if row.dropped else "waiting",
            }
            for row in rows[:LISTED]
        ],
    }


@dataclass(frozen=True, slots=True)
class Look:
    """A tenant's queue at one moment, and the closing that those in it must know of."""

    rows: list[Waiting]
    closing: Closing | None
    at: datetime
    bell: Bell | None = None

    def told(self, row: Waiting) -> Frame:
        """Return what one who waits is told; the same again is no news."""
        frame: Frame = {
            "type": "queue",
            "position": row.position,
            "wait_seconds": row.wait_seconds,
        }
        if self.closing:
            frame["closing"] = {
                "closes_at": stamp(self.closing.closes_at),
                "last_call_until": stamp(self.closing.last_call_until),
                "reached": self._reached(row, self.closing),
            }
        return frame

    def _reached(self, row: Waiting, closing: Closing) -> bool:
        if row.wait_seconds is None:
            return False
        return self.at + timedelta(seconds=row.wait_seconds) <= closing.last_call_until


def current_queue(tenant: Tenant) -> list[Waiting]:
    """Return the tenant's queue as it is now. In the scope."""
    return queue.listed(tenant, now=clock.now())


def look(tenant: Tenant) -> Look:
    """Return the tenant's queue and closing as they are now. In the scope."""
    now = clock.now()
    rows = queue.listed(tenant, now=now)
    hours = standing(tenant, now=now)
    ahead = closing(tenant, now=now, hours=hours)
    return Look(rows, ahead, now, rung_by(hours, ahead, now=now))


def _needs_others(told: Frame) -> bool:
    """Say whether nobody is there for them, now or before the line closes."""
    return told["wait_seconds"] is None or not told.get("closing", {"reached": True})["reached"]


def _slow(value: bool) -> Frame:
    return {"type": "slow", "value": value}


class Board:
    """One tenant's queue in one process."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.desks: set[Give] = set()
        self.visitors: dict[UUID, Give] = {}
        self._told: dict[UUID, Frame] = {}
        self._changed = asyncio.Event()
        self._channel = f"board.{uuid4().hex}"
        layer().attach(self._channel, lambda _event: self._changed.set())
        layer().here.join(queue_group(tenant.pk), self._channel)
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def unused(self) -> bool:
        return not self.desks and not self.visitors

    def hurry(self) -> None:
        """Look at the queue now."""
        self._changed.set()

    async def close(self) -> None:
        layer().detach(self._channel)
        await stop(self._task)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ALONE_SECONDS if layer().here.away else IDLE_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            begun = time.monotonic()
            try:
                await self._tell(await scoped_call(self.tenant, look, self.tenant))
            except Exception:  # the database is away; the next change tries again
                log.exception("board_failed")
            took = time.monotonic() - begun
            await asyncio.sleep(min(max(PAUSE_SECONDS, REST * took), LONGEST_PAUSE_SECONDS))

    async def _tell(self, seen: Look) -> None:
        frame = {"type": "waiting", **shown(seen.rows), **bell_field(seen.bell)}
        for give in tuple(self.desks):
            give(frame)
        rows = {row.conversation: row for row in seen.rows}
        others: dict[str, list[Alternative]] = {}
        for number, (conversation, give) in enumerate(tuple(self.visitors.items())):
            if number % AT_ONCE == 0:
                # A thousand frames in one go would keep every talk of the process waiting.
                await asyncio.sleep(0)
            row = rows.get(conversation)
            if row is None or (told := seen.told(row)) == self._told.get(conversation):
                continue
            frame = told
            if _needs_others(told):
                language = row.language
                if language not in others:
                    others[language] = await call(alternatives, self.tenant, language=language)
                frame = {**told, "alternatives": others[language]}
            # Whoever has come anew meanwhile has been told nothing, and is next time.
            if self.visitors.get(conversation) == give:
                self._told[conversation] = told
                give(frame)

    def forget(self, conversation: UUID, give: Give) -> None:
        # A newer socket of the same visitor may stand here already.
        if self.visitors.get(conversation) == give:
            del self.visitors[conversation]
            self.forget_told(conversation)

    def forget_told(self, conversation: UUID) -> None:
        self._told.pop(conversation, None)


class Boards:
    """The boards of this event loop, one for each tenant that somebody here looks at."""

    def __init__(self) -> None:
        self._boards: dict[int, Board] = {}

    def desk(self, tenant: Tenant, give: Give) -> None:
        self._of(tenant).desks.add(give)
        if layer().here.away:
            give(_slow(True))

    def visitor(self, tenant: Tenant, conversation: UUID, give: Give) -> None:
        board = self._of(tenant)
        board.visitors[conversation] = give
        # Whatever an earlier tab of theirs has been told, this one has not.
        board.forget_told(conversation)
        board.hurry()

    async def leave(self, tenant: Tenant, give: Give, *, visitor: UUID | None = None) -> None:
        """Take a socket off; the last one closes the board."""
        board = self._boards.get(tenant.pk)
        if board is None:
            return
        board.desks.discard(give)
        if visitor:
            board.forget(visitor, give)
        if board.unused:
            del self._boards[tenant.pk]
            await board.close()

    def tell_slow(self, *, slow: bool) -> None:
        """Tell every desk that what happens in other processes comes late, or no longer does."""
        for board in self._boards.values():
            for give in tuple(board.desks):
                give(_slow(slow))
            board.hurry()

    async def close(self) -> None:
        for board in self._boards.values():
            await board.close()
        self._boards.clear()

    def _of(self, tenant: Tenant) -> Board:
        if tenant.pk not in self._boards:
            self._boards[tenant.pk] = Board(tenant)
        return self._boards[tenant.pk]
