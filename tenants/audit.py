"""The audit trail: who did what, on which basis; never content, no time finer than the hour."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tenants import clock
from tenants.models import AuditEntry, Membership, PolicyRule, Tenant
from tenants.policies import newest_policy, rule_for, until

# A version from before policies spoke of the trail.
_UNTOLD = PolicyRule(amount=24, unit=PolicyRule.Unit.MONTHS, rule="ours")


def record(
    tenant: Tenant,
    *,
    actor: Membership | None,
    action: str,
    subject: UUID | None,
    basis: str,
) -> AuditEntry:
    """Append to ``tenant``'s trail, in the open transaction. ``basis`` is the actor's own words.

    ``actor`` is None where the platform acts by itself.
    """
    at_hour = _hour(clock.now())
    rule = _life(tenant)
    return AuditEntry.objects.create(
        tenant=tenant,
        at_hour=at_hour,
        actor=actor.pk if actor else None,
        action=action,
        subject=subject,
        basis=basis,
        expires_at=until(tenant, rule, start=at_hour),
        expiry_rule=rule.rule,
    )


def _life(tenant: Tenant) -> PolicyRule:
    policy = newest_policy(tenant)
    kind, starts = PolicyRule.Kind.AUDIT, PolicyRule.Starts.WRITTEN
    return (policy and rule_for(policy, kind, starts)) or _UNTOLD


def _hour(moment: datetime) -> datetime:
    # A finer time beside the id of a talk would tell when it was held (D7).
    return moment.replace(minute=0, second=0, microsecond=0)
