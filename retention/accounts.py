"""Members of staff who have left: when they are due, and how they are forgotten.

What names a member (a talk that is still kept) keeps the row of who has left: such members are not
due, and are taken once it is gone. The floors above say in ``named_by`` who is still named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from retention.kinds import Due, Kind
from tenants.models import Membership, Policy, Qualification, Shift, Tenant
from tenants.scope import active_tenant
from tenants.staff import forgotten_under

# Each is called as the purge role, in the scope, and returns those of the members that it names.
named_by: list[Callable[[Tenant, Collection[UUID]], set[UUID]]] = []

_DUE = "SELECT id, expiry_rule, expires_at FROM tenants_membership ORDER BY expires_at"
_FORGET = "DELETE FROM tenants_membership WHERE id = ANY (%s) RETURNING user_id"
_FORGET_USER = "DELETE FROM tenants_user WHERE id = %s AND NOT is_staff AND NOT is_superuser"


def due_members(limit: int) -> Sequence[Due]:
    """Return who has left, is due and is named by nothing any more. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        rows = cursor.fetchall()
    named = _named({row[0] for row in rows})
    free = [Due(row[0], (), row[1], row[2]) for row in rows if row[0] not in named]
    return free[:limit]


def forget_members(items: Sequence[Due]) -> int:
    """Delete members with what they hold and their shifts, and the persons who have no place anywhere any more."""
    free = {item.id for item in items} - _named({item.id for item in items})
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [list(free)])
        users = [row[0] for row in cursor.fetchall()]
    for user in users:
        _forget_user(user)
    return len(users)


def _forget_user(user: int) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FORGET_USER, [user])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        # They have a place at another tenant, which only PostgreSQL itself can see from here.
        return


def _named(members: set[UUID]) -> set[UUID]:
    tenant = active_tenant()
    if tenant is None or not members:
        return set()
    return set().union(*(naming(tenant, members) for naming in named_by))


def oldest_member() -> datetime | None:
    """Return when the one left who left first of those that are still known."""
    gone = Membership.objects.filter(left_at__isnull=False).order_by("left_at")
    return gone.values_list("left_at", flat=True).first()


def shorten_members(tenant: Tenant, policy: Policy) -> None:
    """Give who has left no longer than ``policy`` allows, in the transaction that publishes it."""
    for member, life in _shorter_lives(tenant, policy):
        member.expires_at, member.expiry_rule = life
        member.save(update_fields=["expires_at", "expiry_rule"])


def count_shorter(tenant: Tenant, policy: Policy) -> int:
    """Return how many of those who have left ``policy`` would forget earlier. In the scope."""
    return len(list(_shorter_lives(tenant, policy)))


def _shorter_lives(
    tenant: Tenant, policy: Policy
) -> Iterator[tuple[Membership, tuple[datetime, str]]]:
    for member in Membership.objects.filter(left_at__isnull=False):
        assert member.left_at is not None
        assert member.expires_at is not None
        life = forgotten_under(tenant, policy, member.left_at)
        if life[0] < member.expires_at:
            yield member, life


ACCOUNT = Kind(
    name="account",
    covers=(Membership, Qualification, Shift),
    due=due_members,
    forget=forget_members,
    oldest=oldest_member,
    shorten=shorten_members,
    shorter=count_shorter,
    last=True,
)
