"""Reading a talk back: from the sealed rows, a page at a time, under the keys that still exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from msgspec.json import encode

from chat.errors import ConversationEnded
from chat.models import Conversation
from chat.states import Author, State
from retention.keys import OpenKey, open_all, open_keys
from retention.sealing import Unsealable
from tenants.models import Tenant

# A server frame has at most 256 KiB; what surrounds the texts has to fit as well.
PAGE_BYTES = 180 * 1024
PAGE_MESSAGES = 300
_AROUND_BYTES = 200

Keyring = dict[UUID, OpenKey]


class Read(NamedTuple):
    """One message in clear, for the socket that asked and nobody else. ``at`` is a stamp."""

    seq: int
    author: int
    id: UUID
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Page:
    """Messages in order; ``more`` when there are others after them."""

    messages: list[Read]
    more: bool


@lru_cache(maxsize=256)  # all messages of one commit have one time
def stamp(moment: datetime) -> str:
    """Return a time as it goes over the wire: ISO 8601, UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def talk_keys(tenant: Tenant, conversation: Conversation) -> Keyring:
    """Return the living keys of a talk. In the scope.

    A segment that was erased has no key; one talk has few segments.
    """
    return open_keys(tenant, conversation=conversation.pk, segments=[conversation.segment_id])


class _Row(NamedTuple):
    """A message as it lies in the database."""

    conversation_id: UUID
    seq: int
    segment_id: UUID
    author: int
    client_id: UUID
    body: bytes | None
    at: datetime | None


# A page of each talk. Not beyond what the talk was seen to have: what came since has been or will be
# fanned out.
_ROWS = """
SELECT m.* FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS a (talk, after, last)
CROSS JOIN LATERAL (
  SELECT conversation_id, seq, segment_id, author, client_id, body, at FROM chat_message
  WHERE conversation_id = a.talk AND seq > a.after AND seq <= a.last
  ORDER BY seq LIMIT %s) m
ORDER BY m.conversation_id, m.seq
"""


def read_page(tenant: Tenant, conversation: Conversation, *, after: int, keys: Keyring) -> Page:
    """Return what ``keys`` open of the messages after ``after``. In the scope."""
    start = max(after, conversation.erased_through)
    return read_between(conversation.pk, after=start, through=conversation.last_seq, keys=keys)


def read_between(conversation_id: UUID, *, after: int, through: int, keys: Keyring) -> Page:
    """Return what ``keys`` open of a stretch of a talk, erased or not. In the scope."""
    rows = _rows_of([(conversation_id, after, through)])
    return _page(rows.get(conversation_id, ()), keys)


def _rows_of(stretches: Sequence[tuple[UUID, int, int]]) -> dict[UUID, list[_Row]]:
    """Return a page of rows of each talk, after one number and up to another; one query."""
    asked = [stretch for stretch in stretches if stretch[1] < stretch[2]]
    if not asked:
        return {}
    talks, afters, lasts = zip(*asked, strict=True)
    columns = (list(talks), list(afters), list(lasts), PAGE_MESSAGES + 1)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, columns)
        rows = [_Row(*row) for row in cursor.fetchall()]
    return {talk: list(own) for talk, own in groupby(rows, key=lambda row: row.conversation_id)}


def _page(rows: Iterable[_Row], keys: Keyring) -> Page:
    found: list[Read] = []
    size = 0
    for row in rows:
        read = _opened(row, keys)
        if read is None:
            continue
        size += len(encode(read.text)) + _AROUND_BYTES
        if found and (size > PAGE_BYTES or len(found) == PAGE_MESSAGES):
            return Page(found, more=True)
        found.append(read)
    return Page(found, more=False)


def _opened(row: _Row, keys: Keyring) -> Read | None:
    key = keys.get(row.segment_id)
    if key is None or row.body is None or row.at is None:
        return None
    try:
        text = key.sealer.open(bytes(row.body), author=row.author, message=row.client_id)
    except Unsealable:
        # Its key is not what sealed it: noise, as if it were gone.
        return None
    return Read(row.seq, row.author, row.client_id, text, stamp(row.at))


@dataclass(frozen=True, slots=True)
class Caught:
    """What a socket that missed something is given: the talk as it is now."""

    keys: Keyring
    segment: UUID
    last_seq: int
    erased_through: int
    page: Page

    @property
    def read_through(self) -> int:
        """Up to where the page has everything that there is."""
        return self.page.messages[-1].seq if self.page.more else self.last_seq


def catch_up(tenant: Tenant, conversation_id: UUID, *, after: int) -> Caught:
    """Read a living talk from ``after`` on. In the scope. Raises ConversationEnded."""
    conversation = (
        Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    )
    if conversation is None:
        raise ConversationEnded("the talk has ended")
    return caught_up(tenant, conversation, after=after)


def caught_up(tenant: Tenant, conversation: Conversation, *, after: int) -> Caught:
    """The same for a talk that has been looked up and goes on; two queries at most."""
    caught = caught_up_all(tenant, [(conversation, after)]).get(conversation.pk)
    if caught is None:
        # The row is there and its key is not: it is due, and nothing more is written under it.
        raise ConversationEnded("the talk has ended")
    return caught


def caught_up_all(tenant: Tenant, talks: Sequence[tuple[Conversation, int]]) -> dict[UUID, Caught]:
    """The same for many talks, each from the number beside it; a talk without a key is left out."""
    found = _caught_up(tenant, talks)
    missing = {talk.pk: (talk, after) for talk, after in talks if talk.pk not in found}
    if missing:
        # Erased since the rows were read: the talk goes on, under the key of another segment.
        rows = Conversation.objects.filter(pk__in=missing).exclude(state=State.ENDED)
        moved = [row for row in rows if row.segment_id != missing[row.pk][0].segment_id]
        found |= caught_up_all(tenant, [(row, missing[row.pk][1]) for row in moved])
    return found


def _caught_up(tenant: Tenant, talks: Sequence[tuple[Conversation, int]]) -> dict[UUID, Caught]:
    keys = open_all(tenant, {talk.segment_id: talk.pk for talk, _ in talks})
    rows = _rows_of(
        [(talk.pk, max(after, talk.erased_through), talk.last_seq) for talk, after in talks]
    )
    found = {}
    for talk, _ in talks:
        if talk.segment_id in keys:
            ring = {talk.segment_id: keys[talk.segment_id]}
            page = _page(rows.get(talk.pk, ()), ring)
            found[talk.pk] = Caught(ring, talk.segment_id, talk.last_seq, talk.erased_through, page)
    return found


def note_seen(conversation_id: UUID, *, by: Author, seq: int) -> bool:
    """Remember how far one side has read; never back. In the scope. Say whether it moved."""
    field = "visitor_seen" if by is Author.VISITOR else "counsellor_seen"
    rows = Conversation.objects.filter(
        pk=conversation_id, last_seq__gte=seq, **{f"{field}__lt": seq}
    )
    return bool(rows.update(**{field: seq}))
