"""Which policy holds, and which of its rules says how long a talk lives."""

from __future__ import annotations

from tenants.errors import Unavailable
from tenants.models import Policy, PolicyRule, Tenant


class NoPolicy(Unavailable):
    """A tenant without a promise about what it keeps: nothing may be written there."""


def current_policy(tenant: Tenant) -> Policy:
    """Return the newest version of ``tenant``'s policy.

    Called inside its scope. Raises NoPolicy rather than guess.  Rule: D5, U7, T9.
    """
    policy = Policy.objects.filter(tenant=tenant).order_by("-version").first()
    if policy is None:
        raise NoPolicy(f"{tenant.slug} has no policy: run manage.py load_charters")
    return policy


def policy_rules(policy: Policy) -> list[PolicyRule]:
    """Return the lives that ``policy`` gives to what it keeps, in a stable order."""
    return list(PolicyRule.objects.filter(policy=policy).order_by("kind", "starts"))


def conversation_rule(policy: Policy) -> PolicyRule:
    """Return how long a talk lives from its end. Raises NoPolicy rather than guess."""
    rule = _rule(policy, PolicyRule.Starts.ENDED)
    if rule is None:
        raise NoPolicy(f"policy {policy.version} does not say how long a talk is kept")
    return rule


def flagged_rule(policy: Policy) -> PolicyRule | None:
    """Return how long a talk lives once personal data is found in it, if told.  Rule: U7."""
    return _rule(policy, PolicyRule.Starts.FLAGGED)


def _rule(policy: Policy, starts: str) -> PolicyRule | None:
    return PolicyRule.objects.filter(
        policy=policy, kind=PolicyRule.Kind.CONVERSATION, starts=starts
    ).first()
