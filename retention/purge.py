"""Forgetting, in the one order that survives a crash at any point.

1. The row is expired (its owner has committed that): nobody can read it any more.
2. Its keys are destroyed where nobody holds them, and that is committed.
3. Its rows are deleted by the purge role, and the ledger gains an entry, in one transaction.

A crash after 1 or 2 leaves something that is unreadable already and that the next run finds
again. A row of main whose key is gone (a restored backup, an old crash) is due at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from retention import clock, keys, ledger
from retention.kinds import Due, Kind, registered
from retention.vault import store
from tenants.jobs import Stopped
from tenants.models import Tenant
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

log = logging.getLogger("helpline.retention")

BATCH = 50
# What a batch leaves of the time to those who talk, for each second that it takes of it.
REST = 2.0
# The job by which one knows that what should run by itself does (retention/watchdog.py).
JOB = "retention.purge"


@dataclass(frozen=True)
class Purged:
    """What a run did: keys destroyed by their own time, and things forgotten."""

    keys: int
    things: int


def purge(*, batch: int = BATCH) -> Purged:
    """Forget whatever is due, for every tenant; safe to kill and to run twice at once.

    A batch of each kind at each tenant in turn, with a rest after each while there is more.
    Raises Stopped, and an alarm, while the wall clock cannot be trusted.
    """
    if not clock.steadiness.ok():
        raise Stopped
    destroyed = things = 0
    places = [(kind, tenant) for tenant in Tenant.objects.all() for kind in registered()]
    while places:
        # Before each turn: keys go on falling due while there is much to forget.
        while gone := keys.destroy_due_keys():
            destroyed += gone
        destroyed += store.destroy_due()
        more = []
        for kind, tenant in places:
            begun = time.monotonic()
            done = purge_batch(kind, tenant, batch=batch)
            things += done
            # Fewer done than due: what is left is held in `keys`, and the next run will ask again.
            if done >= batch:
                more.append((kind, tenant))
                time.sleep(REST * (time.monotonic() - begun))
        places = more
    keys.compact()
    store.compact()
    log.info("purged", extra={"fields": {"count": things}})
    return Purged(destroyed, things)


def purge_batch(kind: Kind, tenant: Tenant, *, batch: int = BATCH) -> int:
    """Forget what is due of one kind at one tenant, ``batch`` at most; return how much is gone."""
    with tenant_scope(tenant), database_role(PURGE):
        due = kind.due(batch)
    return forget(kind, tenant, due) if due else 0


def forget(kind: Kind, tenant: Tenant, due: Sequence[Due]) -> int:
    """Destroy the keys of ``due``, then the rows; enter it in the ledger. Return how many.

    The rows must be expired and that be committed. What is held in ``keys`` keeps its rows.
    """
    segments = [segment for item in due for segment in item.segments]
    keys.destroy_keys(tenant, segments)
    gone = keys.missing_keys(tenant, segments)
    done = 0
    with tenant_scope(tenant):
        for rule, group in groupby(sorted(due, key=lambda item: item.rule), lambda item: item.rule):
            items = list(group)
            free = [item for item in items if gone.issuperset(item.segments)]
            with database_role(PURGE):
                count = kind.forget(free)
            # What another run has forgotten meanwhile is in the ledger already.
            if was_due := count + len(items) - len(free):
                ledger.enter(tenant, kind=kind.name, rule=rule, due=was_due, done=count)
            done += count
    return done


def expire_keyless(*, batch: int = 5_000) -> int:
    """Expire every living row whose key is gone, for every tenant; return how many segments."""
    return sum(expire_keyless_of(tenant, batch=batch) for tenant in Tenant.objects.all())


def expire_keyless_of(tenant: Tenant, *, batch: int = 5_000) -> int:
    """The same for one tenant."""
    return sum(_expire_keyless_of(kind, tenant, batch) for kind in registered())


def _expire_keyless_of(kind: Kind, tenant: Tenant, batch: int) -> int:
    after, count = None, 0
    while True:
        with tenant_scope(tenant):
            segments = kind.living(after, batch)
            missing = keys.missing_keys(tenant, segments) if segments else set()
            kind.expire(missing)
        count += len(missing)
        if len(segments) < batch:
            return count
        after = segments[-1]
