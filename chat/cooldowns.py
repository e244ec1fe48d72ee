"""A pause for the place that abuse came from: asked for by a counsellor, agreed to by a lead.

A place is a blinded bucket of an address (helpline/buckets.py), hashed once more with the tenant, so
that nothing here is the same at two lines. From the start of a talk on it stands in Valkey under
the talk's id, for as long as anybody could recognise it: two lives of the bucket's key, twenty
minutes, and no longer than the talk. It is in no row of the database, and it is noted only at a
line that has a reason of abuse.

What is paused is a place and no person. A school has one address, so nobody is shut out and nobody
is told of it: for a while a start costs there what it costs at the height of a rush. Each process
has bucket keys of its own, so a pause counts at the one where the talk began. It follows the place
to its next bucket when somebody comes from there, and is over in an hour at most.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

from chat.proofs import valkey
from chat.starts import Buckets
from tenants.models import CloseReason, Tenant

KNOWN_SECONDS = 1_200


def _store() -> Any:
    # redis-py types its answers for event loops as well.
    return valkey()


def _name(kind: str, *parts: object) -> str:
    return ":".join([f"{settings.CHANNEL_PREFIX}-{kind}", *map(str, parts)])


def _place(tenant: Tenant, bucket: bytes) -> str:
    return hmac.digest(bucket, str(tenant.pk).encode(), "sha256").hex()


def knows_abuse(tenant: Tenant) -> bool:
    """Say whether a talk of this line can end in a pause. In the scope."""
    return tenant.cooldown_minutes > 0 and CloseReason.objects.filter(abusive=True).exists()


def note_place(tenant: Tenant, conversation: UUID, buckets: Buckets | None) -> None:
    """Keep where a talk was begun, for a pause that may be asked for at its end."""
    if buckets is None:
        return
    place = _place(tenant, buckets[0])
    with suppress(redis.RedisError):
        _store().set(_name("place", conversation), place, ex=KNOWN_SECONDS)


def drop_place(conversation: UUID) -> None:
    """Forget where a talk was begun that has ended; in vain while Valkey is away."""
    with suppress(redis.RedisError):
        _store().delete(_name("place", conversation))


def keep_place(conversation: UUID, incident: UUID) -> bool:
    """Keep the place of a talk that is about to end for a request; False where nobody knows it.

    It lives no longer for that.
    """
    name = _name("place", conversation)
    try:
        seconds = int(_store().ttl(name) or 0)
        place = _store().get(name)
        if not place or seconds <= 0:
            return False
        _store().set(_name("asked", incident), place, ex=seconds)
    except redis.RedisError:
        return False
    return True


def begin_pause(tenant: Tenant, incident: UUID) -> bool:
    """Pause the place of a request; False where nobody knows it any more."""
    try:
        place = _store().getdel(_name("asked", incident))
        if not place:
            return False
        name = _name("pause", place.decode())
        _store().set(name, 1, ex=tenant.cooldown_minutes * 60)
    except redis.RedisError:
        return False
    return True


def forget_place(incident: UUID) -> None:
    """Drop the place of a request that was refused."""
    with suppress(redis.RedisError):
        _store().delete(_name("asked", incident))


def is_paused(tenant: Tenant, buckets: Buckets | None) -> bool:
    """Say whether a place is paused. While Valkey is away none is."""
    if buckets is None or not tenant.cooldown_minutes:
        return False
    pauses = [_name("pause", _place(tenant, bucket)) for bucket in buckets]
    try:
        values = _store().mget(pauses)
        found = next((name for name, value in zip(pauses, values, strict=True) if value), "")
        seconds = int(_store().ttl(found) or 0) if found else 0
        if seconds > 0:
            # By the key of now as well: the key before is forgotten soon.
            _store().set(pauses[0], 1, ex=seconds)
    except redis.RedisError:
        return False
    return seconds > 0
