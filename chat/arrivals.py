"""A visitor's tab at a talk: how it comes (back) to it, and what it is shown first.

Many come at once when a process restarts: ``arrive_all`` takes all who knock at one line with the
same few statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from chat import frames
from chat.cards import cards_of
from chat.errors import NotLetIn
from chat.evaluation import claim_token, token_of
from chat.events import publish, queue_group, tell
from chat.lives import CLOSED_TAB
from chat.messages import Caught, caught_up_all
from chat.models import Conversation, Farewell
from chat.queue import KEEPS_PLACE, places
from chat.situation import Situation, situation_of
from chat.states import State
from retention import clock
from tenants.errors import HelplineError, Invalid
from tenants.models import Policy, Tenant

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who says hello: the hash of the tab's secret, and what the tab has already."""

    secret: bytes
    after: int
    socket: UUID
    process: UUID
    tab: UUID | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A talk as the visitor finds it: what the database says of it, and its messages."""

    conversation: UUID
    situation: Situation
    place: tuple[int, int | None] | None
    policy: int
    language: str
    seen: int
    caught: Caught
    cards: list[Frame]


@dataclass(frozen=True, slots=True)
class Over:
    """A talk whose row is there and whose key is not: its end has to be finished."""

    conversation: UUID


Answer = Arrival | Over | Frame | HelplineError

# The rows in the order of ids, as everything takes them that takes several. Who has been out of the
# queue for too long stands at its end.
_TAKE = """
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest(%(secrets)s::bytea[], %(afters)s::int[], %(sockets)s::uuid[],
                       %(processes)s::uuid[], %(tabs)s::uuid[])
       AS a (secret, after, socket, process, tab)),
found AS MATERIALIZED (
  SELECT id, state, last_seq, visitor_lost_at, secret_hash FROM chat_conversation
  WHERE secret_hash = ANY (%(secrets)s) AND state <> 'ended'
    AND (tab_closed_at IS NULL OR tab_closed_at > retention_now() - %(closed)s)
  ORDER BY id FOR NO KEY UPDATE),
taken AS (
  UPDATE chat_conversation c
  SET visitor_socket = a.socket, visitor_process = a.process, visitor_lost_at = NULL,
      tab = a.tab,
      tab_closed_at = CASE WHEN c.closed_tab = a.tab THEN retention_now() END,
      queued_at = CASE WHEN f.state = 'waiting' AND f.visitor_lost_at <= retention_now() - %(keeps)s
                       THEN retention_now() ELSE c.queued_at END
  FROM found f JOIN asked a ON a.secret = f.secret_hash
  WHERE c.id = f.id AND f.last_seq >= a.after)
SELECT secret_hash, id, last_seq, visitor_lost_at IS NOT NULL FROM found
"""


def arrive_all(tenant: Tenant, knocks: Sequence[Knock]) -> list[Answer]:
    """Take the sockets of all who knock; return an answer for each, in order. In the scope.

    An Arrival or Over; the welcome of a talk that has ended; NotLetIn for a secret that opens nothing (any
    more), Invalid where a tab says that it has more than the talk.
    """
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(knocks))
    while waiting:
        # Two tabs with one secret: the later one takes the talk over from the earlier.
        first = {knock.secret: number for number, knock in reversed(waiting)}
        now = [(number, knock) for number, knock in waiting if first[knock.secret] == number]
        waiting = [(number, knock) for number, knock in waiting if first[knock.secret] != number]
        found = _arrive(tenant, [knock for _, knock in now])
        answers.update(zip((number for number, _ in now), found, strict=True))
    return [answers[number] for number in range(len(knocks))]


def _arrive(tenant: Tenant, knocks: Sequence[Knock]) -> list[Answer]:
    taken = _take(knocks)
    answers: dict[bytes, Answer] = {}
    came: dict[UUID, Knock] = {}
    for knock in knocks:
        conversation, last_seq, was_lost = taken.get(knock.secret, (None, 0, False))
        if conversation is None:
            answers[knock.secret] = _gone(tenant, knock.secret)
        elif knock.after > last_seq:
            text = "`after` is at most the last sequence number of the talk"
            answers[knock.secret] = Invalid(text)
        else:
            came[conversation] = knock
            _tell(tenant, conversation, knock, was_lost)
    read = _read(tenant, {talk: knock.after for talk, knock in came.items()})
    for talk, knock in came.items():
        answers[knock.secret] = read.get(talk) or Over(talk)
    return [answers[knock.secret] for knock in knocks]


def _take(knocks: Sequence[Knock]) -> dict[bytes, tuple[UUID, int, bool]]:
    said: dict[str, Any] = {
        "secrets": [knock.secret for knock in knocks],
        "afters": [knock.after for knock in knocks],
        "sockets": [knock.socket for knock in knocks],
        "processes": [knock.process for knock in knocks],
        "tabs": [knock.tab for knock in knocks],
        "closed": CLOSED_TAB,
        "keeps": KEEPS_PLACE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, said)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {bytes(row[0]): (row[1], row[2], row[3]) for row in rows}


def _tell(tenant: Tenant, conversation: UUID, knock: Knock, was_lost: bool) -> None:
    tell(conversation, "arrived", socket=knock.socket.hex)
    if was_lost:
        tell(conversation, "line", who="visitor", up=True)
        publish(queue_group(tenant.pk), "queue")


def _read(tenant: Tenant, afters: dict[UUID, int]) -> dict[UUID, Arrival]:
    """Read the talks of those who came; one without a key is left out."""
    if not afters:
        return {}
    # Of the policy one number: to write a statement that reads all of it takes longer than to run it.
    rows = Conversation.objects.select_related("counsellor").annotate(version=F("policy__version"))
    talks = list(rows.filter(pk__in=afters).exclude(state=State.ENDED))
    caught = caught_up_all(tenant, [(talk, afters[talk.pk]) for talk in talks])
    waiting = [talk.pk for talk in talks if talk.state == State.WAITING]
    standing = places(tenant, waiting, now=clock.now()) if waiting else {}
    return {
        talk.pk: Arrival(
            conversation=talk.pk,
            situation=situation_of(tenant, talk),
            place=standing.get(talk.pk),
            policy=talk.version,
            language=talk.language,
            seen=talk.counsellor_seen,
            caught=caught[talk.pk],
            cards=cards_of(talk, caught[talk.pk].keys),
        )
        for talk in talks
        if talk.pk in caught
    }


def _gone(tenant: Tenant, secret: bytes) -> Frame | HelplineError:
    farewell = Farewell.objects.filter(secret_hash=secret).first()
    return goodbye(tenant, farewell) if farewell else NotLetIn("this secret opens nothing")


def goodbye(tenant: Tenant, farewell: Farewell) -> Frame:
    """Return the welcome of a talk that is over: that it is, by whom, and nothing else.

    With the token for the form where the tab has not been asked yet how it went.  Rule: S9
    """
    day = claim_token(farewell.conversation_id, day=clock.now().date())
    return {
        "type": "welcome",
        "protocol": frames.PROTOCOL,
        "conversation": str(farewell.conversation_id),
        "state": str(State.ENDED),
        "position": None,
        "wait_seconds": None,
        "policy": Policy.objects.values_list("version", flat=True).get(pk=farewell.policy_id),
        "language": farewell.language,
        "counsellor": None,
        "last_seq": farewell.last_seq,
        "erased_through": farewell.last_seq,
        "seen": 0,
        "cards": [],
        "messages": [],
        "more": False,
        "ended": {"by": farewell.ended_by, "evaluation": token_of(tenant, day)},
    }
