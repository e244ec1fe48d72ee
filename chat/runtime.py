"""What a web process runs once for each event loop: writer, pulse, boards, attendance, and the watchdog.

A process that has been stopped, or that could not reach the database, for about as long as others
wait before they take it for dead lets its sockets go: their rows may say that they are lost, and
whoever sits at them comes back to rows that say that they are there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from chat import lines
from chat.arrivals import Answer, Arrival, Frame, Knock, Over, arrive_all
from chat.attendance import Attendance
from chat.board import Boards
from chat.calls import call, scoped_call
from chat.events import layer
from chat.overhttp.lines import Lines
from chat.pulse import Pulse
from chat.roster import Rosters
from chat.stopping import stop
from chat.together import Together
from chat.writer import Writer
from retention import clock, watchdog
from tenants.hosts import Place, place_of
from tenants.models import Tenant

log = logging.getLogger("helpline.runtime")

BEAT_SECONDS = 5
WATCH_SECONDS = 60
# From the start of the last beat that was stored to the end of this one: by then nobody has taken the
# process for dead yet, whose beats count from somewhere in between.
SILENT_SECONDS = lines.PROCESS_SILENT.total_seconds() - 1
RESTARTING = 1012
# Goes on while the machine sleeps.
_SINCE_START = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Runtime:
    """One per event loop; ``runtime()`` finds it. Starts when the first socket comes.

    The watchdog starts with the process: promises are to be kept where nobody writes, too.
    """

    def __init__(self) -> None:
        self.process: UUID = uuid4()
        self.writer = Writer()
        self.pulse = Pulse()
        self.boards = Boards()
        self.rosters = Rosters()
        self.attendance = Attendance()
        self.places: Together[str, None, Place | None] = Together(_find)
        self.arrivals: Together[Tenant, Knock, Arrival | Over | Frame] = Together(_arrive)
        self.departures: Together[Tenant, tuple[UUID, UUID], None] = Together(_leave)
        self.over_http = Lines()
        # How each socket of this event loop that has been greeted is closed.
        self.sockets: dict[UUID, Callable[[int], None]] = {}
        self._beat_at = 0.0
        self._beating: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the process known, once; sockets wait for it, so that none looks orphaned."""
        if self._beating is None:
            loop = asyncio.get_running_loop()
            self._beating = loop.create_task(self._beat())
            self._keeping = loop.create_task(self._keep_clock())
            layer().here.on_away = self._away_changed
            self._beat_at = time.clock_gettime(_SINCE_START)
            await call(lines.beat, self.process)

    def watch(self) -> None:
        """Look at the promises from now on, once a minute."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        await self.over_http.stop()
        await stop(self._beating, self._keeping, self._watching)
        await self.pulse.close()
        await self.attendance.close()
        await self.boards.close()
        await self.rosters.close()
        await self.writer.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            begun = time.clock_gettime(_SINCE_START)
            try:
                await call(lines.beat, self.process)
            except Exception:  # the database is away; the next beat tries again
                log.exception("beat_failed")
                continue
            silent = time.clock_gettime(_SINCE_START) - self._beat_at
            self._beat_at = begun
            if silent > SILENT_SECONDS:
                self._start_over(silent)

    async def _keep_clock(self) -> None:
        """Look after the clocks of both instances, beside the beat: keys may be away."""
        while True:
            try:
                await call(clock.keep)
            except Exception:  # the next look tries again
                log.exception("clock_not_kept")
            await asyncio.sleep(BEAT_SECONDS)

    def _start_over(self, silent_seconds: float) -> None:
        fields = {"seconds": round(silent_seconds), "count": len(self.sockets)}
        log.warning("silent_too_long", extra={"fields": fields})
        for close in tuple(self.sockets.values()):
            close(RESTARTING)

    def _away_changed(self) -> None:
        self.pulse.hurry()
        self.boards.tell_slow(slow=layer().here.away)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await call(watchdog.look)
            except Exception:  # the database is away; the next look tries again
                log.exception("watch_failed")


async def _find(host: str, asked: list[None]) -> Sequence[Place | None]:
    place = await call(place_of, host)
    return [place] * len(asked)


async def _arrive(tenant: Tenant, knocks: list[Knock]) -> Sequence[Answer]:
    return await scoped_call(tenant, arrive_all, tenant, knocks)


async def _leave(tenant: Tenant, gone: list[tuple[UUID, UUID]]) -> Sequence[None]:
    await scoped_call(tenant, lines.visitors_left, tenant, gone)
    return [None] * len(gone)


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}


def runtime() -> Runtime:
    """Return the runtime of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _runtimes.get(loop)
    if found is None:
        for old in [old for old in _runtimes if old.is_closed()]:
            del _runtimes[old]
        found = _runtimes[loop] = Runtime()
    return found


async def close_runtime() -> None:
    """Stop what runs in this event loop. For a process that ends, and for tests."""
    found = _runtimes.pop(asyncio.get_running_loop(), None)
    if found:
        await found.close()


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Answer the ASGI server's word that it starts and stops: watch from the first moment."""
    assert (await receive())["type"] == "lifespan.startup"
    runtime().watch()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
