"""No talk stays open by neglect: who has gone is missed, told of, and let go of in time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from chat import cards, consults, conversations, lines, rests, transfers
from chat.events import publish, queue_group, tell
from chat.fitness import take_readiness_of_unfit
from chat.lives import LONGEST_TALK
from chat.models import Conversation, Presence
from chat.showing import stop_showing, stop_where_over
from chat.states import By, State, sources
from chat.watchers import awaited
from retention import clock
from tenants.fitness import in_place
from tenants.hours import closed_since
from tenants.models import Tenant
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.neglect")

COUNSELLOR_MISSED = timedelta(seconds=60)
COUNSELLOR_GONE = timedelta(minutes=3)
SILENT = timedelta(hours=4)


def tend_all() -> None:
    """Look after the talks of every tenant. Safe to run twice at once and to kill.

    While the wall clock cannot be trusted, nothing is ended for its time being over.
    """
    steady = clock.keep()
    for tenant in Tenant.objects.all():
        try:
            tend(tenant, steady=steady)
        except Exception:  # what is wrong at one line keeps nobody from the talks of the others
            log.exception("tend_failed", extra={"fields": {"tenant": tenant.slug}})
    lines.forget_dead_processes()


def tend(tenant: Tenant, *, steady: bool = True) -> None:
    """Tell of lost counsellors, give their talks to others, end what nobody is in any more."""
    # A transaction for each step: members lock their own place before a talk, and none of these may
    # hold a talk while it waits for a place.
    with tenant_scope(tenant):
        now = clock.now()
        if clock.steadiness.settled:
            lines.lose_sockets_of_dead_processes(tenant)
        lines.correct_times_ahead(now)
    for step in (
        cards.expire_cards, consults.close_unanswered, transfers.expire_offers, stop_where_over,
        take_readiness_of_unfit, rests.forget_past_rests, _take_readiness_of_gone,
        _tell_of_missed_counsellors, _free_talks_of_gone_counsellors,
    ):  # fmt: skip
        with tenant_scope(tenant):
            step(tenant, now=now)
    with tenant_scope(tenant):
        neglected = _neglected(tenant, now) if steady else []
    for conversation_id in neglected:
        conversations.end_conversation(tenant, conversation_id, by=By.SYSTEM)


def _held_by_lost(now: datetime, lost_for: timedelta) -> list[Conversation]:
    lost = Presence.objects.filter(lost_at__lte=now - lost_for).values("membership")
    talks = Conversation.objects.filter(state__in=[State.ACTIVE, State.PAUSED])
    # Who has no place here any more is not waited for: they cannot come back.
    return list(talks.filter(Q(counsellor__in=lost) | ~Q(counsellor__in=in_place().values("pk"))))


def _tell_of_missed_counsellors(tenant: Tenant, *, now: datetime) -> None:
    for conversation in _held_by_lost(now, COUNSELLOR_MISSED):
        untold = Conversation.objects.filter(pk=conversation.pk, counsellor_told_lost=False)
        if untold.update(counsellor_told_lost=True):
            tell(conversation.pk, "line", who="counsellor", up=False)


def _free_talks_of_gone_counsellors(tenant: Tenant, *, now: datetime) -> None:
    for conversation in _held_by_lost(now, COUNSELLOR_GONE):
        freed = Conversation.objects.filter(
            pk=conversation.pk,
            counsellor=conversation.counsellor_id,
            state__in=sources(State.WAITING),
        )
        # They have waited before: they stand first, and their wait goes on from where it began.
        if freed.update(
            state=State.WAITING,
            counsellor=None,
            claimed_at=None,
            front=True,
            counsellor_told_lost=False,
        ):
            consults.close_consults_of(conversation)
            transfers.settle_offers_of(conversation)
            stop_showing(conversation.pk)
            tell(conversation.pk, "state", state=str(State.WAITING), counsellor=None)
            publish(queue_group(tenant.pk), "queue")


def _take_readiness_of_gone(tenant: Tenant, *, now: datetime) -> None:
    gone = Presence.objects.filter(lost_at__lte=now - COUNSELLOR_GONE, ready=True)
    if gone.update(ready=False):
        publish(queue_group(tenant.pk), "queue")


def _neglected(tenant: Tenant, now: datetime) -> list[UUID]:
    """Return the talks whose time is over: nobody there, nobody writing, or too long.

    A talk in the queue also ends when the last call after closing time is over.
    """
    away = {talk for talks in awaited for talk in talks()}
    over = (
        Q(visitor_lost_at__lte=now - timedelta(minutes=tenant.visitor_lost_minutes))
        & ~Q(pk__in=away)
        | Q(last_message_at__lte=now - SILENT)
        | Q(began_at__lte=now - LONGEST_TALK)
    )
    closed_at = closed_since(tenant, now=now)
    if closed_at and closed_at <= now - timedelta(minutes=tenant.last_call_minutes):
        over |= Q(state=State.WAITING)
    alive = Conversation.objects.exclude(state=State.ENDED)
    return list(alive.filter(over).values_list("pk", flat=True))
