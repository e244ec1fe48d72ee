"""The watchdog: is anything kept longer than promised, and does the purge still come by?

It asks the database and nothing else, so that it works with beat and worker dead: at each request
for a page of health, and once a minute in every web process. A thing is late when it should have
been gone five minutes ago; beat is silent when nobody has called the purge for three.

What stands long past its time cannot be read all the same (ADR 0006). The alarm is about that it
is still there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from retention import clock, purge
from retention.overdue import LATE, Overdue, overdue
from tenants import jobs
from tenants.models import Tenant

log = logging.getLogger("helpline.watchdog")

SILENT = timedelta(minutes=3)
# An alarm that stands is repeated this often, so that a log of today tells of it too.
AGAIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Beat:
    """Whether the purge is called as it should be, and when it was last, and was last done."""

    silent: bool
    called_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """How one tenant's promises stand: what is late, by kind, and whether the purge comes by."""

    overdue: tuple[Overdue, ...]
    beat: Beat

    @property
    def ok(self) -> bool:
        return not self.overdue and not self.beat.silent


def beat(*, now: datetime) -> Beat:
    """Tell whether somebody has called the purge within the last three minutes."""
    run = jobs.last_run(purge.JOB)
    if run is None:
        return Beat(True, None, None)
    return Beat(run.called_at < now - SILENT, run.called_at, run.done_at)


def standing(tenant: Tenant, *, now: datetime) -> Standing:
    """Tell how ``tenant``'s promises stand; in its scope or outside every one."""
    return _standing(tenant, beat(now=now), now=now)


def every_standing(*, now: datetime) -> dict[Tenant, Standing]:
    """Tell how the promises of all tenants stand. Outside every scope."""
    found = beat(now=now)
    tenants = Tenant.objects.order_by("slug")
    return {tenant: _standing(tenant, found, now=now) for tenant in tenants}


def _standing(tenant: Tenant, found: Beat, *, now: datetime) -> Standing:
    return Standing(tuple(overdue(tenant, now=now, late=LATE)), found)


class Watchdog:
    """One for each process: barks when something changes, and again while it stays."""

    def __init__(self) -> None:
        self._known: frozenset[tuple[str, str]] = frozenset()
        self._said_at: datetime | None = None

    def look(self) -> None:
        """Look at every promise, and write an alarm into the log if there is reason for one."""
        now = clock.now()
        standings = every_standing(now=now)
        troubles = frozenset(_troubles(standings.items()))
        is_new = troubles != self._known or self._said_at is None or now - self._said_at > AGAIN
        if troubles and is_new:
            self._said_at = now
            _bark(standings)
        elif self._known and not troubles:
            log.warning("promises_kept_again")
        self._known = troubles


def _bark(standings: dict[Tenant, Standing]) -> None:
    for tenant, found in standings.items():
        for late in found.overdue:
            fields = {"tenant": tenant.slug, "kind": late.kind, "count": late.count}
            log.error("promises_overdue", extra={"fields": fields})
    if any(found.beat.silent for found in standings.values()):
        log.error("promises_overdue", extra={"fields": {"task": purge.JOB}})


def _troubles(standings: Iterable[tuple[Tenant, Standing]]) -> Iterable[tuple[str, str]]:
    """Give what is wrong as (tenant, kind), without what changes by itself."""
    for tenant, found in standings:
        yield from ((tenant.slug, late.kind) for late in found.overdue)
        if found.beat.silent:
            yield "", purge.JOB


_watchdog = Watchdog()


def look() -> None:
    """Look as the watchdog of this process. Safe to call from several threads."""
    _watchdog.look()
