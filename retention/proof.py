"""What the public may know about what is held, and lines that other modules add to the proof.

Nothing here tells of fewer than five things: with so few, the age of the oldest would say when
somebody talked, and that there is one at all, that somebody does.  Rule: D7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from retention import chain
from retention.kinds import Kind, registered
from retention.ledger import rows_of
from retention.models import LedgerDay
from tenants.models import Tenant

FEW = chain.FEW
# How far back the last day is looked for on which a count may be told.
_YEAR = 366


@dataclass(frozen=True)
class Held:
    """One kind of what is held: the oldest is younger than so many days; None where few are held."""

    kind: str
    younger_than_days: int | None


@dataclass(frozen=True)
class Figure:
    """One more line of the proof, in words of the page's language."""

    label: str
    text: str


# Filled by whoever has something to prove, in ``AppConfig.ready``: called in the tenant's scope
# with the tenant and the language (nb, sv, en); nothing where a tenant has no such figure. A figure
# below five says so and not which.
figures: list[Callable[[Tenant, str], Figure | None]] = []


def held(*, now: datetime) -> list[Held]:
    """Return what the active tenant holds of each kind, no finer than the day."""
    return [Held(kind.name, _younger_than(kind, now)) for kind in registered()]


def _younger_than(kind: Kind, now: datetime) -> int | None:
    oldest = kind.oldest() if kind.held(FEW) >= FEW else None
    return max((now - oldest).days, 0) + 1 if oldest else None


def last_day_told() -> date | None:
    """Return the last sealed day on which the active tenant's ledger tells a count."""
    recent = LedgerDay.objects.order_by("-on")[:_YEAR].iterator()
    return next((day.on for day in recent if chain.told(rows_of(day))), None)


def figures_of(tenant: Tenant, language: str) -> list[Figure]:
    told = (figure(tenant, language) for figure in figures)
    return [figure for figure in told if figure is not None]
