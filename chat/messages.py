"""Reading a talk back: from the sealed rows, a page at a time, under the keys that still exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from msgspec.json import encode

from chat.errors import ConversationEnded
from chat.models import Conversation, Message
from chat.states import Author, State
from retention.keys import OpenKey, open_keys
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


def read_page(tenant: Tenant, conversation: Conversation, *, after: int, keys: Keyring) -> Page:
    """Return what ``keys`` open of the messages after ``after``. In the scope."""
    start = max(after, conversation.erased_through)
    if start >= conversation.last_seq:
        return Page([], more=False)
    # Not beyond what the talk was seen to have: what came since has been or will be fanned out.
    rows = Message.objects.filter(
        conversation_id=conversation.pk, seq__gt=start, seq__lte=conversation.last_seq
    ).order_by("seq")
    found: list[Read] = []
    size = 0
    for row in rows[: PAGE_MESSAGES + 1]:
        read = _opened(row, keys)
        if read is None:
            continue
        size += len(encode(read.text)) + _AROUND_BYTES
        if found and (size > PAGE_BYTES or len(found) == PAGE_MESSAGES):
            return Page(found, more=True)
        found.append(read)
    return Page(found, more=False)


def _opened(row: Message, keys: Keyring) -> Read | None:
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
    ring = talk_keys(tenant, conversation)
    if not ring:
        # The row is there and its key is not: it is due, and nothing more is written under it.
        raise ConversationEnded("the talk has ended")
    page = read_page(tenant, conversation, after=after, keys=ring)
    return Caught(
        ring, conversation.segment_id, conversation.last_seq, conversation.erased_through, page
    )


def note_seen(conversation_id: UUID, *, by: Author, seq: int) -> bool:
    """Remember how far one side has read; never back. In the scope. Say whether it moved."""
    field = "visitor_seen" if by is Author.VISITOR else "counsellor_seen"
    rows = Conversation.objects.filter(
        pk=conversation_id, last_seq__gte=seq, **{f"{field}__lt": seq}
    )
    return bool(rows.update(**{field: seq}))
