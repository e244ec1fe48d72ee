"""Segment secrets and tenant keys, in the PostgreSQL instance ``keys``.

That instance alone decides whether content can be read. It is in no backup, archives no WAL and
is reached only through the functions of migrations 0002 and later, which give out no secret past
its time unless it is held and asked for as such, only ever shorten a life and destroy nothing that
is held.

Order, everywhere: **create** the key and then the row; **forget** by destroying the key, and
then the rows. A row without a key is noise; a key without a row expires by itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from retention.sealing import Sealer
from tenants import masters
from tenants.errors import Unavailable
from tenants.models import Tenant

# An advisory lock of the instance: who has it must not be held up by a table that is written anew, nor
# hold up those who wait behind that (retention/sandbox.py).
UNDISTURBED = 0x5A4DB0


class KeyDestroyed(Unavailable):
    """The tenant has left: nothing is sealed for it, and nothing opened, ever again."""


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A sealer and when it must not be used any more, by the time since the machine started."""

    sealer: Sealer
    until: float

    @property
    def living(self) -> bool:
        return time.monotonic() < self.until


def create_key(tenant: Tenant, *, expires_at: datetime) -> UUID:
    """Make the key of a new segment and return the segment's id. Committed on return."""
    segment = uuid4()
    tenant_key(tenant)
    _ask("SELECT key_create(%s, %s, %s, %s)", tenant.pk, segment, os.urandom(32), expires_at)
    return segment


def open_keys(
    tenant: Tenant, *, conversation: UUID, segments: Iterable[UUID]
) -> dict[UUID, OpenKey]:
    """Return what opens each of ``segments``; those whose time is over are left out."""
    return open_all(tenant, dict.fromkeys(segments, conversation))


def open_all(tenant: Tenant, places: Mapping[UUID, UUID]) -> dict[UUID, OpenKey]:
    """The same for segments of several talks: ``places`` says which talk each belongs to."""
    wall = datetime.now(UTC)
    rows = _ask(
        "SELECT segment, secret, expires_at, wrapped FROM key_read(%s, %s)",
        tenant.pk,
        list(places),
    )
    return {
        segment: OpenKey(
            _sealer(tenant, places[segment], segment, secret, wrapped),
            # Whoever sets the wall clock does not lengthen this; the next look at the database
            # finds what a moved clock has ended.
            time.monotonic() + (expires_at - wall).total_seconds(),
        )
        for segment, secret, expires_at, wrapped in rows
    }


def open_held_keys(
    tenant: Tenant, *, conversation: UUID, segments: Iterable[UUID]
) -> dict[UUID, OpenKey]:
    """Return what opens those of ``segments`` that are held, past their time too.

    For one reading: the keys are of no use afterwards. Who may have them is decided before.
    Rule: U8.
    """
    rows = _ask(
        "SELECT segment, secret, wrapped FROM key_read_held(%s, %s)", tenant.pk, list(segments)
    )
    return {
        segment: OpenKey(_sealer(tenant, conversation, segment, secret, wrapped), time.monotonic())
        for segment, secret, wrapped in rows
    }


def _sealer(
    tenant: Tenant, conversation: UUID, segment: UUID, secret: bytes, wrapped: bytes
) -> Sealer:
    return Sealer.of(
        secret=bytes(secret),
        tenant_key=_unwrap(tenant, bytes(wrapped)),
        tenant=tenant.pk,
        conversation=conversation,
        segment=segment,
    )


def hold_keys(tenant: Tenant, segments: Iterable[UUID]) -> set[UUID]:
    """Hold the keys that are alive (or held already), and return which. Committed on return."""
    rows = _ask("SELECT segment FROM key_hold(%s, %s)", tenant.pk, list(segments))
    return {row[0] for row in rows}


def release_keys(tenant: Tenant, segments: Iterable[UUID]) -> None:
    """Hold the keys no longer; destroys nothing. Committed on return."""
    _ask("SELECT key_release(%s, %s)", tenant.pk, list(segments))


