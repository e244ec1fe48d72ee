"""A talk is shown to the colleague who is asked about it, and its visitor is told.  Rule: S6, S7

That it is shown is one column of the talk's row: the segment in which it was. The colleague reads by
it and the visitor is told by it, so that neither is so without the other; with the next segment, as
after an erasure, it is over. Only a line that promises so shows talks at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chat.events import tell
from chat.models import Consult, Conversation, Presence
from chat.states import State
from retention import clock
from tenants.fitness import in_place
from tenants.models import Policy, Tenant
from tenants.policies import versions_in_force

_GOING = (State.ACTIVE, State.PAUSED)
# A colleague whose line has been gone for so long does not read any more.
READER_GONE = timedelta(minutes=3)


def is_shown(talk: Conversation) -> bool:
    """Say whether a colleague may read the talk now, and its visitor is told so."""
    return talk.shown_segment == talk.segment_id and talk.state in _GOING


def may_show(talk: Conversation, *, now: datetime) -> bool:
    """Say whether the talk may be shown to a colleague. In the scope.

    By the version that it began under, and by every later one that has begun.  Rule: S7.
    """
    began_under = Policy.objects.get(pk=talk.policy_id)
    return all(one.colleague_may_read for one in versions_in_force(began_under, now=now))


def start_showing(talk: Conversation, *, asked: str) -> None:
    """Show a talk that is locked from now on, and tell its visitor.

    ``asked`` names the window that is answered by itself.
    """
    if is_shown(talk):
        return
    Conversation.objects.filter(pk=talk.pk).update(shown_segment=talk.segment_id)
    tell(talk.pk, "reading", value=True, asked=asked)


def stop_showing(conversation_id: UUID, *, asked: str = "") -> None:
    """Show a talk to no colleague any more, and tell its visitor where it was. In the scope."""
    shown = Conversation.objects.filter(pk=conversation_id, shown_segment__isnull=False)
    if shown.update(shown_segment=None):
        tell(conversation_id, "reading", value=False, asked=asked)


def stop_where_over(tenant: Tenant, *, now: datetime) -> None:
    """Stop showing what is not allowed any more, or to somebody who is not there. In the scope."""
    shown = Conversation.objects.filter(shown_segment__isnull=False, state__in=_GOING)
    for talk in shown:
        if not (may_show(talk, now=now) and _is_read(talk, now)):
            stop_showing(talk.pk)


def follow_version(tenant: Tenant, policy: Policy) -> None:
    """Stop showing what a version that is being published forbids, if it has begun. In the scope."""
    stop_where_over(tenant, now=clock.now())


def _is_read(talk: Conversation, now: datetime) -> bool:
    gone = Presence.objects.filter(lost_at__lte=now - READER_GONE).values("membership")
    consults = Consult.objects.filter(conversation=talk, segment=talk.segment_id, closed="")
    here = consults.filter(colleague__in=in_place().values("pk"))
    return here.exclude(colleague__in=gone).exists()
