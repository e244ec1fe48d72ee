"""Which policy holds, which come after it, and what each of its rules says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection

from tenants.charter.shape import Keep
from tenants.charter.shape import Policy as Terms
from tenants.clock import NOW
from tenants.durations import deadline
from tenants.errors import Unavailable
from tenants.models import HoursException, Policy, PolicyRule, Tenant

# The first half of an advisory lock's key; the second is the tenant.
_LOCK = 0x9011C7
# What is written so that it is tied to nobody is read only together with that of so many others.
TOGETHER = 5


class NoPolicy(Unavailable):
    """A tenant without a promise about what it keeps: nothing may be written there."""


def current_policy(tenant: Tenant) -> Policy:
    """Return the newest published version of ``tenant``'s policy that has begun.

    Called inside its scope. Raises NoPolicy rather than guess.  Rule: D5, U7, T9.
    """
    begun = Policy.objects.filter(tenant=tenant, begins_at__lte=NOW)
    policy = begun.order_by("-version").first()
    if policy is None:
        raise NoPolicy(f"{tenant.slug} has no policy: run manage.py load_charters")
    return policy


def newest_policy(tenant: Tenant) -> Policy | None:
    """Return the version published last, begun or not."""
    published = Policy.objects.filter(tenant=tenant, published_at__isnull=False)
    return published.order_by("-version").first()


def later_policies(policy: Policy) -> list[Policy]:
    """Return the versions published after ``policy``, also those that have not begun, in order."""
    later = Policy.objects.filter(version__gt=policy.version, published_at__isnull=False)
    return list(later.order_by("version"))


def let_policies_stand(tenant: Tenant) -> None:
    """See to it that no version is published before the open transaction ends.

    For whoever gives something its life: it would be shortened by a version that it has not seen.
    Take it before any row lock.
    """
    _lock("pg_advisory_xact_lock_shared", tenant)


def let_nothing_begin(tenant: Tenant) -> None:
    """Wait for those who give something its life, and keep others out, until the commit."""
    _lock("pg_advisory_xact_lock", tenant)


def _lock(function: str, tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, tenant.pk])


def versions_in_force(policy: Policy, *, now: datetime) -> list[Policy]:
    """Return ``policy`` and the versions after it that have begun: what is older than they are keeps
    to all of them.
    """
    later = later_policies(policy)
    return [policy, *(one for one in later if one.begins_at and one.begins_at <= now)]


def policy_rules(policy: Policy) -> list[PolicyRule]:
    """Return the lives that ``policy`` gives to what it keeps, in a stable order."""
    return list(PolicyRule.objects.filter(policy=policy).order_by("kind", "starts"))


def rule_for(policy: Policy, kind: str, starts: str) -> PolicyRule | None:
    """Return how long ``kind`` lives from ``starts`` under ``policy``, if it says so."""
    return PolicyRule.objects.filter(policy=policy, kind=kind, starts=starts).first()


def conversation_rule(policy: Policy) -> PolicyRule:
    """Return how long a talk lives from its end. Raises NoPolicy rather than guess."""
    rule = rule_for(policy, PolicyRule.Kind.CONVERSATION, PolicyRule.Starts.ENDED)
    if rule is None:
        raise NoPolicy(f"policy {policy.version} does not say how long a talk is kept")
    return rule


def flagged_rule(policy: Policy) -> PolicyRule | None:
    """Return how long a talk lives once personal data is found in it, if told.  Rule: U7."""
    return rule_for(policy, PolicyRule.Kind.CONVERSATION, PolicyRule.Starts.FLAGGED)


def until(tenant: Tenant, rule: PolicyRule, *, start: datetime) -> datetime:
    """Return the moment (UTC) up to which ``rule`` keeps what is counted from ``start``.

    Working days are those of the tenant's country without its own closing days. In the scope.
    Rule: T9, U7, D5, D7.
    """
    return until_each(tenant, rule, [start])[start]


def until_each(
    tenant: Tenant, rule: PolicyRule, starts: Collection[datetime]
) -> dict[datetime, datetime]:
    """Return the same for each of ``starts``. In the scope; one query at most."""
    closed_on = (
        _closing_days(min(starts).astimezone(tenant.tzinfo).date())
        if starts and rule.unit == PolicyRule.Unit.WORKING_DAYS
        else ()
    )
    return {
        start: deadline(
            start,
            amount=rule.amount,
            unit=rule.unit,
            zone=tenant.zone,
            country=tenant.country,
            closed_on=closed_on,
        )
        for start in starts
    }


def _closing_days(first: date) -> frozenset[date]:
    """Return the dates from ``first`` on that the tenant itself has closed."""
    dated = HoursException.objects.filter(on__gte=first)
    opened = set(dated.filter(opens__isnull=False).values_list("on", flat=True))
    return frozenset(dated.filter(opens__isnull=True).values_list("on", flat=True)) - opened


def terms_of(policy: Policy) -> Terms:
    """Return what ``policy`` says as plain data, in the shape that a charter has it in."""
    return Terms(
        address=policy.address,
        may_erase=policy.may_erase,
        parks=policy.parks,
        colleague_may_read=policy.colleague_may_read,
        access=policy.access,
        journal=policy.journal,
        triage=policy.triage,
        evaluation=policy.evaluation,
        rules=dict(policy.rules),
        texts=dict(policy.texts),
        keep=tuple(
            Keep(
                kind=rule.kind,
                starts=rule.starts,
                amount=rule.amount,
                unit=rule.unit,
                suspended_by=tuple(rule.suspended_by),
                suspended_rule=rule.suspended_rule,
                rule=rule.rule,
            )
            for rule in policy_rules(policy)
        ),
    )
