"""The audit trail: who did what, on which basis; never content, no time finer than the hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenants import clock
from tenants.models import AuditEntry, Membership, PolicyRule, Tenant
from tenants.policies import newest_policy, rule_for, until

PAGE = 50
# What was set, by its name: what it was and what it became, in words.
Changes = Mapping[str, tuple[str, str]]
# A version from before policies spoke of the trail.
_UNTOLD = PolicyRule(amount=24, unit=PolicyRule.Unit.MONTHS, rule="ours")


def record(
    tenant: Tenant,
    *,
    actor: Membership | None,
    action: str,
    subject: UUID | None,
    basis: str,
    changes: Changes | None = None,
) -> AuditEntry:
    """Append to ``tenant``'s trail, in the open transaction. ``basis`` is the actor's own words.

    ``changes`` holds settings alone: nothing that a visitor wrote and no member's name.

    ``actor`` is None where the platform acts by itself.
    """
    at_hour = whole_hour(clock.now())
    rule = trail_rule(tenant)
    return AuditEntry.objects.create(
        tenant=tenant,
        at_hour=at_hour,
        actor=actor.pk if actor else None,
        action=action,
        subject=subject,
        basis=basis,
        changes=dict(changes or {}),
        expires_at=until(tenant, rule, start=at_hour),
        expiry_rule=rule.rule,
    )


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> Changes:
    """Return what is not the same in two lists of settings, old → new; empty where it is not set."""
    names = [*new, *(name for name in old if name not in new)]
    return {
        name: (old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name) != new.get(name)
    }


def trail_rule(tenant: Tenant) -> PolicyRule:
    """Return how long who did what is remembered from now on. In the scope."""
    policy = newest_policy(tenant)
    kind, starts = PolicyRule.Kind.AUDIT, PolicyRule.Starts.WRITTEN
    return (policy and rule_for(policy, kind, starts)) or _UNTOLD


def whole_hour(moment: datetime) -> datetime:
    """Return when the hour of ``moment`` began: the finest time that is written about an act.

    A finer one beside the id of a talk would tell when it was held.  Rule: D7
    """
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries of the trail, the newest first, each with the name of who acted."""

    entries: list[tuple[AuditEntry, str]]
    more: bool


def read_trail(tenant: Tenant, *, action: str = "", page: int = 1) -> TrailPage:
    """Return one page of the trail, of one action or of all. In the scope; two queries.

    A name is empty where the platform acted, and where who acted is no member any more.
    """
    rows = AuditEntry.objects.order_by("-at_hour", "-pk")
    rows = rows.filter(action=action) if action else rows
    start = (page - 1) * PAGE
    entries = list(rows[start : start + PAGE + 1])
    members = Membership.objects.select_related("user").filter(
        pk__in={entry.actor for entry in entries if entry.actor}
    )
    names = {member.pk: member.user.name for member in members}
    named = [(entry, names.get(entry.actor, "") if entry.actor else "") for entry in entries]
    return TrailPage(named[:PAGE], more=len(entries) > PAGE)


def actions_in(tenant: Tenant) -> list[str]:
    """Return which actions the trail has entries of. In the scope."""
    return sorted(set(AuditEntry.objects.order_by().values_list("action", flat=True).distinct()))
