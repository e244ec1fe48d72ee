"""How long an address of a day may be kept: by the version that holds, and every later one.

A later version shortens the life of an address and never lengthens it; one that keeps no addresses
ends them at its beginning.  Rule: D7
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from retention import clock
from retention.models import AddressRecord
from retention.vault import store
from tenants.models import Policy, PolicyRule, Tenant
from tenants.policies import NoPolicy, later_policies, rule_for, until

DAY = timedelta(days=1)
# No charter may keep an address longer (tenants/charter/policy.py).
LONGEST_DAYS = 90
Life = tuple[datetime, str]


def begin_of(day: date) -> datetime:
    """Return the moment at which a day of the vault begins; its days are those of UTC."""
    return datetime.combine(day, time(), UTC)


def life_of(tenant: Tenant, policy: Policy, day: date) -> Life | None:
    """Return until when an address of ``day`` is kept that came under ``policy``, by which rule.

    None where that version keeps none. In the scope.
    """
    if policy.address != Policy.Address.VAULT:
        return None
    life = _said_by(tenant, policy, day)
    for later in later_policies(policy):
        life = min(life, _after(tenant, later, day))
    return life


def life_of_day(tenant: Tenant, day: date, *, now: datetime) -> Life | None:
    """Return until when the key of ``day`` may live: as the strictest version of that day says.

    None where no version that holds on that day keeps addresses. In the scope.
    """
    held = Policy.objects.filter(published_at__isnull=False).order_by("version")
    begun = held.filter(begins_at__lte=max(now, begin_of(day))).last()
    if begun is None:
        return None
    to_begin = held.filter(version__gt=begun.version, begins_at__lt=begin_of(day) + DAY)
    lives = [life_of(tenant, policy, day) for policy in (begun, *to_begin)]
    return min((life for life in lives if life is not None), default=None)


def shorten_addresses(tenant: Tenant, policy: Policy) -> None:
    """Give the addresses that are kept no longer than ``policy`` allows.

    In the transaction that publishes it; the keys of their days follow after the commit.
    """
    if not Policy.objects.filter(version__lt=policy.version).exists():
        return
    lives = _lives_under(tenant, policy)
    days = list(lives)
    moments, rules = [life[0] for life in lives.values()], [life[1] for life in lives.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vault_shorten(%s, %s::date[], %s::timestamptz[], %s)",
            [tenant.pk, days, moments, rules],
        )
    ends = dict(zip(days, moments, strict=True))
    transaction.on_commit(lambda: store.shorten_days(tenant.pk, ends))


def count_shorter(tenant: Tenant, policy: Policy) -> int:
    """Return how many addresses ``policy`` would let go of earlier. In the scope."""
    if not AddressRecord.objects.exists():
        return 0
    lives = _lives_under(tenant, policy)
    kept = AddressRecord.objects.filter(day__in=lives).values_list("day", "expires_at")
    return sum(lives[day][0] < expires_at for day, expires_at in kept)


def _lives_under(tenant: Tenant, policy: Policy) -> dict[date, Life]:
    """Return what a version says of each day of which there can be an address."""
    tomorrow = begin_of(clock.now().date()) + DAY
    days = [(tomorrow - n * DAY).date() for n in range(LONGEST_DAYS + 2)]
    return {day: _after(tenant, policy, day) for day in days}


def _said_by(tenant: Tenant, policy: Policy, day: date) -> Life:
    rule = rule_for(policy, PolicyRule.Kind.ADDRESS, PolicyRule.Starts.BEGAN)
    if rule is None:
        raise NoPolicy(f"policy {policy.version} does not say how long an address is kept")
    return until(tenant, rule, start=begin_of(day)), rule.rule


def _after(tenant: Tenant, policy: Policy, day: date) -> Life:
    """Return what a version says of addresses that are older than itself."""
    assert policy.begins_at is not None
    if policy.address != Policy.Address.VAULT:
        return policy.begins_at, str(policy.rules.get("address", "ours"))
    moment, rule = _said_by(tenant, policy, day)
    return max(moment, policy.begins_at), rule
