"""Where somebody comes from, blinded: enough to count by, and nothing to find anybody with.

A bucket is the HMAC of an address (an IPv6 address by its first 56 bits, which is what one
household is given) under a key that only this process has, in memory, and that is replaced every
ten minutes. The key before is kept for as long again, so that a count goes on across the change.
After that no bucket can be tied to an address by anybody.  Rule: S7, U3, B8
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from ipaddress import IPv4Address, IPv6Address
from time import monotonic

KEY_SECONDS = 600
_IPV6_BITS = 56

Ip = IPv4Address | IPv6Address
# By the key of now, and by the one before.
Buckets = tuple[bytes, bytes]


class Blinder:
    """One for each process."""

    def __init__(self) -> None:
        self._renew(monotonic(), before=secrets.token_bytes(32))

    def buckets(self, ip: Ip) -> Buckets:
        """Return the bucket of ``ip`` by the present key, and by the one before."""
        now = monotonic()
        if now >= self._until + KEY_SECONDS:
            self._renew(now, before=secrets.token_bytes(32))
        elif now >= self._until:
            self._renew(now, before=self._key)
        place = _household(ip)
        return _blind(self._key, place), _blind(self._before, place)

    def _renew(self, now: float, *, before: bytes) -> None:
        self._before, self._key = before, secrets.token_bytes(32)
        self._until = now + KEY_SECONDS


def _household(ip: Ip) -> bytes:
    if isinstance(ip, IPv4Address):
        return b"4" + ip.packed
    return b"6" + ip.packed[: _IPV6_BITS // 8]


def _blind(key: bytes, place: bytes) -> bytes:
    return hmac.digest(key, place, hashlib.sha256)
