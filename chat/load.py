"""How the shift stands, for whoever leads it: who is here, how much each has, how many wait.

Counts and minutes. Nothing here names a talk or a visitor, and nothing was written by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chat.models import Conversation, Presence
from chat.queue import waiting
from chat.rests import takes
from chat.states import State
from chat.transfers import standing_offers
from tenants.models import Membership, Tenant


@dataclass(frozen=True, slots=True)
class Desk:
    """One member: ``talks`` of what they may have, and the minutes of the longest, if any."""

    name: str
    title: str
    is_here: bool
    is_ready: bool
    talks: int
    paused: int
    longest_minutes: int | None


@dataclass(frozen=True, slots=True)
class Offered:
    giver: str
    receiver: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Load:
    """The whole: ``room`` is how many more could be taken now by those who are ready."""

    desks: Sequence[Desk]
    capacity: int
    room: int
    talks: int
    waiting: int
    longest_wait_minutes: int | None
    offers: Sequence[Offered]


def shift_load(tenant: Tenant, *, language: str, now: datetime) -> Load:
    """Return how the shift stands at ``now``. In the scope; five queries.

    Whoever has lost their line is in it for as long as they have talks.
    """
    talks = _talks_by_member()
    present = {row.membership_id: row for row in Presence.objects.all()}
    here = {pk for pk, row in present.items() if row.lost_at is None}
    members = Membership.objects.select_related("user").filter(pk__in=here | talks.keys())
    desks = [
        _desk(tenant, member, present.get(member.pk), talks[member.pk], language, now)
        for member in sorted(members, key=lambda member: member.user.name)
    ]
    queued = [row.queued_at for row in waiting(now=now).only("queued_at")]
    return Load(
        desks=desks,
        capacity=tenant.capacity,
        room=sum(max(0, tenant.capacity - desk.talks) for desk in desks if desk.is_ready),
        talks=sum(desk.talks for desk in desks),
        waiting=len(queued),
        longest_wait_minutes=_minutes(min(queued), now) if queued else None,
        offers=_offers(now),
    )


def _talks_by_member() -> dict[UUID, list[tuple[str, datetime]]]:
    rows = Conversation.objects.filter(
        state__in=[State.ACTIVE, State.PAUSED], counsellor__isnull=False
    )
    found: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for member, state, claimed_at, began_at in rows.values_list(
        "counsellor", "state", "claimed_at", "began_at"
    ):
        found[member].append((state, claimed_at or began_at))
    return found


def _desk(
    tenant: Tenant,
    member: Membership,
    presence: Presence | None,
    talks: list[tuple[str, datetime]],
    language: str,
    now: datetime,
) -> Desk:
    is_here = presence is not None and presence.lost_at is None
    return Desk(
        name=member.user.name,
        title=member.title_in(language, tenant),
        is_here=is_here,
        is_ready=presence is not None and is_here and takes(presence, now=now),
        talks=len(talks),
        paused=sum(state == State.PAUSED for state, _ in talks),
        longest_minutes=_minutes(min(since for _, since in talks), now) if talks else None,
    )


def _offers(now: datetime) -> list[Offered]:
    rows = standing_offers(now=now).select_related("giver__user", "receiver__user")
    return [
        Offered(
            row.giver.user.name, row.receiver.user.name, round((row.until - now).total_seconds())
        )
        for row in rows.order_by("until", "pk")
    ]


def _minutes(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60))
