"""A pause for the place that abuse came from: asked for by a counsellor, agreed to by a lead.

A place is a blinded bucket of an address (helpline/buckets.py). From the start of a talk on it
stands in Valkey under the talk's id, for as long as anybody could recognise it: two lives of the
bucket's key, twenty minutes. It is in no row of the database, and after that nobody can pause it.

What is paused is a place and no person. A school has one address, so nobody is shut out: where
more than a few talks were begun or tried from a place, it costs a proof of work and no more. Each
process has bucket keys of its own, so a pause counts at the one where the talk began. It follows
the place to its next bucket when somebody comes from there, and is over in an hour at most.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

from chat.proofs import valkey
from chat.starts import Buckets
from tenants.models import Tenant

KNOWN_SECONDS = 1_200
# As many starts and tries from one place may be those of one person.
ONES_OWN = 3


@dataclass(frozen=True, slots=True)
class Pause:
    """How a place is slowed down: by waiting, or where others share it by work alone."""

    retry_seconds: int
    is_shared: bool


def _store() -> Any:
    # redis-py types its answers for event loops as well.
    return valkey()


def _name(kind: str, *parts: object) -> str:
    return ":".join([f"{settings.CHANNEL_PREFIX}-{kind}", *map(str, parts)])


def note_place(tenant: Tenant, conversation: UUID, buckets: Buckets | None) -> None:
    """Keep where a talk was begun, for a pause that may be asked for at its end."""
    if buckets is None or not tenant.cooldown_minutes:
        return
    bucket = buckets[0].hex()
    begun = _name("begun", tenant.pk, bucket)
    with suppress(redis.RedisError), _store().pipeline() as at_once:
        at_once.set(_name("place", conversation), bucket, ex=KNOWN_SECONDS)
        at_once.incr(begun)
        at_once.expire(begun, KNOWN_SECONDS)
        at_once.execute()


def keep_place(conversation: UUID, incident: UUID) -> bool:
    """Hand the place of a talk that ends on to a request; False where nobody knows it any more.

    It lives no longer for that.
    """
    place = _name("place", conversation)
    try:
        seconds = int(_store().ttl(place) or 0)
        bucket = _store().getdel(place)
        if not bucket or seconds <= 0:
            return False
        _store().set(_name("asked", incident), bucket, ex=seconds)
    except redis.RedisError:
        return False
    return True


def begin_pause(tenant: Tenant, incident: UUID) -> bool:
    """Pause the place of a request; False where nobody knows it any more."""
    try:
        bucket = _store().getdel(_name("asked", incident))
        if not bucket:
            return False
        name = _name("pause", tenant.pk, bucket.decode())
        _store().set(name, 1, ex=tenant.cooldown_minutes * 60)
    except redis.RedisError:
        return False
    return True


def forget_place(incident: UUID) -> None:
    """Drop the place of a request that was refused."""
    with suppress(redis.RedisError):
        _store().delete(_name("asked", incident))


def pause_of(tenant: Tenant, buckets: Buckets | None) -> Pause | None:
    """Return how the place of somebody who begins a talk is paused; None for all others.

    Counts the try of who is. While Valkey is away nobody is.
    """
    if buckets is None or not tenant.cooldown_minutes:
        return None
    try:
        return _pause_of(tenant, [bucket.hex() for bucket in buckets])
    except redis.RedisError:
        return None


def _pause_of(tenant: Tenant, buckets: list[str]) -> Pause | None:
    store, pauses = _store(), [_name("pause", tenant.pk, bucket) for bucket in buckets]
    found = next(
        (name for name, is_set in zip(pauses, store.mget(pauses), strict=True) if is_set), ""
    )
    seconds = int(store.ttl(found) or 0) if found else 0
    if seconds <= 0:
        return None
    begun = [_name("begun", tenant.pk, bucket) for bucket in buckets]
    with store.pipeline() as at_once:
        # By the key of now as well: the key before is forgotten soon.
        at_once.set(pauses[0], 1, ex=seconds)
        at_once.incr(begun[0])
        at_once.expire(begun[0], KNOWN_SECONDS)
        at_once.mget(begun)
        counts = at_once.execute()[-1]
    return Pause(seconds, is_shared=sum(int(count or 0) for count in counts) > ONES_OWN)
