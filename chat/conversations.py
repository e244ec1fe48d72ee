"""A talk from its start to its end.

Every end, whoever causes it, is ``end_conversation``: the row lock that it takes is the one that
``chat_post`` and ``chat_erase`` take, so that a message is stored before the end or refused, and
what was promised has happened before anybody is told that the talk has ended.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from chat import queue
from chat.alternatives import Alternative, alternatives
from chat.codes import Prints, drop_finder, keep_prints
from chat.cooldowns import drop_place
from chat.errors import Closed, ConversationEnded, Full
from chat.evaluation import asked_now
from chat.events import publish, queue_group, tell
from chat.forgetting import CONVERSATION, due_in
from chat.lives import CLOSED_TAB, expiry_of, expiry_of_living
from chat.models import Conversation, Farewell, Segment
from chat.pace import note_length
from chat.rests import rest
from chat.showing import stop_showing
from chat.states import By, State
from chat.tallies import NOTHING_SAID, About, count_end, count_start
from chat.watchers import ended as watchers
from retention import clock, keys, purge
from retention.kinds import Due
from retention.vault.records import SealedAddress, keep_address
from tenants.errors import Invalid, NotAllowed
from tenants.hours import standing
from tenants.models import Membership, Policy, Subject, Tenant
from tenants.policies import current_policy, let_policies_stand
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

# How long a tab that comes back is told that the talk has ended, and by whom.
FAREWELL = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a visitor's tab proves itself with. Shown once; only its hash is stored."""

    _value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        return self._value


@dataclass(frozen=True, slots=True)
class Opened:
    conversation: UUID
    secret: Secret


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def open_conversation(
    tenant: Tenant,
    *,
    language: str = "",
    topic: str = "",
    urgent: bool = False,
    sealed: SealedAddress | None = None,
    prints: Prints | None = None,
) -> Opened:
    """Begin a talk in ``tenant``'s queue. In its scope.

    ``sealed`` is the visitor's address as the outermost door has sealed it, ``prints`` what
    is kept of the code that brings them back.

    Raises Invalid for a language or topic that the tenant does not have, Closed outside its
    hours, Full when nobody more may wait.  Rule: S1, D2, T1.
    """
    now = clock.now()
    check_accepting(tenant, now=now)
    begun = Conversation(
        language=_language(tenant, language), topic=_topic(topic), urgent=urgent, queued_at=now
    )
    opened = begin_conversation(tenant, begun, sealed=sealed, prints=prints)
    # Last of all: others who begin a talk this hour wait for this row.
    count_start(tenant, now=now)
    return opened


def begin_conversation(
    tenant: Tenant,
    begun: Conversation,
    *,
    sealed: SealedAddress | None = None,
    prints: Prints | None = None,
) -> Opened:
    """Put ``begun`` into the queue, with what belongs to every talk. In the scope.

    It says what the visitor has chosen and where they stand; whether anybody is taken at all has
    been asked before.
    """
    let_policies_stand(tenant)
    policy = current_policy(tenant)
    expires_at, rule = expiry_of_living(tenant, policy, began_at=begun.queued_at)
    secret = Secret(secrets.token_urlsafe(32))
    begun.tenant, begun.policy = tenant, policy
    begun.began_at = begun.last_message_at = begun.queued_at
    # Nobody has connected yet: the line counts as lost until the socket is there.
    begun.visitor_lost_at = begun.queued_at
    begun.secret_hash = secret_hash(secret.reveal())
    # The key first: a row without a key would be due at once, a key without a row just expires.
    begun.segment_id = keys.create_key(tenant, expires_at=expires_at)
    begun.expires_at, begun.expiry_rule = expires_at, rule
    begun.save(force_insert=True)
    Segment.objects.create(
        id=begun.segment_id,
        tenant=tenant,
        conversation=begun,
        expires_at=expires_at,
        expiry_rule=rule,
    )
    if prints:
        keep_prints(tenant, begun.pk, prints)
    keep_address(tenant, policy, conversation=begun.pk, sealed=sealed)
    publish(queue_group(tenant.pk), "queue")
    return Opened(begun.pk, secret)


def check_accepting(tenant: Tenant, *, now: datetime) -> None:
    """Raise Closed or Full if nobody new can be taken at ``now``. In the tenant's scope."""
    hours = standing(tenant, now=now)
    if not hours.open:
        raise Closed("the line is closed", opens_at=hours.opens_at)
    if queue.waiting_count(now=now) >= tenant.queue_cap:
        raise Full("as many wait as can be answered")
    if not tenant.queues_unstaffed and not queue.staffed(tenant, now=now):
        raise Full("nobody is ready to answer")


