"""What a member of staff sees: talks, by leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from chat.cards import cards_of
from chat.consults import said_aside
from chat.errors import ConversationEnded
from chat.messages import Caught, catch_up, caught_up, read_between, read_page, talk_keys
from chat.models import Conversation, Segment
from chat.situation import Situation, situation_of
from chat.states import State
from retention.holds import readable_hold
from retention.keys import open_held_keys
from tenants.audit import record
from tenants.errors import NotFound
from tenants.models import Membership, Role, Tenant, User
from tenants.scope import database_role
from tenants.sessions import LOCKED, SEAT, SessionStore, is_alive
from tenants.staff import membership_of, own_membership
from tenants.wall import HOLD

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stands:
    """How a talk stands, and a page of it."""

    conversation: Conversation
    caught: Caught
    situation: Situation
    cards: list[Frame]
    # What colleagues have said of it: for whoever reads what a hold keeps, and in no frame.
    aside: Sequence[Frame] = ()

    def frame(self) -> Frame:
        talk = self.conversation
        # There where there are any: most talks have none.
        cards = {"cards": self.cards} if self.cards else {}
        return {
            **cards,
            "conversation": str(talk.pk),
            "state": str(talk.state),
            "language": talk.language,
            "topic": talk.topic,
            "last_seq": self.caught.last_seq,
            "erased_through": self.caught.erased_through,
            "seen": talk.visitor_seen,
            "line": talk.visitor_lost_at is None,
            "flagged": talk.flagged_at is not None,
        }


@dataclass(frozen=True, slots=True)
class Behind:
    """Who is behind a Cookie header: a member in their seat, or somebody who is locked out of it."""

    membership: Membership | None = None
    seat: UUID | None = None
    is_locked: bool = False


def who_is_behind(tenant: Tenant, cookie: str) -> Behind:
    """Return whose desk session a Cookie header carries. In the scope."""
    key = session_key_in(cookie)
    if not key:
        return Behind()
    request = HttpRequest()
    request.session = session = SessionStore(key)
    user = get_user(request)
    member = membership_of(tenant, user, session) if isinstance(user, User) else None
    if member is not None:
        return Behind(member, UUID(session[SEAT]))
    return Behind(is_locked=LOCKED in session and is_alive(session, tenant))


def session_key_in(cookie: str) -> str:
    """Return which session a Cookie header names; empty where it names none."""
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def own_talk(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, after: int
) -> Stands:
    """Return a living talk that ``membership`` has. In the scope.

    Raises NotFound for every other talk, whatever the reason.
    """
    conversation = Conversation.objects.filter(
        pk=conversation_id,
        counsellor=own_membership(tenant, membership),
        state__in=[State.ACTIVE, State.PAUSED],
    ).first()
    if conversation is None:
        raise NotFound("no such talk")
    try:
        caught = catch_up(tenant, conversation_id, after=after)
    except ConversationEnded:
        raise NotFound("no such talk") from None
    return _stands(tenant, conversation, caught)


def taken_talk(tenant: Tenant, conversation: Conversation) -> Stands:
    """Return how a talk stands that has just been claimed, in the transaction that claimed it.

    Nothing is written in it before that commits, so that what comes later fans out. In the scope.
    Raises NotFound for a talk whose time is over.
    """
    try:
        caught = caught_up(tenant, conversation, after=0)
    except ConversationEnded:
        raise NotFound("no such talk") from None
    return _stands(tenant, conversation, caught)


def kept_talk(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, after: int, purpose: str
) -> Stands:
    """Return a talk that is over and still kept, to an officer; recorded in the audit trail.

    In the scope. Raises NotFound for everybody else and for every other talk.  Rule: T9, T10.
    """
    officer = own_membership(tenant, membership)
    conversation = Conversation.objects.filter(pk=conversation_id, state=State.ENDED).first()
    if conversation is None or officer.role != Role.OFFICER:
        raise NotFound("no such talk")
    record(
        tenant, actor=officer, action="conversation.read", subject=conversation_id, basis=purpose
    )
    ring = talk_keys(tenant, conversation)
    page = read_page(tenant, conversation, after=after, keys=ring)
    caught = Caught(
        ring,
        conversation.segment_id,
        conversation.last_seq,
        conversation.erased_through,
        page,
    )
    return _stands(tenant, conversation, caught)


def held_talk(
    tenant: Tenant, membership: Membership, hold_id: UUID, *, after: int, purpose: str
) -> Stands:
    """Return what a hold keeps to its owner and to officers; each reading is recorded.

    Until its time is over a talk is what it would be without the hold: alive, or kept for officers.
    With it comes what colleagues said of it, which is sealed under its key and so kept as well.
    In the scope. Raises NotFound for everybody else and every other hold.  Rule: U8.
    """
    hold = readable_hold(tenant, membership, hold_id)
    if Conversation.objects.filter(pk=hold.thing).exists():
        kept = kept_talk(tenant, membership, hold.thing, after=after, purpose=purpose)
        return replace(kept, aside=said_aside(kept.conversation, kept.caught.keys))
    record(tenant, actor=membership, action="hold.read", subject=hold.thing, basis=purpose)
    with database_role(HOLD):
        talk = Conversation.objects.filter(pk=hold.thing).first()
        if talk is None:
            raise NotFound("no such hold")
        segments = list(Segment.objects.filter(conversation=talk).values_list("pk", flat=True))
        ring = open_held_keys(tenant, conversation=talk.pk, segments=segments)
        page = read_between(talk.pk, after=after, through=talk.last_seq, keys=ring)
        cards, aside = cards_of(talk, ring, at_desk=True), said_aside(talk, ring)
    caught = Caught(ring, talk.segment_id, talk.last_seq, talk.erased_through, page)
    return replace(_stands(tenant, talk, caught, cards), aside=aside)


def _stands(
    tenant: Tenant, talk: Conversation, caught: Caught, cards: list[Frame] | None = None
) -> Stands:
    shown = cards_of(talk, caught.keys, at_desk=True) if cards is None else cards
    return Stands(talk, caught, situation_of(tenant, talk), shown)
