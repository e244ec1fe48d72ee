"""The registry of what is kept about persons, filled by the apps above in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from retention import clock
from tenants.models import Policy, Tenant
from tenants.scope import TenantModel


@dataclass(frozen=True, slots=True)
class Due:
    """One thing whose time is over: its id, what it is sealed under, whose rule ends it.

    ``since`` is when its time was over. ``Kind.due`` always tells it; what is forgotten in the
    moment that it ends needs none.
    """

    id: UUID
    segments: tuple[UUID, ...]
    rule: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holdable:
    """A thing that may be held now: what it is sealed under, and for which reasons."""

    segments: tuple[UUID, ...]
    reasons: frozenset[str]


@dataclass(frozen=True)
class Holding:
    """How things of one kind are held.

    ``find(id)`` locks a living thing and says how it may be held, or nothing where it is not
    there. ``mark(tenant, id, segments)`` and ``let_go(tenant, id)`` mark its rows, which the
    database allows only as the holds on it say. ``held(tenant)`` tells what is marked: things and
    their segments. These run as the application, in the scope; ``due(id)``, which tells what of a
    thing is due, as the purge role.
    """

    find: Callable[[UUID], Holdable | None]
    mark: Callable[[Tenant, UUID, Collection[UUID]], None]
    let_go: Callable[[Tenant, UUID], None]
    held: Callable[[Tenant], Mapping[UUID, frozenset[UUID]]]
    due: Callable[[UUID], Sequence[Due]]


def nothing_sealed(after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the living segments of a kind that has none."""
    return ()


def nothing_to_expire(segments: Collection[UUID]) -> None:
    """Expire nothing: for kinds without segments."""


def nothing_told(limit: int) -> int:
    """Count nothing: for kinds of which nothing is published."""
    return 0


def none_shorter(tenant: Tenant, policy: Policy) -> int:
    """Count nothing: for kinds whose life no policy decides."""
    return 0


def nothing_shorter(tenant: Tenant, policy: Policy) -> None:
    """Shorten nothing: for kinds whose life no policy decides."""


@dataclass(frozen=True)
class Kind:
    """One kind of personal data: which models it covers, and how it is found and forgotten.

    ``due(limit)`` and ``forget(items)`` run as the purge role in the tenant's scope: they see
    expired rows that nobody holds, and no content. ``forget`` returns how many items are gone.
    ``oldest()``, ``living(after, limit)`` (ids of sealed segments, rising) and ``expire(segments)``
    run as the application, in the scope, and so does ``held(limit)``, which counts what is kept
    now, as far as ``limit``. ``shorten(tenant, policy)`` gives what is older than a version no
    longer than that allows, in the transaction that publishes it; ``shorter(tenant, policy)`` counts
    what that would be about, and changes nothing. A kind that others name goes
    ``last``, in the same run as the last of those. ``holding`` is there where things can be held.
    """

    name: str
    covers: tuple[type[TenantModel], ...]
    due: Callable[[int], Sequence[Due]]
    forget: Callable[[Sequence[Due]], int]
    oldest: Callable[[], datetime | None]
    living: Callable[[UUID | None, int], Sequence[UUID]] = nothing_sealed
    expire: Callable[[Collection[UUID]], None] = nothing_to_expire
    shorten: Callable[[Tenant, Policy], None] = nothing_shorter
    shorter: Callable[[Tenant, Policy], int] = none_shorter
    held: Callable[[int], int] = nothing_told
    last: bool = False
    holding: Holding | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add ``kind``; a second registration under the same name replaces the first."""
    _kinds[kind.name] = kind


def registered() -> tuple[Kind, ...]:
    """Return every kind, in the order in which they are purged."""
    return tuple(sorted(_kinds.values(), key=lambda kind: kind.last))


def holdings() -> dict[str, tuple[Kind, Holding]]:
    """Return the kinds whose things can be held, by name."""
    return {kind.name: (kind, kind.holding) for kind in registered() if kind.holding}


def follow_policy(tenant: Tenant, policy: Policy) -> None:
    """Shorten what is alive of every kind as a version that is being published asks for."""
    for kind in registered():
        kind.shorten(tenant, policy)


def shortened_by(tenant: Tenant, draft: Policy) -> dict[str, int]:
    """Return how many living things of each kind ``draft`` would shorten if it began now.

    In the scope; reads all that is kept of the tenant. Raises NoPolicy where the draft says nothing
    of something that is kept.
    """
    begun = copy(draft)
    begun.begins_at = clock.now()
    return {kind.name: kind.shorter(tenant, begun) for kind in registered()}
