"""One clock. PostgreSQL has it, and Python asks.

``retention_now()`` is the later of the wall clock and a mark that only tests, the drill and the
dry run move, and only forward. Whatever decides whether something may still be read asks this
clock, in both instances, so that no two parts of the program disagree about what time it is.

The wall clock can lie. ``steadiness`` compares it with the time since the machine started, which
nothing sets. Where the two part by more than five minutes

- what decides whether something is readable obeys the later clock: one that was set back is kept
  going (``keep``), so that nothing is readable again;
- what destroys because of the time stops and raises an alarm, because a forward jump must not
  eat what is alive or held;
- a life that is counted from now is counted from the earlier clock (``counted_from``), so that
  nothing is readable for longer once the clock has been put right.
"""

from __future__ import annotations

import logging
import math
import time
from datetime import datetime, timedelta

from django.db import connections

from tenants.clock import NOW, now

__all__ = ["NOW", "Steadiness", "now", "steadiness"]

log = logging.getLogger("helpline.retention")

TOLERANCE = timedelta(minutes=5)
# Set back by less than this, a clock is merely being corrected.
NOTICED_SECONDS = 1.0
# How long what was written by one clock is about when the other one is believed.
SETTLING_SECONDS = 30.0
# Goes on while the machine sleeps; where there is none (not Linux), sleeping looks like a jump.
_SINCE_START = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
WALL = "wall"
INSTANCES = ("default", "keys")


def counted_from(moment: datetime) -> datetime:
    """Return the moment from which a life is counted that begins at ``moment``, which is now."""
    ahead = steadiness.drift_of("default")
    return moment - timedelta(seconds=ahead) if ahead > TOLERANCE.total_seconds() else moment


def keep() -> bool:
    """Keep the clocks going where a wall clock was set back; say whether all go steadily."""
    for alias in INSTANCES:
        behind = -steadiness.drift_of(alias)
        if behind > NOTICED_SECONDS:
            with connections[alias].cursor() as cursor:
                cursor.execute(
                    "SELECT retention_keep_clock(clock_timestamp() + make_interval(secs => %s))",
                    [behind],
                )
    return steadiness.ok()


class Steadiness:
    """Watches for a wall clock that is set while the process runs: its own, or an instance's."""

    def __init__(self) -> None:
        self._offsets = {WALL: _offset_of(WALL)}
        self._steady = True
        self._turned_at = -math.inf

    def ok(self) -> bool:
        """Say whether the wall clocks still go as the machine does; alarm once one does not.

        A slow correction (NTP) is followed; a jump is remembered until the process is started
        anew by somebody who has looked at it, or the clock has been put right.
        """
        found = {name: _offset_of(name) for name in (WALL, *INSTANCES)}
        drifts = [offset - self._offsets.setdefault(name, offset) for name, offset in found.items()]
        worst = max(drifts, key=abs)
        steady = abs(worst) <= TOLERANCE.total_seconds()
        if steady:
            self._offsets = found
        else:
            log.error("clock_jumped", extra={"fields": {"seconds": round(worst)}})
        if steady != self._steady:
            self._steady, self._turned_at = steady, time.monotonic()
        return steady

    def drift_of(self, name: str) -> float:
        """Return by how many seconds one wall clock is ahead of where it would be unset."""
        offset = _offset_of(name)
        return offset - self._offsets.setdefault(name, offset)

    @property
    def settled(self) -> bool:
        """Say whether times that were written a moment ago are of the clock that goes now."""
        return time.monotonic() - self._turned_at > SETTLING_SECONDS


def _offset_of(name: str) -> float:
    """Return a wall clock less the time since the start: the same until the clock is set."""
    if name == WALL:
        return time.time() - time.clock_gettime(_SINCE_START)
    with connections[name].cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        wall: float = cursor.fetchone()[0]
    return wall - time.clock_gettime(_SINCE_START)


steadiness = Steadiness()
