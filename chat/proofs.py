"""Proof of work of the altcha kind: a little patience in the place of knowing who somebody is.

A challenge is SHA-256(salt + number) of a number that was drawn here; to find it takes at most
``maxnumber`` hashes. It is signed for its line and says when it ends, so nothing is kept when one is
given. A proof is good once: that it was used is remembered until it would have ended, in Valkey
for all processes, by a random value that says nothing of anybody. While Valkey is away each
process remembers for itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
from dataclasses import dataclass
from functools import cache
from time import time
from typing import TypedDict

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac

from chat.starts import MOST_WORK
from chat.valkeys import read_host, sync_client
from tenants.models import Tenant

# Long enough for a telephone that is put away for a moment while it works.
GOOD_SECONDS = 300
ALGORITHM = "SHA-256"
# The closing & parts the time from the number behind it: no digit can move from one to the other.
_SALT = re.compile(r"[0-9a-f]{24}\?expires=(\d{10})&", re.ASCII)


class Challenge(TypedDict):
    """As altcha's widgets and libraries read it."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


def make_challenge(tenant: Tenant, *, work: int) -> Challenge:
    """Return a challenge that takes at most ``work`` hashes and half of them on average."""
    salt = f"{secrets.token_hex(12)}?expires={int(time()) + GOOD_SECONDS:010d}&"
    challenge = _hash(salt, secrets.randbelow(work + 1))
    return {
        "algorithm": ALGORITHM,
        "challenge": challenge,
        "maxnumber": work,
        "salt": salt,
        "signature": _signature(tenant, challenge),
    }


def accept_proof(tenant: Tenant, proof: str) -> bool:
    """Say whether ``proof`` solves a challenge that ``tenant`` has given, is in time and new.

    ``proof`` is base64 of a JSON object with the challenge's fields and ``number``. Uses it up.
    """
    said = _read(proof)
    if said is None or said.ends_at <= time():
        return False
    challenge = _hash(said.salt, said.number)
    if not hmac.compare_digest(_signature(tenant, challenge), said.signature):
        return False
    return _is_new(challenge, said.ends_at)


@dataclass(frozen=True)
class _Said:
    salt: str
    number: int
    signature: str
    ends_at: int


def _read(proof: str) -> _Said | None:
    try:
        said = json.loads(base64.b64decode(proof, validate=True))
        salt, number, signature = (said[name] for name in ("salt", "number", "signature"))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if not isinstance(salt, str) or not isinstance(signature, str) or not signature.isascii():
        return None
    salted = _SALT.fullmatch(salt)
    if salted is None or type(number) is not int or not 0 <= number <= MOST_WORK:
        return None
    return _Said(salt, number, signature, int(salted[1]))


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _signature(tenant: Tenant, challenge: str) -> str:
    return salted_hmac("chat.proofs", f"{tenant.pk}:{challenge}", algorithm="sha256").hexdigest()


_used: dict[str, int] = {}
_lock = threading.Lock()


@cache
def valkey() -> redis.Redis:
    """Return the client by which threads ask the first Valkey host."""
    return sync_client(read_host(settings.REDIS_URL))


def _is_new(challenge: str, ends_at: int) -> bool:
    name = f"{settings.CHANNEL_PREFIX}-proof-{challenge}"
    try:
        return bool(valkey().set(name, 1, nx=True, exat=ends_at + 1))
    except redis.RedisError:
        return _is_new_here(challenge, ends_at)


def _is_new_here(challenge: str, ends_at: int) -> bool:
    now = time()
    with _lock:
        for old in [one for one, end in _used.items() if end <= now]:
            del _used[old]
        if challenge in _used:
            return False
        _used[challenge] = ends_at
        return True
