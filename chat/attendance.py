"""The desk's windows of this event loop, and the look whether their members may still be there.

An event asks for a look at once. Under it lies a slow one, for what no event has told: a row that
was changed by hand, a session whose time is over, a day that is over and what ran out with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from typing import Protocol

from chat.calls import scoped_call
from chat.events import layer
from chat.fitness import Standing, look_at
from chat.fitness import Window as Key
from chat.stopping import stop
from tenants.models import Tenant

log = logging.getLogger("helpline.attendance")

# Whoever is deactivated by hand is out within a minute; this is half of it.
SLOW_SECONDS = 30.0
# While Valkey is away nobody tells that something has changed.
ALONE_SECONDS = 5.0


class Window(Protocol):
    """A desk's socket."""

    tenant: Tenant

    @property
    def key(self) -> Key: ...
    def stand(self, standing: Standing) -> None: ...


class Attendance:
    """The windows of this event loop."""

    def __init__(self) -> None:
        self._windows: set[Window] = set()
        self._asked = asyncio.Event()
        self._asking: set[Window] = set()
        self._day_ends_in = SLOW_SECONDS
        self._looked_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def add(self, window: Window) -> None:
        """Look after ``window``, from now on and at once: it was let in a moment ago."""
        self._windows.add(window)
        self.soon(window)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, window: Window) -> None:
        self._windows.discard(window)
        self._asking.discard(window)

    def soon(self, window: Window) -> None:
        """Look at ``window`` now, together with others that ask at the same time."""
        self._asking.add(window)
        self._asked.set()

    async def close(self) -> None:
        await stop(self._task)

    async def look(self) -> None:
        """Look at every window now."""
        self._day_ends_in, self._looked_at = SLOW_SECONDS, time.monotonic()
        await self._look_at(set(self._windows))

    async def _look_at(self, windows: Collection[Window]) -> None:
        of_tenant: dict[int, list[Window]] = defaultdict(list)
        for window in windows:
            of_tenant[window.tenant.pk].append(window)
        for group in of_tenant.values():
            try:
                await self._look_at_desk(group[0].tenant, group)
            except Exception:  # the database is away; the slow look tries again
                log.exception("attendance_failed")

    async def _look_at_desk(self, tenant: Tenant, group: list[Window]) -> None:
        found = await scoped_call(tenant, look_at, tenant, {window.key for window in group})
        # A moment into the next day, and not the last one of this.
        ends_in = time.monotonic() - self._looked_at + found.day_ends_in.total_seconds() + 0.05
        self._day_ends_in = min(self._day_ends_in, ends_in)
        for window in group:
            if window in self._windows:
                window.stand(found.standings[window.key])

    async def _run(self) -> None:
        while True:
            slow = SLOW_SECONDS if layer().here.connected else ALONE_SECONDS
            # Counted from the last look at all: those who ask for theirs do not put it off.
            left = self._looked_at + min(slow, self._day_ends_in) - time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, left)):
                    await self._asked.wait()
            self._asked.clear()
            asking, self._asking = self._asking, set()
            is_due = self._looked_at + min(slow, self._day_ends_in) <= time.monotonic()
            await (self.look() if is_due else self._look_at(asking))
