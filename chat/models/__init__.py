from __future__ import annotations

from chat.models.conversation import Conversation, Segment
from chat.models.farewell import Farewell
from chat.models.line import DeskSocket, Pace, Presence, Process
from chat.models.message import Message

__all__ = [
    "Conversation",
    "DeskSocket",
    "Farewell",
    "Message",
    "Pace",
    "Presence",
    "Process",
    "Segment",
]
