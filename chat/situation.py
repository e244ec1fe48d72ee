"""How a talk is apart from its messages: its state, its counsellor, and who is on the line.

Events tell each change as it happens. Where one may have been lost (Valkey was away) the rows are
asked, and what differs from what the client was told last is told as the event would have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from chat.fanout import Event
from chat.models import Conversation
from chat.pauses import Note, note_of
from chat.queue import shown_counsellor
from chat.showing import is_shown
from tenants.models import Tenant

# Most events are messages, and leave all of this as it is.
CHANGING = frozenset({"state", "line", "arrived", "reading"})


class Situation(NamedTuple):
    """``membership`` and ``socket`` are hexadecimal, as they are in events."""

    state: str
    counsellor: dict[str, str] | None
    membership: str | None
    visitor_up: bool
    counsellor_up: bool
    socket: str | None
    note: Note | None = None
    cards: int = 0
    reading: bool = False

    def after(self, event: Event) -> Situation:
        """Return what it is once ``event`` has been told."""
        changes: dict[str, Any] = {}
        if event["type"] not in CHANGING:
            return self
        match event:
            case {"type": "state", "state": state, "counsellor": counsellor}:
                changes = {"state": state, "counsellor": counsellor, "counsellor_up": True}
                changes["membership"] = event.get("membership")
                changes["note"] = event.get("note")
            case {"type": "line", "who": "visitor", "up": up}:
                changes = {"visitor_up": up}
            case {"type": "line", "who": "counsellor", "up": up}:
                changes = {"counsellor_up": up}
            case {"type": "reading", "value": value}:
                changes = {"reading": value}
            case {"type": "arrived", "socket": socket}:
                changes = {"socket": socket}
        return self._replace(**changes)

    def since(self, told: Situation) -> Iterable[Event]:
        """Return the events that lead from ``told`` to this."""
        if self[:3] != told[:3] or self.note != told.note:
            yield {
                "type": "state",
                "state": self.state,
                "counsellor": self.counsellor,
                "membership": self.membership,
                "note": self.note,
            }
        for who, up, was_up in (
            ("visitor", self.visitor_up, told.visitor_up),
            ("counsellor", self.counsellor_up, told.counsellor_up),
        ):
            if up != was_up:
                yield {"type": "line", "who": who, "up": up}
        if self.reading != told.reading:
            yield {"type": "reading", "value": self.reading}
        if self.cards > told.cards:
            yield {"type": "cards", "count": self.cards}
        if self.socket != told.socket and self.socket is not None:
            yield {"type": "arrived", "socket": self.socket}


def situation_of(tenant: Tenant, conversation: Conversation) -> Situation:
    """Return how ``conversation`` is now. In the scope; its counsellor is read with it."""
    member, socket = conversation.counsellor_id, conversation.visitor_socket
    return Situation(
        state=str(conversation.state),
        counsellor=shown_counsellor(tenant, conversation),
        membership=member.hex if member else None,
        visitor_up=conversation.visitor_lost_at is None,
        counsellor_up=not conversation.counsellor_told_lost,
        socket=socket.hex if socket else None,
        note=note_of(conversation),
        cards=conversation.cards,
        reading=is_shown(conversation),
    )


def situations(tenant: Tenant, conversations: Iterable[UUID]) -> dict[UUID, Situation]:
    """Return how each of ``conversations`` is now, as far as it is there. In the scope."""
    rows = Conversation.objects.select_related("counsellor").filter(pk__in=conversations)
    return {row.pk: situation_of(tenant, row) for row in rows}
