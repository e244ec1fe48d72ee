"""How fast talks may be begun, and codes tried, from one place, counted in memory by blinded buckets.

A school has one address, so this slows down and never shuts out. So many talks may be begun at once
for nothing, then a steady rate; whoever goes faster pays for each further start with a proof of work
(chat/proofs.py). Once half the queue is taken fewer are free, and the more are begun from a place
the more each costs. In quiet times, and for who begins a talk or two, nothing is ever asked.

The key of a bucket changes every ten minutes (helpline/buckets.py); a count follows it from the old
one to the new. Each process counts for itself.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from time import monotonic

from django.conf import settings

from chat.errors import SlowDown
from tenants.models import Tenant

Buckets = tuple[bytes, bytes]
# Of places that are not full again. More means that somebody has many; the oldest are forgiven.
MOST_PLACES = 20_000
# How many hashes a proof may cost at most: unnoticed at one end, at the other some seconds on an
# old telephone, which is as long as anybody is ever kept.
LEAST_WORK, MOST_WORK = 20_000, 1_000_000


@dataclass(frozen=True)
class Price:
    """What one more start costs: ``work`` hashes at most, or waiting for ``retry_seconds``."""

    work: int
    retry_seconds: int


class Places:
    """What each place has left of what ``…_BURST`` and ``…_PER_MINUTE`` in the settings give it.

    Views run in threads, hence the lock.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._left: dict[tuple[int, bytes], tuple[float, float]] = {}
        self._lock = threading.Lock()

    @property
    def burst(self) -> float:
        return float(getattr(settings, f"{self._what}_BURST"))

    @property
    def per_second(self) -> float:
        return float(getattr(settings, f"{self._what}_PER_MINUTE")) / 60

    def count(self, tenant: Tenant, buckets: Buckets, *, debt: float = 0.0) -> float:
        """Take one from a place; return what it then has, which may be less than nothing.

        What would go further down than ``debt`` is not taken.
        """
        now, per_second = monotonic(), self.per_second
        with self._lock:
            found = self._found(tenant.pk, buckets, now, per_second)
            left = found - 1
            self._left[tenant.pk, buckets[0]] = (left if left >= -debt else found, now)
            self._forget(now, per_second)
        return left

    def _found(self, tenant: int, buckets: Buckets, now: float, per_second: float) -> float:
        known = [self._left.pop((tenant, bucket), None) for bucket in buckets]
        left, at = next((one for one in known if one), (self.burst, now))
        return min(self.burst, left + (now - at) * per_second)

    def _forget(self, now: float, per_second: float) -> None:
        """Drop the places that are full again, oldest first, and no more than one must."""
        while self._left:
            place = next(iter(self._left))
            left, at = self._left[place]
            full = left + (now - at) * per_second >= self.burst
            if not full and len(self._left) <= MOST_PLACES:
                return
            del self._left[place]


class Starts(Places):
    """Talks that are begun."""

    def __init__(self) -> None:
        super().__init__("START")

    def take(self, tenant: Tenant, buckets: Buckets | None, *, load: float) -> Price | None:
        """Count one start; return None if it is free, else what it costs.

        ``load`` is how full the tenant's queue is, from 0 to 1. Without buckets nothing is counted.
        What costs something is counted as well, so that whoever collects prices raises them.
        """
        if buckets is None:
            return None
        burst, per_second = self.burst, self.per_second
        left = max(-burst, self.count(tenant, buckets, debt=burst))
        return _price(left, burst, per_second, _rush(load))

    def highest(self) -> Price:
        """Return what a start costs at the height of a rush."""
        return _price(-self.burst, self.burst, self.per_second, 1.0) or Price(MOST_WORK, 60)


class Tries(Places):
    """Codes that are tried: no work buys another one."""

    def __init__(self) -> None:
        super().__init__("CODE")

    def take(self, tenant: Tenant, buckets: Buckets | None) -> None:
        """Count one. Without buckets nothing is counted. Raises SlowDown."""
        if buckets is None:
            return
        left, per_second = self.count(tenant, buckets), self.per_second
        if left < 0:
            wait = math.ceil(-left / per_second) if per_second else 60
            raise SlowDown("too many codes were tried here at once", retry_seconds=wait)


def _price(left: float, burst: float, per_second: float, rush: float) -> Price | None:
    # One is free however full the queue is.
    over = burst - left - max(1.0, burst * (1 - rush))
    if over <= 0:
        return None
    wait = math.ceil((over + 1) / per_second) if per_second else 60
    return Price(work=_work(over / burst, rush), retry_seconds=wait)


def _rush(load: float) -> float:
    """Return how close the queue is to its cap, from 0 (less than half full) to 1."""
    return max(0.0, min(1.0, 2 * load - 1))


def _work(excess: float, rush: float) -> int:
    """Return how much to ask: both press, and each step weighs more than the one before."""
    pressure = (min(1.0, excess) + rush) / 2
    return round(LEAST_WORK * math.pow(MOST_WORK / LEAST_WORK, pressure))


starts = Starts()
tries = Tries()
