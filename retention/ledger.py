"""The ledger: an append-only list of purges per tenant, each entry chained to the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from django.db import connection

from retention import clock
from retention.models import LedgerEntry
from tenants.models import Tenant

START = bytes(32)
# The first half of the advisory lock's key; the second is the tenant.
_LOCK = 0x1ED6E5


def enter(tenant: Tenant, *, kind: str, rule: str, due: int, done: int) -> LedgerEntry:
    """Append one purge to ``tenant``'s ledger, in the open transaction of its scope."""
    with connection.cursor() as cursor:
        # Two purges at once would chain to the same entry.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenant.pk])
    last = LedgerEntry.objects.order_by("-number").first()
    entry = LedgerEntry(
        tenant=tenant,
        number=last.number + 1 if last else 1,
        on=clock.now().date(),
        kind=kind,
        rule=rule,
        due=due,
        done=done,
        previous=bytes(last.digest) if last else START,
    )
    entry.digest = digest_of(entry, slug=tenant.slug)
    entry.save(force_insert=True)
    return entry


def digest_of(entry: LedgerEntry, *, slug: str) -> bytes:
    """Return the SHA-256 that binds an entry to its place in the tenant's history."""
    on: date = entry.on
    said = [slug, entry.number, on.isoformat(), entry.kind, entry.rule, entry.due, entry.done]
    text = json.dumps(said, separators=(",", ":"))
    return hashlib.sha256(bytes(entry.previous) + text.encode()).digest()


def first_break(tenant: Tenant) -> int | None:
    """Return the number of the first entry that does not follow from the one before, or None."""
    previous = START
    entries = LedgerEntry.objects.order_by("number").iterator()
    for number, entry in enumerate(entries, start=1):
        follows = entry.number == number and bytes(entry.previous) == previous
        if not follows or bytes(entry.digest) != digest_of(entry, slug=tenant.slug):
            return entry.number
        previous = bytes(entry.digest)
    return None
