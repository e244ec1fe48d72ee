"""A counsellor who rests: nobody new is given to them until it is over.

A breather after a heavy talk, or the pause between two talks. Whether somebody is *ready* stays
as it was: a rest is over by itself, at its moment, and then they are ready again. So a line whose
only counsellor rests for some minutes is still staffed, and tells its visitors a little more wait.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from chat.events import desks_group, member_group, publish, queue_group
from chat.messages import stamp
from chat.models import Presence
from retention import clock
from tenants.models import Membership, Tenant

# Nobody is kept from the queue for longer, whoever asks for it.
LONGEST_REST = timedelta(hours=1)
REST_OVER: dict[str, object] = {"type": "rest", "until": None, "seconds": 0}


def rest(tenant: Tenant, membership: Membership, seconds: int) -> datetime | None:
    """Let ``membership`` rest for ``seconds``; return until when. In the scope.

    Of two rests the later one counts. None for somebody who has never been at the desk, and for a
    rest of no length while none stands.
    """
    now = clock.now()
    presence = _locked(membership)
    if presence is None:
        return None
    until = now + min(timedelta(seconds=seconds), LONGEST_REST)
    if until > (rests_until(presence, now=now) or now):
        presence.rests_until = until
        _save(tenant, presence)
    return rests_until(presence, now=now)


def rest_over(tenant: Tenant, membership: Membership, *, asked: str = "") -> None:
    """Let ``membership`` take visitors again, earlier than they would. In the scope.

    ``asked`` is the channel of the window that asks for it, which needs not be told.
    """
    presence = _locked(membership)
    if presence is not None and presence.rests_until is not None:
        presence.rests_until = None
        _save(tenant, presence, asked=asked)


def forget_past_rests(tenant: Tenant, *, now: datetime) -> None:
    """Take off what is over: it would say when somebody's last talk ended. In the scope.  Rule: D7"""
    Presence.objects.filter(rests_until__lte=now).update(rests_until=None)


def resting(membership: Membership) -> datetime | None:
    """Return until when ``membership`` rests; None for somebody who does not. In the scope."""
    presence = Presence.objects.filter(membership=membership).first()
    return rests_until(presence, now=clock.now()) if presence else None


def rests_until(presence: Presence, *, now: datetime) -> datetime | None:
    """Return the end of a rest that goes on at ``now``."""
    until = presence.rests_until
    # Longer than any rest is: of a clock that has been put right since.
    return until if until and now < until <= now + LONGEST_REST else None


def takes(presence: Presence, *, now: datetime) -> bool:
    """Say whether somebody who is there takes visitors now: ready, and not resting."""
    return presence.ready and rests_until(presence, now=now) is None


def rest_frame(until: datetime | None, *, now: datetime) -> dict[str, object]:
    """Return what the windows of a member are told; ``seconds`` are those that are left."""
    if until is None:
        return REST_OVER
    seconds = max(0, math.ceil((until - now).total_seconds()))
    return {"type": "rest", "until": stamp(until), "seconds": seconds}


def _locked(membership: Membership) -> Presence | None:
    return Presence.objects.select_for_update().filter(membership=membership).first()


def _save(tenant: Tenant, presence: Presence, *, asked: str = "") -> None:
    presence.save(update_fields=["rests_until"])
    told = rest_frame(presence.rests_until, now=clock.now())
    publish(member_group(presence.membership_id), "told", frame=told, asked=asked)
    # Those who wait are told another wait, and colleagues see who is there.
    publish(queue_group(tenant.pk), "queue")
    publish(desks_group(tenant.pk), "desks")
