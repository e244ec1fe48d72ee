"""How long pools of what is tied to nobody live, and how they are forgotten (retention/shuffled.py).

An open pool lives from the day on which it began, so that nothing in it waits longer than was said;
a poured one from the Monday of its week. The version that holds has the word, and every later one
that is stricter.  Rule: S9
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from retention import clock, keys
from retention.kinds import Due, Kind
from retention.models import Pool
from tenants.models import Policy, PolicyRule, Tenant
from tenants.policies import current_policy, later_policies, rule_for, until
from tenants.scope import active_tenant

Life = tuple[datetime, str]


def keeps(policy: Policy, kind: str) -> bool:
    """Say whether ``policy`` tells how long what is written of ``kind`` lives. In the scope."""
    starts = (PolicyRule.Starts.GIVEN, PolicyRule.Starts.POOLED)
    said = PolicyRule.objects.filter(policy=policy, kind=kind, starts__in=starts)
    return said.count() == len(starts)


def life_of(tenant: Tenant, kind: str, starts: str, day: date) -> Life | None:
    """Return until when what is of ``day`` is kept, by the version that holds and every later one."""
    policy = current_policy(tenant)
    life = _said_by(tenant, policy, kind, starts, day)
    for later in later_policies(policy) if life else ():
        life = min(life, _after(tenant, later, kind, starts, day)) if life else None
    return life


def _said_by(tenant: Tenant, policy: Policy, kind: str, starts: str, day: date) -> Life | None:
    rule = rule_for(policy, kind, starts)
    if rule is None:
        return None
    begin = datetime.combine(day, time(), tenant.tzinfo)
    return until(tenant, rule, start=begin), rule.rule


def _after(tenant: Tenant, policy: Policy, kind: str, starts: str, day: date) -> Life:
    """Return what a version says of what is older than itself."""
    assert policy.begins_at is not None
    said = _said_by(tenant, policy, kind, starts, day)
    if said is None:
        return policy.begins_at, str(policy.rules.get(kind, "ours"))
    return max(said[0], policy.begins_at), said[1]


def kind_of(name: str) -> Kind:
    """Return the kind of personal data whose pools are called ``name``."""
    return Kind(
        name=name,
        covers=(Pool,),
        due=partial(_due, name),
        forget=_forget,
        oldest=partial(_oldest, name),
        living=partial(_living, name),
        expire=_expire,
        shorten=partial(_shorten_all, name),
        shorter=partial(_count_shorter, name),
        held=partial(_held, name),
    )


def _due(kind: str, limit: int) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, segment, expiry_rule, expires_at FROM retention_pool WHERE kind = %s"
            " ORDER BY expires_at LIMIT %s",
            [kind, limit],
        )
        return [Due(pool, (key,), rule, since) for pool, key, rule, since in cursor.fetchall()]


def _forget(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM retention_pool WHERE id = ANY (%s) RETURNING size",
            [[item.id for item in items]],
        )
        return sum(size for (size,) in cursor.fetchall())


def _oldest(kind: str) -> datetime | None:
    full = Pool.objects.filter(kind=kind, size__gt=0)
    day = full.order_by("on").values_list("on", flat=True).first()
    tenant = active_tenant()
    return datetime.combine(day, time(), tenant.tzinfo) if day and tenant else None


def _held(kind: str, limit: int) -> int:
    sizes = Pool.objects.filter(kind=kind, size__gt=0).values_list("size", flat=True)
    return min(sum(sizes[:limit]), limit)


def _living(kind: str, after: UUID | None, limit: int) -> Sequence[UUID]:
    rows = Pool.objects.filter(kind=kind).order_by("segment")
    rows = rows.filter(segment__gt=after) if after else rows
    return list(rows.values_list("segment", flat=True)[:limit])


def _expire(segments: Collection[UUID]) -> None:
    tenant = active_tenant()
    if segments and tenant:
        now = clock.now()
        _shorten(tenant, dict.fromkeys(segments, (now, None)))


def _shorten_all(kind: str, tenant: Tenant, policy: Policy) -> None:
    """Keep what there is no longer than ``policy`` allows, in the transaction that publishes it."""
    if not Policy.objects.filter(version__lt=policy.version).exists():
        return
    lives = {pool.segment: life for pool, life in _lives_under(kind, tenant, policy)}
    _shorten(tenant, lives)
    ends = {segment: moment for segment, (moment, _) in lives.items()}
    transaction.on_commit(lambda: keys.shorten_each(tenant, ends))


def _count_shorter(kind: str, tenant: Tenant, policy: Policy) -> int:
    """Return how many of what was written ``policy`` would let go of earlier. In the scope."""
    lives = _lives_under(kind, tenant, policy)
    return sum(pool.size for pool, (moment, _) in lives if moment < pool.expires_at)


def _lives_under(kind: str, tenant: Tenant, policy: Policy) -> list[tuple[Pool, Life]]:
    starts = {True: PolicyRule.Starts.POOLED, False: PolicyRule.Starts.GIVEN}
    return [
        (pool, _after(tenant, policy, kind, starts[pool.poured], pool.on))
        for pool in Pool.objects.filter(kind=kind, size__gt=0).defer("body")
    ]


def _shorten(tenant: Tenant, lives: Mapping[UUID, tuple[datetime, str | None]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pool_shorten(%s, %s::uuid[], %s::timestamptz[], %s::text[])",
            [
                tenant.pk,
                list(lives),
                [moment for moment, _ in lives.values()],
                [rule for _, rule in lives.values()],
            ],
        )
