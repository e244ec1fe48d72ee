"""Writing that is tied to nobody: neither by id nor by time, nor by the order that it came in.

What is put in goes into one **open pool** of the tenant: a single sealed row that is packed anew
each time. What is in it stands in the order of its own bytes, each line as long as every other; the
key is a new one each time, and the one before is destroyed. So there is no row, no id, no ``xmin``
and no place on a page of a single answer, and two states of the row from the WAL do not show what
came between them.

Once the day is over and at least ``TOGETHER`` are in it, the pool is **poured**: ``mix`` makes of all
lines what may be read, under a key with the longer life, dated with the Monday of that week. A pool
that does not fill waits for the days after, and is dropped unread when the charter says so.

Who sees the tenant's answers before and after knows of each pour only what of it is new: that of
at least ``TOGETHER`` people of whole days.  Rule: S9
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Q

from retention import clock, keys, tokens
from retention.models import Pool
from retention.pools import Life, life_of
from retention.sealing import Sealer
from tenants.errors import Invalid, Unavailable
from tenants.models import PolicyRule, Tenant
from tenants.policies import TOGETHER, let_policies_stand
from tenants.scope import tenant_scope

# Every line takes as much room, so that no length tells which is whose.
LINE_BYTES = 6 * 1024
# More than that are not packed anew for each one that comes; the next pool takes them.
FULL = 100
# The first half of an advisory lock's key; the second is the tenant.
_LOCK = 0x5AFF1E
_NOBODY = 0


@dataclass(frozen=True)
class Mixture:
    """One kind of what is written so: ``mix`` makes one text of many lines that are in no order.

    ``kind`` is also what the policy's rules about it are called.
    """

    kind: str
    mix: Callable[[Sequence[str]], str]


_mixtures: dict[str, Mixture] = {}


def register(mixture: Mixture) -> None:
    """Let what is put in be poured; a second of the same kind replaces the first."""
    _mixtures[mixture.kind] = mixture


def put(mixture: Mixture, tenant: Tenant, line: str, *, token: str) -> None:
    """Add a line to the tenant's open pool, for a token that is used up with it. In the scope.

    Raises NotFound for the token, Unavailable where the policy keeps nothing of the kind.
    """
    packed = _pad(line)
    let_policies_stand(tenant)
    _alone(tenant)
    now = clock.now()
    tokens.spend(tenant, mixture.kind, token, now=now)
    today = now.astimezone(tenant.tzinfo).date()
    pool, lines = _open_pool(mixture, tenant, today)
    pool.previous = before = pool.segment
    _seal(tenant, pool, sorted([*lines, packed]))
    pool.size, pool.latest_on = pool.size + 1, today
    if lines:
        pool.save(update_fields=["segment", "previous", "body", "size", "latest_on"])
        transaction.on_commit(lambda: keys.destroy_keys(tenant, [before]))
    else:
        pool.save(force_insert=True)


def pour_all() -> None:
    """Pour whatever may be poured, for every tenant. Safe to run twice at once and to kill."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            tokens.forget_spent(now=clock.now())
            _finish(tenant)
            for mixture in _mixtures.values():
                pour(mixture, tenant)


def pour(mixture: Mixture, tenant: Tenant) -> None:
    """Make readable what enough people have put in on days that are over. In the scope."""
    let_policies_stand(tenant)
    _alone(tenant)
    today = clock.now().astimezone(tenant.tzinfo).date()
    ready = Pool.objects.filter(
        kind=mixture.kind, poured=False, size__gte=TOGETHER, latest_on__lt=today
    ).order_by("id")
    for pool in ready:
        lines = _lines(tenant, pool)
        if lines and _pour(mixture, tenant, pool, lines, today=today):
            before = pool.segment
            # The shell goes with the next purge; there is nothing in it to enter in the ledger.
            pool.body, pool.size = b"", 0
            pool.save(update_fields=["body", "size"])
            transaction.on_commit(partial(keys.destroy_keys, tenant, [before]))


