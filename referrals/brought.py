"""What comes along with a visitor: exactly what they have agreed to, and not a word more.

It is read under the keys of the first talk, goes sealed under a short-lived key of the partner,
and ends up in cards of the talk there, which both can see and which live and die with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from msgspec.json import decode, encode

from chat.cards import CardKind, Frame
from chat.messages import read_page, talk_keys
from chat.models import Conversation
from chat.states import WORDS, State
from retention import keys
from retention.keys import OpenKey
from tenants.errors import Invalid, Unavailable
from tenants.models import Tenant
from tenants.scope import tenant_scope

# Of the messages in one card; a frame has to hold it with what surrounds them.
PART_BYTES = 90 * 1024
# What it is sealed as: not a message, and by neither of the two.
_AUTHOR = 4


def _offer(tenant: Tenant, language: str, content: Frame) -> Frame:
    raise Invalid("such a card comes with a visitor, and nobody lays one")


BROUGHT = CardKind(name="brought", offer=_offer)


def parts_of(giver: Tenant, conversation: UUID, said: Frame) -> list[Frame]:
    """Return what the cards at the partner will show. Opens its own scope.

    ``said`` is the visitor's answer as both at ``giver`` are shown it.
    """
    about = {"from": {"name": giver.name}, "choice": said["choice"]}
    if said["choice"] == "summary":
        return [about | {"summary": said["summary"], "part": 1, "parts": 1}]
    if said["choice"] != "all":
        return [about | {"part": 1, "parts": 1}]
    pages = _cut(_messages(giver, conversation)) or [[]]
    return [
        about | {"messages": page, "part": number, "parts": len(pages)}
        for number, page in enumerate(pages, start=1)
    ]


def _messages(tenant: Tenant, conversation: UUID) -> list[dict[str, str]]:
    """Return the talk as it stands, without numbers, times and names."""
    with tenant_scope(tenant):
        talk = Conversation.objects.filter(pk=conversation).exclude(state=State.ENDED).first()
        if talk is None:
            return []
        ring, after, found, more = talk_keys(tenant, talk), 0, list[dict[str, str]](), True
        while more:
            page = read_page(tenant, talk, after=after, keys=ring)
            found += [{"from": WORDS[each.author], "text": each.text} for each in page.messages]
            more, after = page.more, page.messages[-1].seq if page.messages else after
        return found


def _cut(messages: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    pages: list[list[dict[str, str]]] = []
    size = PART_BYTES
    for message in messages:
        length = len(encode(message))
        if size + length > PART_BYTES:
            pages.append([])
            size = 0
        pages[-1].append(message)
        size += length
    return pages


def seal(
    taker: Tenant, conversation: UUID, handoff: UUID, segment: UUID, parts: list[Frame]
) -> bytes:
    """Seal what comes along under a key of the partner. Raises Unavailable where it is not there."""
    opened = keys.open_keys(taker, conversation=conversation, segments=[segment])
    if segment not in opened:
        raise Unavailable("the key is not here; try again")
    text = encode(parts).decode()
    return opened[segment].sealer.seal(text, author=_AUTHOR, message=handoff)


def open_sealed(key: OpenKey, handoff: UUID, body: bytes) -> list[Frame]:
    """Return what was sealed. Raises Unsealable for anything else."""
    parts: list[Frame] = decode(key.sealer.open(body, author=_AUTHOR, message=handoff))
    return parts
