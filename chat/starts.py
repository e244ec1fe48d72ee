"""How fast talks may be begun from one place, counted in memory by blinded buckets.

A school has one address, so this slows down and never shuts out: so many at once, then a steady
rate, and whoever goes faster is told when to try again. The key of a bucket changes every ten
minutes (helpline/buckets.py); a count follows it from the old one to the new. Each process counts
for itself.
"""

from __future__ import annotations

import math
import threading
from time import monotonic

from django.conf import settings

from chat.errors import SlowDown
from tenants.models import Tenant

Buckets = tuple[bytes, bytes]
# Of places that are not full again. More means that somebody has many; the oldest are forgiven.
MOST_PLACES = 20_000


class Starts:
    """What each place has left. Views run in threads, hence the lock."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, bytes], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, tenant: Tenant, buckets: Buckets | None) -> None:
        """Count one start. Without buckets nothing is counted. Raises SlowDown."""
        if buckets is None:
            return
        per_second = settings.START_PER_MINUTE / 60
        now = monotonic()
        with self._lock:
            left = self._found(tenant.pk, buckets, now, per_second)
            allowed = left >= 1
            self._left[tenant.pk, buckets[0]] = (left - allowed, now)
            self._forget(now, per_second)
        if not allowed:
            wait = math.ceil((1 - left) / per_second) if per_second else 60
            raise SlowDown("too many talks were begun here at once", retry_seconds=wait)

    def _found(self, tenant: int, buckets: Buckets, now: float, per_second: float) -> float:
        known = [self._left.pop((tenant, bucket), None) for bucket in buckets]
        left, at = next((one for one in known if one), (float(settings.START_BURST), now))
        return min(float(settings.START_BURST), left + (now - at) * per_second)

    def _forget(self, now: float, per_second: float) -> None:
        """Drop the places that are full again, oldest first, and no more than one must."""
        while self._left:
            place = next(iter(self._left))
            left, at = self._left[place]
            full = left + (now - at) * per_second >= settings.START_BURST
            if not full and len(self._left) <= MOST_PLACES:
                return
            del self._left[place]


starts = Starts()