def poured(mixture: Mixture, tenant: Tenant) -> list[str]:
    """Return what has been poured and is alive, in no order. In the scope; two queries."""
    pools = list(Pool.objects.filter(kind=mixture.kind, poured=True))
    opened = keys.open_all(tenant, {pool.segment: pool.pk for pool in pools})
    return sorted(
        _text(opened[pool.segment].sealer, pool) for pool in pools if pool.segment in opened
    )


def _finish(tenant: Tenant) -> None:
    """Destroy the keys that a crash right after a commit has left: no row is sealed under them."""
    rows = Pool.objects.filter(poured=False).values_list("size", "segment", "previous")
    over = {previous for _, _, previous in rows if previous}
    keys.destroy_keys(tenant, over | {segment for size, segment, _ in rows if not size})


def _pour(
    mixture: Mixture, tenant: Tenant, pool: Pool, lines: Sequence[str], *, today: date
) -> bool:
    monday = today - timedelta(days=today.weekday())
    life = life_of(tenant, mixture.kind, PolicyRule.Starts.POOLED, monday)
    if life is None:
        return False
    mixed = _new_pool(tenant, mixture.kind, monday, life, poured=True)
    mixed.size = pool.size
    _seal(tenant, mixed, [mixture.mix([line.rstrip() for line in lines])])
    mixed.save(force_insert=True)
    return True


def _open_pool(mixture: Mixture, tenant: Tenant, today: date) -> tuple[Pool, list[str]]:
    """Return the pool that takes another line and what is in it: nothing where it is a new one."""
    # One that may be poured takes no more, or a line that never sleeps would keep it open.
    fills = Q(size__lt=TOGETHER) | Q(size__lt=FULL, latest_on=today)
    waiting = Pool.objects.filter(fills, kind=mixture.kind, poured=False, size__gt=0)
    for pool in waiting.order_by("id"):
        # One without a key is lost (a restored backup), and is expired by whoever looks for such.
        if lines := _lines(tenant, pool):
            return pool, lines
    life = life_of(tenant, mixture.kind, PolicyRule.Starts.GIVEN, today)
    if life is None:
        raise Unavailable("nothing of the kind is kept here")
    return _new_pool(tenant, mixture.kind, today, life, poured=False), []


def _new_pool(tenant: Tenant, kind: str, on: date, life: Life, *, poured: bool) -> Pool:
    return Pool(
        id=uuid4(),
        tenant=tenant,
        kind=kind,
        poured=poured,
        size=0,
        on=on,
        latest_on=on,
        expires_at=life[0],
        expiry_rule=life[1],
    )


def _seal(tenant: Tenant, pool: Pool, lines: Sequence[str]) -> None:
    """Pack a pool anew under a new key. The key first, as everywhere."""
    pool.segment = keys.create_key(tenant, expires_at=pool.expires_at)
    opened = keys.open_keys(tenant, conversation=pool.pk, segments=[pool.segment])
    if pool.segment not in opened:
        raise Unavailable("its time is over")
    pool.body = opened[pool.segment].sealer.seal("\n".join(lines), author=_NOBODY, message=pool.pk)


def _lines(tenant: Tenant, pool: Pool) -> list[str]:
    opened = keys.open_keys(tenant, conversation=pool.pk, segments=[pool.segment])
    return _text(opened[pool.segment].sealer, pool).split("\n") if opened else []


def _text(sealer: Sealer, pool: Pool) -> str:
    return sealer.open(bytes(pool.body), author=_NOBODY, message=pool.pk)


def _pad(line: str) -> str:
    missing = LINE_BYTES - len(line.encode())
    if missing < 0 or "\n" in line:
        raise Invalid(f"at most {LINE_BYTES} bytes, in one line")
    return line + " " * missing


def _alone(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenant.pk])
