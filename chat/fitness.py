"""Who may be at a desk and take visitors, asked again whenever it may have changed.

A member who is not fit any more keeps the talks that they have and gets no new one. One who has no
place here any more, or whose session is over, loses their windows; their talks go as those of a
counsellor who is gone (chat/neglect.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.crypto import constant_time_compare

from chat.errors import QualificationMissing
from chat.events import desks_group, member_group, publish, queue_group
from chat.models import Presence
from retention import clock
from tenants import sessions
from tenants.calendars import moment
from tenants.errors import NotAllowed
from tenants.fitness import (
    ANSWERING,
    Lack,
    fit_members,
    in_place,
    lacks_of,
    lacks_of_all,
    today_at,
)
from tenants.models import Membership, Tenant, User
from tenants.sessions import Sitting

# A member and the seat that one of their windows was opened in (tenants/sessions.py).
Window = tuple[UUID, UUID]


class Why(StrEnum):
    """Why a window is not let in any more."""

    OUT = "out"
    LOCKED = "locked"
    # They have signed in anew somewhere.
    REPLACED = "replaced"


class Standing(NamedTuple):
    """How a window's member stands: let in or not (and why), and what they lack to answer."""

    is_in: bool
    lacks: tuple[Lack, ...] = ()
    why: Why = Why.OUT

    @property
    def missing(self) -> list[dict[str, str]]:
        return [lack.told() for lack in self.lacks]

    @property
    def field(self) -> dict[str, Any]:
        """What of it stands in ``welcome``: nothing where nothing is lacking, as for most."""
        return {"missing": self.missing} if self.lacks else {}


class Look(NamedTuple):
    """How several windows of a tenant stand, and how long its day goes on, for nothing longer."""

    standings: dict[Window, Standing]
    day_ends_in: timedelta


def check_fit(tenant: Tenant, membership: Membership, *, now: datetime) -> None:
    """Let pass who may answer at ``now``. In the scope; two queries at most.

    Raises NotAllowed for a role that does not answer, QualificationMissing with what is missing.
    Rule: S3, S4, D1, B7.
    """
    if membership.role not in ANSWERING:
        raise NotAllowed("your role does not answer visitors")
    lacks = lacks_of(membership.pk, on=today_at(tenant, now=now))
    if lacks:
        language = tenant.default_language
        words = [f"{' / '.join(_in(lack, language))} ({lack.why})" for lack in lacks]
        missing = [lack.told() for lack in lacks]
        raise QualificationMissing(f"missing: {', '.join(words)}", missing=missing)


def _in(lack: Lack, language: str) -> Iterable[str]:
    return (label.get(language, lack.group) for label in lack.labels)


def lacking(tenant: Tenant, membership: Membership) -> tuple[Lack, ...]:
    """Return what keeps a member from answering; nothing for a role that never does. In the scope."""
    if membership.role not in ANSWERING:
        return ()
    return tuple(lacks_of(membership.pk, on=today_at(tenant, now=clock.now())))


def note_change(tenant: Tenant, membership: Membership, goes: bool) -> None:
    """See to it that a member's windows learn that their standing has changed, after the commit.

    Who goes is not ready any more, and neither is who is not fit. In the scope.
    """
    on = today_at(tenant, now=clock.now())
    if goes or not fit_members(on=on).filter(pk=membership.pk).exists():
        _take_readiness(tenant, [membership.pk])
    publish(member_group(membership.pk), "member")
    publish(queue_group(tenant.pk), "queue")


def take_readiness_of_unfit(tenant: Tenant, *, now: datetime) -> None:
    """Take readiness from whoever may not answer any more, and tell their windows. In the scope."""
    fit = fit_members(on=today_at(tenant, now=now)).values("pk")
    ready = Presence.objects.filter(ready=True).exclude(membership__in=fit)
    _take_readiness(tenant, list(ready.order_by("membership").values_list("membership", flat=True)))


def _take_readiness(tenant: Tenant, members: Collection[UUID]) -> None:
    for member in members:
        if Presence.objects.filter(membership=member, ready=True).update(ready=False):
            publish(member_group(member), "member", ready=False)
            publish(queue_group(tenant.pk), "queue")
            publish(desks_group(tenant.pk), "desks")


def look_at(tenant: Tenant, windows: Collection[Window]) -> Look:
    """Return how the members of these windows stand now. In the scope; some queries for all."""
    now = clock.now()
    take_readiness_of_unfit(tenant, now=now)
    members = {one.pk: one for one in in_place().filter(pk__in={m for m, _ in windows})}
    users = User.objects.in_bulk([member.user_id for member in members.values()])
    sitting: dict[int, list[Sitting]] = defaultdict(list)
    for one in sessions.sittings(tenant, users):
        if _opened_by(one, users[one.user]):
            sitting[one.user].append(one)
    answering = [pk for pk, member in members.items() if member.role in ANSWERING]
    lacks = lacks_of_all(answering, on=today_at(tenant, now=now))
    found = {}
    for window in windows:
        member = members.get(window[0])
        out = _why_out(window[1], sitting[member.user_id]) if member else Why.OUT
        found[window] = Standing(out is None, lacks.get(window[0], ()), out or Why.OUT)
    return Look(found, _end_of_day(tenant, now) - now)


def _why_out(seat: UUID, sitting: list[Sitting]) -> Why | None:
    """Return why a window in ``seat`` is not let in, or None where it is."""
    own = next((one for one in sitting if one.seat == seat), None)
    if own is None:
        return Why.REPLACED if sitting else Why.OUT
    return Why.LOCKED if own.is_locked else None


def _opened_by(one: Sitting, user: User) -> bool:
    """Say whether ``user`` has signed in to a session with the password that they have now."""
    wanted = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(one.password_hash, hash_) for hash_ in wanted)


def _end_of_day(tenant: Tenant, now: datetime) -> datetime:
    tomorrow = today_at(tenant, now=now) + timedelta(days=1)
    return moment(datetime.combine(tomorrow, time(0)), zone=tenant.tzinfo)
