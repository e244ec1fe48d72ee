from __future__ import annotations

from chat.models.card import Card
from chat.models.code import ResumeCode
from chat.models.colleague import Consult, Offer
from chat.models.conversation import Conversation, Segment
from chat.models.farewell import Farewell
from chat.models.handbook import Article, Sharing, Version
from chat.models.handover import HandoverNote
from chat.models.incident import Incident
from chat.models.line import DeskSocket, Pace, Presence, Process
from chat.models.message import Message
from chat.models.tally import Tally

__all__ = [
    "Article",
    "Card",
    "Consult",
    "Conversation",
    "DeskSocket",
    "Farewell",
    "HandoverNote",
    "Incident",
    "Message",
    "Offer",
    "Pace",
    "Presence",
    "Process",
    "ResumeCode",
    "Segment",
    "Sharing",
    "Tally",
    "Version",
]
