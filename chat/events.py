"""What happens, told to whom it concerns: after the commit, and never before it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

from chat.fanout import Event, FanoutLayer

# Filled while code of ours runs in a thread on behalf of a socket (chat/calls.py), which then
# sends what is in it from its own event loop. Elsewhere there is no loop to send from.
outbox: ContextVar[list[tuple[str, Event]] | None] = ContextVar("helpline_outbox", default=None)


def layer() -> FanoutLayer:
    """Return the fan-out of this process."""
    found = get_channel_layer()
    assert isinstance(found, FanoutLayer)
    return found


def talk_group(conversation: UUID) -> str:
    """Everybody in one talk: the visitor's socket and the desk sockets that have it open."""
    return f"talk.{conversation.hex}"


def queue_group(tenant: int) -> str:
    """Whoever shows a tenant's queue."""
    return f"queue.{tenant}"


def desks_group(tenant: int) -> str:
    """Whoever shows who is at a tenant's desk."""
    return f"desks.{tenant}"


def member_group(membership: UUID) -> str:
    """All windows of one member's desk."""
    return f"member.{membership.hex}"


def publish(group: str, kind: str, **fields: Any) -> None:
    """Tell ``group`` after the commit of the open transaction, or now if there is none.

    Fields are ids, counts and states, or sealed; never what a visitor wrote.
    """
    event = {"type": kind, **fields}
    transaction.on_commit(lambda: _send(group, event))


def tell(conversation: UUID, kind: str, **fields: Any) -> None:
    """Tell everybody in a talk, after the commit."""
    publish(talk_group(conversation), kind, talk=conversation, **fields)


def _send(group: str, event: Event) -> None:
    gathered = outbox.get()
    if gathered is None:
        layer().broadcast(group, event)
    else:
        gathered.append((group, event))
