"""The ledger: an append-only list of purges per tenant, each entry chained to the one before.

The entries stay inside. What the public gets is a day at a time (``LedgerDay``): sums under
commitments, sealed when the day is over, because an entry's own number would count the talks.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import takewhile

from django.db import connection

from retention import chain, clock
from retention.chain import Row
from retention.models import LedgerDay, LedgerEntry
from tenants.models import Tenant
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.retention")

START = bytes(32)
ONE_DAY = timedelta(days=1)
# The first half of the advisory lock's key; the second is the tenant.
_LOCK = 0x1ED6E5


def enter(tenant: Tenant, *, kind: str, rule: str, due: int, done: int) -> LedgerEntry:
    """Append one purge to ``tenant``'s ledger, in the open transaction of its scope."""
    # Two purges at once would chain to the same entry.
    _keep_others_out(tenant)
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


def seal_days() -> int:
    """Seal every day that is over and not sealed yet, of every tenant; return how many.

    Days are those of UTC, the first one that of a tenant's first entry, and none is left out:
    days without a purge are sealed too. Safe to run twice at once and after any pause. Where the
    entries do not follow from each other nothing is sealed any more, and an alarm is written.
    Rule: D5, D7, T9.
    """
    return sum(_seal_days_of(tenant) for tenant in Tenant.objects.all())


def _seal_days_of(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        # A purge that has begun before midnight still enters its day: wait until it has.
        _keep_others_out(tenant)
        today, sealed = clock.now().date(), 0
        last = latest_day()
        day = last.on + ONE_DAY if last else _first_day(today)
        if day < today and (broken := first_break(tenant)) is not None:
            fields = {"tenant": tenant.slug, "count": broken}
            log.error("ledger_broken", extra={"fields": fields})
            return 0
        while day < today:
            last = _seal(tenant, day, last)
            day, sealed = day + ONE_DAY, sealed + 1
    return sealed


def _first_day(today: date) -> date:
    first = LedgerEntry.objects.order_by("number").values_list("on", flat=True).first()
    return min(first or today, today - ONE_DAY)


def _seal(tenant: Tenant, on: date, last: LedgerDay | None) -> LedgerDay:
    through = last.through if last else 0
    fresh = LedgerEntry.objects.filter(number__gt=through).order_by("number").iterator()
    # By number and not by date alone: where a clock has gone back, an entry of a day that is
    # sealed already is counted in the next one.
    entries = list(takewhile(lambda entry: entry.on <= on, fresh))
    rows = chain.filled_up(_sums(entries))
    previous = bytes(last.digest) if last else chain.beginning(tenant.slug)
    return LedgerDay.objects.create(
        tenant=tenant,
        on=on,
        through=entries[-1].number if entries else through,
        rows=[[row.kind, row.rule, row.due, row.done, row.salt.hex()] for row in rows],
        previous=previous,
        digest=chain.hash_of_day(previous, on, (row.commitment for row in rows)),
    )


def _sums(entries: Iterable[LedgerEntry]) -> list[Row]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in entries:
        due, done = sums.get((entry.kind, entry.rule), (0, 0))
        sums[entry.kind, entry.rule] = due + entry.due, done + entry.done
    return [chain.salted(kind, rule, *counts) for (kind, rule), counts in sums.items()]


def latest_day() -> LedgerDay | None:
    """Return the day of the active tenant that was sealed last."""
    return LedgerDay.objects.order_by("-on").first()


def rows_of(day: LedgerDay) -> list[Row]:
    """Return the sums of a day in the order in which they were sealed."""
    return [
        Row(kind, rule, due, done, bytes.fromhex(salt)) for kind, rule, due, done, salt in day.rows
    ]


def published(tenant: Tenant) -> Iterator[str]:
    """Give the text of ``tenant``'s public ledger, a day at a time. One query, in its scope."""
    head = {"format": chain.FORMAT, "tenant": tenant.slug}
    yield json.dumps(head)[:-1] + ', "days": ['
    for number, day in enumerate(LedgerDay.objects.order_by("on").iterator()):
        yield (",\n" if number else "\n") + json.dumps(_published_day(day))
    yield "\n]}\n"


def _published_day(day: LedgerDay) -> dict[str, object]:
    rows = rows_of(day)
    return {
        "on": day.on.isoformat(),
        "previous": bytes(day.previous).hex(),
        "commitments": [row.commitment.hex() for row in rows],
        "counts": [
            {
                "kind": row.kind,
                "rule": row.rule,
                "due": row.due,
                "done": row.done,
                "salt": row.salt.hex(),
            }
            for row in chain.told(rows)
        ],
        "hash": bytes(day.digest).hex(),
    }


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


def _keep_others_out(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenant.pk])
