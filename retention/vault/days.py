"""Days of the vault: a key pair each, whose private half was split the moment it was made.

Today's pair seals; tomorrow's is made ahead, and made anew while it is still to come whenever the
people have changed who may open it. A day without people on both sides is not made: what nobody
could open is not kept.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from retention import clock
from retention.vault import boxes, people, store
from retention.vault.boxes import Unopenable
from retention.vault.lives import DAY, life_of_day
from retention.vault.store import Group, Holder
from tenants.errors import NotAllowed
from tenants.models import Policy, Tenant, User
from tenants.policies import NoPolicy, current_policy
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.retention")


class NoShare(NotAllowed):
    """The person could not open the vault yet when that day was made, or the day is over."""


@dataclass(frozen=True, slots=True)
class DayKey:
    """What seals on one day at one tenant."""

    tenant: int
    day: date
    public: bytes


def key_of_today(tenant: Tenant) -> DayKey | None:
    """Return what seals an address now. None where the promise is to keep none.

    In the scope. Where an address is promised and there is no key for it an alarm is raised: it
    will be dropped.  Rule: D7, S7, U3, B8.
    """
    try:
        if current_policy(tenant).address != Policy.Address.VAULT:
            return None
    except NoPolicy:
        return None
    found = store.public_of_today(tenant.pk)
    if found is None:
        log.error("vault_without_key", extra={"fields": {"tenant": tenant.slug}})
        return None
    return DayKey(tenant.pk, *found)


def make_days() -> int:
    """Make today's pair where it is missing, and tomorrow's, for every tenant; return how many."""
    now = clock.now()
    return sum(
        make_day(tenant, day, now=now)
        for tenant in Tenant.objects.filter(live=True)
        for day in (now.date(), (now + DAY).date())
    )


def make_day(tenant: Tenant, day: date, *, now: datetime) -> bool:
    """Make the pair of one day if it is missing and there are people for it; say whether it was.

    Opens its own scope.
    """
    with tenant_scope(tenant):
        life = life_of_day(tenant, day, now=now)
        holders = people.holders(tenant)
    if life is None:
        return False
    if {holder.group for holder in holders} != set(Group):
        log.error("vault_without_people", extra={"fields": {"tenant": tenant.slug}})
        return False
    made_for = store.holders_of(tenant.pk, day)
    if made_for == set(holders) or (made_for and day <= now.date()):
        return False
    key = boxes.new_key()
    return store.make_day(
        tenant.pk,
        day,
        public=boxes.public_half(key),
        expires_at=life[0],
        shares=_split(tenant, day, boxes.private_half(key), holders),
    )


def _split(
    tenant: Tenant, day: date, private: bytes, holders: list[Holder]
) -> list[tuple[Holder, bytes]]:
    """Cut ``private`` into two halves that say nothing apart, and seal each to its people."""
    one = os.urandom(len(private))
    halves = {Group.PLATFORM: one, Group.TENANT: _xor(one, private)}
    return [
        (
            holder,
            boxes.seal(
                halves[holder.group], to=holder.public, at=_share_place(tenant, day, holder.group)
            ),
        )
        for holder in holders
    ]


def open_share(
    tenant: Tenant, day: date, *, user: User, key: X25519PrivateKey
) -> tuple[Group, bytes]:
    """Return which half a person has of a day's key, and the half. Raises NoShare."""
    found = store.read_share(tenant.pk, day, user.pk)
    if found is None:
        raise NoShare("you had no share in the vault of that day")
    group, box, _ = found
    try:
        return group, boxes.unseal(box, key=key, at=_share_place(tenant, day, group))
    except Unopenable:
        raise NoShare("your password has been changed since that day") from None


def join(one: bytes, other: bytes) -> X25519PrivateKey:
    """Return the day's private key. Keep it no longer than it takes to open one record."""
    return boxes.key_of(_xor(one, other))


def destroy_due() -> int:
    """Destroy the days and openings whose time is over; return how many."""
    return store.destroy_due()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _share_place(tenant: Tenant, day: date, group: Group) -> bytes:
    return boxes.place("share", tenant.pk, day.isoformat(), group)
