from __future__ import annotations

from chat.models.card import Card
from chat.models.code import ResumeCode
from chat.models.conversation import Conversation, Segment
from chat.models.farewell import Farewell
from chat.models.line import DeskSocket, Pace, Presence, Process
from chat.models.message import Message

__all__ = [
    "Card",
    "Conversation",
    "DeskSocket",
    "Farewell",
    "Message",
    "Pace",
    "Presence",
    "Process",
    "ResumeCode",
    "Segment",
]
