"""One clock. PostgreSQL has it, and Python asks.

``retention_now()`` is the later of the wall clock and a mark that only tests, the drill and the
dry run move, and only forward. Whatever decides whether something may still be read asks this
clock, in both instances, so that no two parts of the program disagree about what time it is.

The wall clock can lie. ``steady`` compares it with the time since the machine started, which
nothing sets: where the two part by more than five minutes, reading obeys the later clock (it
does anyway), and purging stops and raises an alarm, because a forward jump must not eat what is
alive or held.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from tenants.clock import NOW, now

__all__ = ["NOW", "Steadiness", "now", "steadiness"]

log = logging.getLogger("helpline.retention")

TOLERANCE = timedelta(minutes=5)
# Goes on while the machine sleeps; where there is none (not Linux), sleeping looks like a jump.
_SINCE_START = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Steadiness:
    """Watches for a wall clock that is set while the process runs."""

    def __init__(self) -> None:
        self._offset = self._now()

    def ok(self) -> bool:
        """Say whether the wall clock still goes as the machine does; alarm once it does not.

        A slow correction (NTP) is followed; a jump is remembered until the process is started
        anew by somebody who has looked at it.
        """
        offset = self._now()
        if abs(offset - self._offset) > TOLERANCE.total_seconds():
            log.error("clock_jumped", extra={"fields": {"seconds": round(offset - self._offset)}})
            return False
        self._offset = offset
        return True

    @staticmethod
    def _now() -> float:
        return time.time() - time.clock_gettime(_SINCE_START)


steadiness = Steadiness()