def is_accepting(tenant: Tenant, *, now: datetime) -> bool:
    """Say whether somebody new can be taken at ``now``. In the tenant's scope."""
    try:
        check_accepting(tenant, now=now)
    except (Closed, Full):
        return False
    return True


def end_conversation(
    tenant: Tenant,
    conversation_id: UUID,
    *,
    by: By,
    counsellor: UUID | None = None,
    about: About = NOTHING_SAID,
    handed_over: bool = False,
) -> bool:
    """End a talk as its policy promises, and tell everybody in it. Opens its own scopes.

    ``about`` is what its counsellor says of it, which is counted and not kept with it. Where its
    visitor has been ``handed_over`` to another line the desk is told so.

    When this returns the talk is unreadable where the promise is "at close", and its keys are
    destroyed. Returns False where there was nothing (left) to end, and where it is ended for a
    ``counsellor`` who does not have it any more.  Rule: D5, T9.
    """
    with tenant_scope(tenant):
        ended = _end(tenant, conversation_id, by, counsellor, about)
    if ended and ended.counsellor and tenant.wrap_up_seconds:
        # Not while the talk is locked: who comes back to the desk locks their place first.
        with tenant_scope(tenant):
            rest(tenant, ended.counsellor, tenant.wrap_up_seconds)
    # What an earlier erasure left when it broke off goes too: its segments are shown to nobody here.
    finish_forgetting(tenant, conversation_id)
    if ended is None:
        return False
    drop_place(conversation_id)
    if ended.expires_at <= ended.at:
        purge.forget(CONVERSATION, tenant, [Due(conversation_id, ended.segments, ended.rule)])
    else:
        keys.shorten_keys(tenant, ended.segments, expires_at=ended.expires_at)
    tell(
        conversation_id,
        "ended",
        by=str(by),
        alternatives=alternatives(tenant, language=ended.language),
        # The day of a token and never a token: each socket makes its own, and tells nobody else.
        asks=ended.asks,
        **({"handed_over": True} if handed_over else {}),
    )
    publish(queue_group(tenant.pk), "queue")
    return True


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a talk that nobody has told: by whom, where else to turn, and whether it is asked."""

    by: By
    alternatives: list[Alternative]
    asks: str | None


def finish_end(tenant: Tenant, conversation_id: UUID, *, asking: bool) -> Found:
    """See that what was promised has happened in a talk that is found ended; say who ended it.

    Another process may be about it this moment, or have died over it. ``asking`` where the visitor
    is told of the end in this way: then they are asked how it went, as the event would have asked.
    Opens its own scopes.
    """
    finish_forgetting(tenant, conversation_id)
    with tenant_scope(tenant):
        farewell = Farewell.objects.filter(conversation_id=conversation_id).first()
        day = clock.now().date() if asking and farewell and farewell.asks else None
        if day:
            Farewell.objects.filter(conversation_id=conversation_id).update(asked=True)
    language = farewell.language if farewell else tenant.default_language
    by = By(farewell.ended_by) if farewell else By.SYSTEM
    return Found(by, alternatives(tenant, language=language), day.isoformat() if day else None)


def finish_forgetting(tenant: Tenant, conversation_id: UUID) -> None:
    """Forget what is due in one talk, if anything is left of it. Opens its own scopes."""
    with tenant_scope(tenant), database_role(PURGE):
        due = due_in(conversation_id)
    # What only a clock that has jumped calls due is not: nobody has ended it.
    if due and clock.steadiness.ok():
        purge.forget(CONVERSATION, tenant, due)


@dataclass(frozen=True, slots=True)
class _Ended:
    at: datetime
    expires_at: datetime
    rule: str
    segments: tuple[UUID, ...]
    language: str
    asks: str | None
    counsellor: Membership | None


def _end(
    tenant: Tenant, conversation_id: UUID, by: By, counsellor: UUID | None, about: About
) -> _Ended | None:
    let_policies_stand(tenant)
    alive = Conversation.objects.select_for_update(no_key=True).exclude(state=State.ENDED)
    whose = {} if counsellor is None else {"counsellor": counsellor}
    conversation = alive.filter(pk=conversation_id, **whose).first()
    if conversation is None:
        return None
    now = clock.now()
    policy = Policy.objects.get(pk=conversation.policy_id)
    expires_at, rule = expiry_of(tenant, policy, ended_at=clock.counted_from(now))
    segments = tuple(Segment.objects.filter(conversation=conversation).values_list("pk", flat=True))
    asks = asked_now(tenant) is not None
    # Whoever is on the line is asked now; a tab that comes back later, then.
    asked = asks and conversation.visitor_lost_at is None
    if conversation.claimed_at:
        Conversation.objects.filter(pk=conversation.pk).update(claimed_at=None)
        note_length(tenant, (now - conversation.claimed_at).total_seconds())
    Farewell.objects.create(
        tenant=tenant,
        conversation_id=conversation.pk,
        secret_hash=_farewell_hash(conversation, now),
        policy=policy,
        language=conversation.language,
        last_seq=conversation.last_seq,
        ended_by=by,
        asks=asks,
        asked=asked,
        # By the clock that reading obeys: a farewell that is over already could not be written.
        expires_at=now + FAREWELL,
    )
    drop_finder(conversation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chat_end(%s, %s, %s, %s, %s)",
            [tenant.pk, conversation_id, str(by), expires_at, rule],
        )
    for watch in watchers:
        watch(tenant, conversation, by)
    count_end(tenant, conversation, by=by, about=about, now=now)
    day = now.date().isoformat() if asked else None
    counsellor_then = conversation.counsellor
    return _Ended(now, expires_at, rule, segments, conversation.language, day, counsellor_then)


def _farewell_hash(conversation: Conversation, now: datetime) -> bytes:
    """Return the secret that the farewell is for: none where the tab was closed for good."""
    closed_at = conversation.tab_closed_at
    if closed_at is not None and closed_at <= now - CLOSED_TAB:
        return secrets.token_bytes(32)
    return bytes(conversation.secret_hash)


def erase_conversation(tenant: Tenant, conversation_id: UUID) -> int:
    """Destroy what has been written so far; the talk goes on. Opens its own scopes.

    Returns the sequence number through which everything is gone. Raises NotAllowed where the
    policy does not promise it, ConversationEnded where the talk is over.  Rule: D6.
    """
    with tenant_scope(tenant):
        conversation = Conversation.objects.filter(pk=conversation_id).first()
        if conversation is None or conversation.state == State.ENDED:
            raise ConversationEnded("the talk has ended")
        policy = Policy.objects.get(pk=conversation.policy_id)
        if not policy.may_erase:
            raise NotAllowed("this line does not offer to erase during the talk")
    segment = keys.create_key(tenant, expires_at=conversation.expires_at)
    rule = str(policy.rules.get("erase", "ours"))
    try:
        with tenant_scope(tenant):
            erased = _erase(tenant, conversation_id, segment, rule)
    except ConversationEnded:
        # The end was first: a key that seals nothing is not left lying about for hours.
        keys.destroy_keys(tenant, [segment])
        raise
    if erased.held:
        # What was erased stays for the hold alone, and so will what is written from now on.
        keys.hold_keys(tenant, [segment])
    else:
        purge.forget(CONVERSATION, tenant, [Due(conversation_id, erased.segments, rule)])
        # An erasure that broke off before has left what this one cannot see.
        finish_forgetting(tenant, conversation_id)
    tell(conversation_id, "erased", through=erased.through)
    return erased.through


@dataclass(frozen=True, slots=True)
class _Erased:
    through: int
    segments: tuple[UUID, ...]
    held: bool


def _erase(tenant: Tenant, conversation_id: UUID, segment: UUID, rule: str) -> _Erased:
    # The lock first, so that the list of earlier segments is the one that will be expired.
    locked = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id)
    held = locked.exclude(state=State.ENDED).values_list("held", flat=True).first()
    if held is None:
        raise ConversationEnded("the talk has ended")
    earlier = Segment.objects.filter(conversation_id=conversation_id).values_list("pk", flat=True)
    segments = tuple(earlier)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chat_erase(%s, %s, %s, %s)", [tenant.pk, conversation_id, segment, rule]
        )
        through: int | None = cursor.fetchone()[0]
    if through is None:
        raise ConversationEnded("the talk has ended")
    stop_showing(conversation_id)
    return _Erased(through, segments, held)


def _language(tenant: Tenant, language: str) -> str:
    if not language:
        return tenant.default_language
    if language not in tenant.offered:
        raise Invalid(f"`language` is one of {', '.join(tenant.offered)}")
    return language


def _topic(topic: str) -> str:
    # Compared here: the database does not take every string that JSON can hold.
    if topic and topic not in set(Subject.objects.values_list("slug", flat=True)):
        raise Invalid("`topic` is the id of one of this line's subjects")
    return topic
