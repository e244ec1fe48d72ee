"""Who is at the desk, told to everybody who is: at most once a second, and only what is news.

Now and then each window that colleagues want something of is asked to look for itself: what was
told while Valkey was away has reached nobody.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Container
from contextlib import suppress
from itertools import chain
from typing import Any, Protocol
from uuid import UUID, uuid4

from chat.calls import scoped_call
from chat.colleagues import everybody_here
from chat.events import desks_group, layer
from chat.models import Consult, Offer
from chat.states import OfferState
from chat.stopping import stop
from tenants.models import Tenant

log = logging.getLogger("helpline.roster")

Frame = dict[str, Any]

PAUSE_SECONDS = 1.0
IDLE_SECONDS = 15.0
# While Valkey is away nobody tells that something has happened.
ALONE_SECONDS = 2.0


class Window(Protocol):
    """A desk socket."""

    def look_around(self, here: list[Frame]) -> None: ...
    def look_again_if(self, concerned: Container[UUID]) -> None: ...


class Roster:
    """The windows of one tenant's desk in one process."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.windows: set[Window] = set()
        self._changed = asyncio.Event()
        self._channel = f"roster.{uuid4().hex}"
        layer().attach(self._channel, lambda _event: self._changed.set())
        layer().here.join(desks_group(tenant.pk), self._channel)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        layer().detach(self._channel)
        await stop(self._task)

    async def _run(self) -> None:
        looked_at = time.monotonic()
        while True:
            # Counted from the last look: news of who comes and goes does not put it off.
            due = looked_at + (ALONE_SECONDS if layer().here.away else IDLE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - time.monotonic())):
                    await self._changed.wait()
            self._changed.clear()
            is_due = time.monotonic() >= due
            looked_at = time.monotonic() if is_due else looked_at
            try:
                here = await scoped_call(self.tenant, everybody_here, self.tenant)
                concerned = await scoped_call(self.tenant, _concerned) if is_due else set()
            except Exception:  # the database is away; the next look tries again
                log.exception("roster_failed")
            else:
                for window in tuple(self.windows):
                    window.look_around(here)
                    if is_due:
                        window.look_again_if(concerned)
            await asyncio.sleep(PAUSE_SECONDS)


def _concerned() -> set[UUID]:
    """Return whose open threads and standing offers there are, at either end. In the scope.

    Two queries for a desk, where most want nothing of each other, and not some for each window.
    """
    threads = Consult.objects.filter(closed="").values_list("asker", "colleague")
    offers = Offer.objects.filter(state=OfferState.OFFERED).values_list("giver", "receiver")
    return set(chain.from_iterable(chain(threads, offers)))


class Rosters:
    """The rosters of this event loop, one for each tenant whose desk somebody here is at."""

    def __init__(self) -> None:
        self._rosters: dict[int, Roster] = {}

    def enter(self, tenant: Tenant, window: Window) -> None:
        if tenant.pk not in self._rosters:
            self._rosters[tenant.pk] = Roster(tenant)
        self._rosters[tenant.pk].windows.add(window)

    async def leave(self, tenant: Tenant, window: Window) -> None:
        """Take a window off; the last one closes the roster."""
        roster = self._rosters.get(tenant.pk)
        if roster is None:
            return
        roster.windows.discard(window)
        if not roster.windows:
            del self._rosters[tenant.pk]
            await roster.close()

    async def close(self) -> None:
        for roster in self._rosters.values():
            await roster.close()
        self._rosters.clear()
