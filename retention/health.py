"""How promises stand, in the words of those who ask: a page of health, and metrics.

Nothing here is about a person: tenants by their slug, kinds, and counts. A time is never finer than
the hour, and a small count is neither told nor timed to the hour (D7): whoever knows of one talk must
not learn when it ended. Metrics are for whoever runs the platform (a token), and step in five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from retention.kinds import Kind, registered
from retention.overdue import LATE, Overdue
from retention.watchdog import Beat, Standing
from tenants.models import Tenant
from tenants.scope import tenant_scope

FEWEST_TOLD = 5

_HELP = {
    "helpline_overdue_things": "Things that should have been gone five minutes ago or more",
    "helpline_overdue_seconds": "For how long the first of them has been late, in steps of 300",
    "helpline_oldest_days": "Age of the oldest thing that is kept, in whole days",
    "helpline_purge_age_seconds": "Since the purge last came to its end",
    "helpline_beat_silent": "1 when nobody has called the purge for three minutes",
}


def health_of(standings: Mapping[Tenant, Standing]) -> dict[str, Any]:
    """Return what a page of health says of these tenants, ready for JSON."""
    late = [(tenant, one) for tenant, found in standings.items() for one in found.overdue]
    beats = [found.beat for found in standings.values()]
    return {
        "ok": all(found.ok for found in standings.values()),
        "overdue": [_late(tenant, one) for tenant, one in late],
        "beat": _beat(beats[0]) if beats else None,
    }


def _late(tenant: Tenant, one: Overdue) -> dict[str, Any]:
    told = one.count >= FEWEST_TOLD
    return {
        "tenant": tenant.slug,
        "kind": one.kind,
        "since": f"{one.since:%Y-%m-%dT%HZ}" if told else f"{one.since:%Y-%m-%d}",
        "count": one.count if told else None,
    }


def _beat(beat: Beat) -> dict[str, Any]:
    last = f"{beat.done_at:%Y-%m-%dT%H:%MZ}" if beat.done_at else None
    return {"silent": beat.silent, "purged_at": last}


def metrics_of(standings: Mapping[Tenant, Standing], *, now: datetime) -> str:
    """Return the metrics of these tenants, as Prometheus reads them. Outside every scope."""
    samples: dict[str, list[str]] = {name: [] for name in _HELP}
    for tenant, found in standings.items():
        late = {one.kind: one for one in found.overdue}
        for kind in registered():
            labels = f'{{tenant="{tenant.slug}",kind="{kind.name}"}}'
            for name, value in _numbers(tenant, kind, late.get(kind.name), now=now):
                samples[name].append(f"{name}{labels} {value}")
    for beat in {found.beat for found in standings.values()}:
        samples["helpline_beat_silent"].append(f"helpline_beat_silent {int(beat.silent)}")
        if beat.done_at:
            age = (now - beat.done_at).total_seconds()
            samples["helpline_purge_age_seconds"].append(f"helpline_purge_age_seconds {age:.0f}")
    return "".join(_family(name, lines) for name, lines in samples.items() if lines)


def _numbers(
    tenant: Tenant, kind: Kind, late: Overdue | None, *, now: datetime
) -> Iterable[tuple[str, int]]:
    yield "helpline_overdue_things", late.count if late else 0
    step = LATE.total_seconds()
    seconds = (now - late.since).total_seconds() // step * step if late else 0
    yield "helpline_overdue_seconds", int(seconds)
    with tenant_scope(tenant):
        oldest = kind.oldest()
    if oldest:
        yield "helpline_oldest_days", (now - oldest).days


def _family(name: str, lines: list[str]) -> str:
    return "".join(
        f"{line}\n" for line in (f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge", *lines)
    )