def held_keys(tenant: Tenant) -> set[UUID]:
    """Return all segments of the tenant whose keys are held."""
    return {row[0] for row in _ask("SELECT segment FROM key_held(%s)", tenant.pk)}


def shorten_keys(tenant: Tenant, segments: Iterable[UUID], *, expires_at: datetime) -> None:
    """Let the keys die at ``expires_at`` at the latest. Never lengthens a life."""
    _ask("SELECT key_shorten(%s, %s, %s)", tenant.pk, list(segments), expires_at)


def shorten_each(tenant: Tenant, ends: Mapping[UUID, datetime]) -> None:
    """Let each key die at its own moment at the latest. Never lengthens a life."""
    _ask("SELECT key_shorten_each(%s, %s, %s)", tenant.pk, list(ends.keys()), list(ends.values()))


def destroy_keys(tenant: Tenant, segments: Iterable[UUID]) -> set[UUID]:
    """Destroy the keys that nobody holds, and return which. Committed on return."""
    rows = _ask("SELECT segment FROM key_destroy(%s, %s)", tenant.pk, list(segments))
    return {row[0] for row in rows}


def destroy_due_keys(*, limit: int = 10_000) -> int:
    """Destroy up to ``limit`` keys past their time, of all tenants; return how many."""
    return int(_ask("SELECT key_destroy_due(%s)", limit)[0][0])


def compact() -> bool:
    """Leave no trace of destroyed keys in the table's file; return whether any has gone so.

    While somebody's older look at the table lasts a trace stays, and the next run tries again; so it
    does after a dry run. What remains is the WAL, for as long as the instance keeps it (docs/running.md).
    """
    rows = _ask("SELECT key_compact() WHERE pg_try_advisory_xact_lock(%s)", UNDISTURBED)
    return bool(rows and rows[0][0])


def missing_keys(tenant: Tenant, segments: Iterable[UUID]) -> set[UUID]:
    """Return those of ``segments`` that have no key any more."""
    rows = _ask("SELECT segment FROM key_missing(%s, %s)", tenant.pk, list(segments))
    return {row[0] for row in rows}


def tenant_key(tenant: Tenant) -> bytes:
    """Return the tenant's own 32 bytes, made and wrapped by the first master key at first use."""
    wrapped = _ask("SELECT tenant_key_read(%s)", tenant.pk)[0][0]
    if wrapped is None:
        made = _wrap(tenant, os.urandom(32))
        _ask("SELECT tenant_key_create(%s, %s)", tenant.pk, made)
        # Read again: another process may have been first.
        wrapped = _ask("SELECT tenant_key_read(%s)", tenant.pk)[0][0]
    if wrapped is None:
        raise KeyDestroyed(f"{tenant.slug} has left, and its key is destroyed")
    return _unwrap(tenant, bytes(wrapped))


def destroy_tenant_key(tenant: Tenant) -> tuple[int, int]:
    """Destroy the tenant's key with every key under it and the days of its vault, for good.

    Committed on return; no key of this tenant is ever made again. Returns how many keys are held
    (then nothing is destroyed) and how many segments' keys are gone.
    """
    ((held, destroyed),) = _ask("SELECT held, destroyed FROM tenant_key_destroy(%s)", tenant.pk)
    return int(held), int(destroyed)


def has_tenant_key(tenant: Tenant) -> bool:
    """Say whether the tenant has a key. Makes none."""
    return _ask("SELECT tenant_key_read(%s)", tenant.pk)[0][0] is not None


def _ask(query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    with connections["keys"].cursor() as cursor:
        cursor.execute(query, values)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _wrap(tenant: Tenant, key: bytes) -> bytes:
    return masters.seal(key, place=_place(tenant))


def _unwrap(tenant: Tenant, wrapped: bytes) -> bytes:
    try:
        return masters.open_sealed(wrapped, place=_place(tenant))
    except masters.NoMasterKey:
        raise ImproperlyConfigured(
            f"no key in HELPLINE_MASTER_KEYS opens the key of {tenant.slug};"
            " add the one that made it"
        ) from None


def _place(tenant: Tenant) -> bytes:
    return b"helpline/1/tenant-key/" + str(tenant.pk).encode()
