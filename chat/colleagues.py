"""Colleagues: who is at the desk now, and whom one of them may turn to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chat.events import member_group, publish
from chat.models import Conversation, Presence
from chat.rests import takes
from chat.states import State
from retention import clock
from tenants.errors import NotFound
from tenants.models import Membership, Tenant

Frame = dict[str, Any]


def card_of(tenant: Tenant, membership: Membership) -> Frame:
    """Return a member as colleagues see them."""
    return {
        "id": str(membership.pk),
        "name": membership.user.name,
        "title": membership.title_in(tenant.default_language, tenant),
        "role": membership.role,
    }


def everybody_here(tenant: Tenant) -> list[Frame]:
    """Return who is at the desk now, by name, each with ``ready``. In the scope; two queries.

    Who rests takes nobody, and is shown so.
    """
    now = clock.now()
    here = Presence.objects.filter(lost_at__isnull=True)
    ready = {row.membership_id: takes(row, now=now) for row in here}
    members = Membership.objects.select_related("user").filter(pk__in=ready, active=True)
    return [
        {**card_of(tenant, member), "ready": ready[member.pk]}
        for member in sorted(members, key=lambda member: (member.user.name, str(member.pk)))
    ]


def without(here: list[Frame], membership: Membership) -> list[Frame]:
    """Return the others."""
    return [one for one in here if one["id"] != str(membership.pk)]


def colleague_here(membership: Membership, colleague_id: UUID) -> Membership:
    """Return somebody else of this tenant whose desk is open now. In the scope.

    Raises NotFound for oneself, and alike for who is not there and who is nobody here.
    """
    open_now = Presence.objects.filter(lost_at__isnull=True).values("membership")
    found = Membership.objects.select_related("user").filter(
        pk=colleague_id, pk__in=open_now, active=True, user__is_active=True
    )
    colleague = found.exclude(pk=membership.pk).first()
    if colleague is None:
        raise NotFound("no such colleague is here")
    return colleague


def cards_by_id(tenant: Tenant, members: set[UUID]) -> Mapping[UUID, Frame]:
    """Return each of ``members`` as colleagues see them, whether or not they are here."""
    rows = Membership.objects.select_related("user").filter(pk__in=members)
    return {row.pk: card_of(tenant, row) for row in rows}


def tell_windows(*members: UUID) -> None:
    """Let every window of ``members`` look what colleagues want of them, after the commit."""
    for member in members:
        publish(member_group(member), "colleague")


def is_with(talk: Conversation, member: UUID) -> bool:
    """Say whether ``member`` has the talk now."""
    return talk.counsellor_id == member and talk.state in {State.ACTIVE, State.PAUSED}
