"""The end of a hold: by those who look after it, by the second person, by time or by loss.

Whoever gives the answer gives it after what is due has been destroyed. The order, and what a crash
leaves at each step, is told in retention/holds.py.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from retention import clock, keys, purge
from retention.holds import (
    demand_of,
    in_turn,
    keeper,
    looks_after,
    standing,
    standing_hold,
    standing_holds,
)
from retention.kinds import Holding, Kind, holdings
from retention.models import Hold
from retention.models.hold import CONFIRMED_WITHIN
from tenants.audit import record, trail_rule, whole_hour
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership, Tenant
from tenants.policies import until
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

log = logging.getLogger("helpline.retention")

Outcome = Hold.Outcome
# How those who look after a hold may end it. The rest happens by itself, or by the second person.
ENDS = frozenset({Outcome.HANDED_OVER, Outcome.OVER})


def release_hold(tenant: Tenant, membership: Membership, hold_id: UUID, *, outcome: str) -> Hold:
    """End a hold. Opens its own scopes.

    When this returns, what was due and nobody else holds is destroyed. Raises NotFound, NotAllowed
    for who does not look after it, Invalid for another outcome than handed over or over.  Rule: U8.
    """
    if outcome not in ENDS:
        raise Invalid(f"`outcome` is one of {', '.join(sorted(ENDS))}")
    with tenant_scope(tenant):
        in_turn(tenant)
        actor = keeper(tenant, membership)
        hold = standing_hold(hold_id)
        if not looks_after(actor, hold):
            raise NotAllowed("its owner and the officers end a hold")
        _begin(tenant, hold, outcome, actor=actor)
    finish_release(tenant, hold)
    return hold


def refuse_hold(tenant: Tenant, membership: Membership, hold_id: UUID) -> Hold:
    """Say no as the second person: the hold is over. Opens its own scopes.

    Raises NotFound, and NotAllowed for its owner and once it has been confirmed.  Rule: U8.
    """
    with tenant_scope(tenant):
        in_turn(tenant)
        actor = keeper(tenant, membership)
        hold = standing_hold(hold_id)
        if hold.owner_id == actor.pk or hold.confirmed_at is not None:
            raise NotAllowed("a hold is refused by somebody else than its owner, before it stands")
        _begin(tenant, hold, Outcome.REFUSED, actor=actor)
    finish_release(tenant, hold)
    return hold


def _begin(tenant: Tenant, hold: Hold, outcome: str, *, actor: Membership | None) -> None:
    """Say how the hold ends. From this commit on nothing is read through it, and it will end."""
    hold.outcome = outcome
    hold.save(update_fields=["outcome"])
    record(
        tenant,
        actor=actor,
        action=f"hold.{outcome}",
        subject=hold.thing,
        basis=demand_of(hold).basis,
    )


def finish_release(tenant: Tenant, hold: Hold) -> None:
    """Let go of what no other hold keeps, and destroy what is due. Opens its own scopes."""
    kind, holding = holdings()[hold.kind]
    with tenant_scope(tenant):
        in_turn(tenant)
        is_last = not standing(hold.kind, hold.thing).exists()
        if is_last:
            _let_go_keys(tenant, holding, hold.thing)
        _note_over(tenant, hold)
        if is_last:
            holding.let_go(tenant, hold.thing)
    if is_last:
        _forget_due(tenant, kind, holding, hold.thing)


def _let_go_keys(tenant: Tenant, holding: Holding, thing: UUID) -> None:
    keys.release_keys(tenant, holding.held(tenant).get(thing, ()))


def _note_over(tenant: Tenant, hold: Hold) -> None:
    rule = trail_rule(tenant)
    hold.released_at = whole_hour(clock.now())
    hold.expires_at = until(tenant, rule, start=hold.released_at)
    hold.expiry_rule = rule.rule
    hold.save(update_fields=["released_at", "expires_at", "expiry_rule"])


def _forget_due(tenant: Tenant, kind: Kind, holding: Holding, thing: UUID) -> None:
    with tenant_scope(tenant), database_role(PURGE):
        due = holding.due(thing)
    if due:
        purge.forget(kind, tenant, due)


def reconcile_holds() -> int:
    """End what has lapsed, finish what was cut short, for every tenant; return how many holds.

    Runs before the purge. Does nothing while the wall clock cannot be trusted: a forward jump must
    not end a hold that still waits for its second person.
    """
    if not clock.steadiness.ok():
        return 0
    ended = sum(_reconcile(tenant) for tenant in Tenant.objects.all())
    if ended:
        log.info("holds_ended", extra={"fields": {"count": ended}})
    return ended


def _reconcile(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        in_turn(tenant)
        _end_lapsed(tenant)
        stray = {name: _agree(tenant, name, holding) for name, (_, holding) in holdings().items()}
        _let_go_stray_keys(tenant)
        ending = list(Hold.objects.filter(released_at__isnull=True).exclude(outcome=""))
    for name, things in stray.items():
        for thing in things:
            _forget_due(tenant, *holdings()[name], thing)
    for hold in ending:
        finish_release(tenant, hold)
    return len(ending)


def _end_lapsed(tenant: Tenant) -> None:
    latest = clock.now() - CONFIRMED_WITHIN
    for hold in standing_holds().filter(confirmed_at__isnull=True, placed_at__lte=latest):
        _begin(tenant, hold, Outcome.LAPSED, actor=None)


def _agree(tenant: Tenant, name: str, holding: Holding) -> list[UUID]:
    """Bring keys and marks of one kind in line with its holds; return things that were let go."""
    held = holding.held(tenant)
    holds = list(Hold.objects.filter(kind=name, released_at__isnull=True))
    _hold_again(tenant, held)
    there = keys.held_keys(tenant)
    for hold in holds:
        if not hold.outcome and there.isdisjoint(held.get(hold.thing, ())):
            _begin(tenant, hold, Outcome.GONE, actor=None)
    stray = sorted(held.keys() - {hold.thing for hold in holds})
    for thing in stray:
        keys.release_keys(tenant, held[thing])
        holding.let_go(tenant, thing)
    return stray


def _hold_again(tenant: Tenant, held: Mapping[UUID, frozenset[UUID]]) -> None:
    """Hold the living keys of what is marked: an erasure that was cut short leaves one free."""
    free = set().union(*held.values()) - keys.held_keys(tenant)
    if free:
        keys.hold_keys(tenant, free)


def _let_go_stray_keys(tenant: Tenant) -> None:
    """Let go of keys that were held for a hold that there is not."""
    marked: set[UUID] = set()
    for _, holding in holdings().values():
        marked.update(*holding.held(tenant).values())
    stray = keys.held_keys(tenant) - marked
    if stray:
        keys.release_keys(tenant, stray)
