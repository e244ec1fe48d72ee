"""A counsellor asks one colleague about a talk, in a thread beside it.  Rule: S6, S7

The colleague reads what they are asked and nothing of the talk, unless the line's promise lets their
asker show it; then the visitor is told for as long as it is shown (chat/showing.py). The visitor is told that it may take
a while. The thread is sealed under the talk's key and goes with it; it goes on for as long as its
asker has the talk, and nobody has to end it for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Q
from msgspec.json import decode, encode

from chat.colleagues import cards_by_id, colleague_here, is_with, tell_windows
from chat.messages import Caught, Keyring, caught_up, stamp, talk_keys
from chat.models import Consult, Conversation
from chat.pauses import locked_talk, note_of, pause_locked, read_note
from chat.showing import is_shown, may_show, start_showing, stop_showing
from chat.states import Author, Closed, State
from retention import clock
from retention.keys import open_all
from retention.sealing import Unsealable
from tenants.errors import NotAllowed, NotFound, Unavailable
from tenants.models import Membership, Tenant
from tenants.policies import let_policies_stand
from tenants.staff import own_membership

Frame = dict[str, Any]

ANSWER_WITHIN = timedelta(minutes=5)
# What a page of the wire holds, whatever alphabet it is written in.
CHARACTERS = 40_000
# The short word for what the visitor is told (docs/protocol.md).
NOTE = "colleague"


@dataclass(frozen=True, slots=True)
class Thread:
    """A consult as its two see it. ``lines`` have ``by`` (asker or colleague), ``text``, ``at``."""

    id: UUID
    conversation: UUID
    asker: Frame
    colleague: Frame
    lines: Sequence[Frame]
    may_show: bool
    is_shown: bool

    def names(self, membership: Membership) -> Frame:
        """Return what says which thread it is; the talk's id is the asker's alone."""
        names: Frame = {"consult": str(self.id), "from": self.asker, "to": self.colleague}
        if self.asker["id"] == str(membership.pk):
            names["conversation"] = str(self.conversation)
            names |= {"may_show": True} if self.may_show else {}
            names |= {"shown": True} if self.is_shown else {}
        return names

    def is_shown_to(self, membership: Membership) -> bool:
        """Say whether the talk is shown to ``membership``, who is asked about it."""
        return self.is_shown and self.colleague["id"] == str(membership.pk)


def ask_colleague(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, colleague_id: UUID, text: str
) -> Thread:
    """Ask a colleague about a talk of ``membership``, or go on asking; tell the visitor.

    In the scope. Raises NotFound for every other talk and for a colleague who is not here,
    NotAllowed while another colleague is asked.  Rule: S6.
    """
    member = own_membership(tenant, membership)
    keys = _keys_of(tenant, conversation_id)
    talk = locked_talk(member, conversation_id)
    colleague = colleague_here(member, colleague_id)
    consult = _open_in(talk) or _new(tenant, talk, asker=member, colleague=colleague)
    if consult.colleague_id != colleague.pk or consult.asker_id != member.pk:
        raise NotAllowed("another colleague is asked about this talk; close that first")
    _add(consult, keys, by=Closed.ASKER, text=text)
    if read_note(note_of(talk), keys) != NOTE:
        pause_locked(tenant, talk, keys, note=NOTE)
    return _thread(tenant, consult, keys)


def reply_to_consult(
    tenant: Tenant, membership: Membership, consult_id: UUID, *, text: str
) -> Thread:
    """Answer what a colleague has asked. In the scope. Raises NotFound for every other consult."""
    member = own_membership(tenant, membership)
    consult, keys = _locked(tenant, consult_id, Q(colleague=member))
    consult.until = None
    _add(consult, keys, by=Closed.COLLEAGUE, text=text)
    return _thread(tenant, consult, keys)


def close_consult(tenant: Tenant, membership: Membership, consult_id: UUID) -> tuple[UUID, str]:
    """Close a thread from either end; unanswered that is a no. In the scope.

    Returns the talk and by whom. Raises NotFound for every other consult.
    """
    member = own_membership(tenant, membership)
    consult, _ = _locked(tenant, consult_id, Q(asker=member) | Q(colleague=member))
    closed = Closed.ASKER if consult.asker_id == member.pk else Closed.COLLEAGUE
    _close(consult, closed)
    return consult.conversation_id, str(closed)


def show_talk(tenant: Tenant, membership: Membership, consult_id: UUID, *, asked: str) -> UUID:
    """Let the colleague of a consult read its talk, and tell the visitor; return the talk.

    In the scope; ``asked`` names the window that asks. Raises NotFound for every other consult, and
    NotAllowed where the promise of the talk does not allow it.  Rule: S6, S7.
    """
    member = own_membership(tenant, membership)
    let_policies_stand(tenant)
    consult, _ = _locked(tenant, consult_id, Q(asker=member))
    talk = Conversation.objects.get(pk=consult.conversation_id)
    if consult.segment_id != talk.segment_id:
        raise NotFound("no such consult")
    if not may_show(talk, now=clock.now()):
        raise NotAllowed("this line promises that nobody but its counsellor sees a talk")
    start_showing(talk, asked=asked)
    tell_windows(consult.colleague_id)
    return talk.pk


def hide_talk(tenant: Tenant, membership: Membership, consult_id: UUID, *, asked: str) -> UUID:
    """Show the talk of a consult no more; return it. In the scope. Raises NotFound as above."""
    member = own_membership(tenant, membership)
    consult, _ = _locked(tenant, consult_id, Q(asker=member))
    stop_showing(consult.conversation_id, asked=asked)
    return consult.conversation_id


def shown_talk(tenant: Tenant, membership: Membership, consult_id: UUID, *, after: int) -> Caught:
    """Return a page of the talk that is shown to ``membership`` in a consult. In the scope.

    Raises NotFound where it is not, or not any more, and ConversationEnded.  Rule: S7.
    """
    member = own_membership(tenant, membership)
    open_now = Consult.objects.select_related("conversation").filter(closed="", colleague=member)
    consult = open_now.filter(pk=consult_id, conversation__counsellor=F("asker")).first()
    if consult is None or not _shows(consult, consult.conversation):
        raise NotFound("no such consult")
    caught = caught_up(tenant, consult.conversation, after=after)
    if caught.segment != consult.segment_id:
        # Erased since the row was read, and with that not shown any more.
        raise NotFound("no such consult")
    return caught


def close_consults_of(talk: Conversation) -> None:
    """Close what its counsellor has asked about a talk that somebody else takes over. Locked."""
    for consult in Consult.objects.filter(conversation=talk, closed=""):
        _close(consult, Closed.TALK)


def close_unanswered(tenant: Tenant, *, now: datetime) -> None:
    """Close what has waited for an answer for too long, and tell both. In the scope."""
    # One of a talk that is over and kept goes with it; it is nobody's question any more.
    going_on = Consult.objects.filter(conversation__state__in=[State.ACTIVE, State.PAUSED])
    over = going_on.filter(closed="", until__lte=now).order_by("conversation")
    for consult_id, conversation_id in over.values_list("pk", "conversation_id"):
        talk = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id)
        found = talk.exclude(state=State.ENDED).first()
        consult = Consult.objects.filter(pk=consult_id, closed="", until__lte=now).first()
        if found and consult:
            _close(consult, Closed.NO_ANSWER)


def threads_of(tenant: Tenant, membership: Membership) -> list[Thread]:
    """Return the open threads of a member, at either end. In the scope; some queries."""
    rows = Consult.objects.select_related("conversation").filter(
        Q(asker=membership) | Q(colleague=membership),
        closed="",
        conversation__counsellor=F("asker"),
        conversation__state__in=[State.ACTIVE, State.PAUSED],
    )
    found = list(rows.order_by("conversation", "pk"))
    if not found:
        return []
    keys = open_all(tenant, {row.segment_id: row.conversation_id for row in found})
    return [thread for thread in _threads(tenant, found, keys) if thread.lines]


def said_aside(talk: Conversation, keys: Keyring) -> list[Frame]:
    """Return the lines that colleagues have said of ``talk``, whose reading is allowed; in order.

    As whoever may see the rows: the application, or the role that reads what is held. One query.
    """
    rows = Consult.objects.filter(conversation=talk)
    return sorted((line for row in rows for line in _read(row, keys)), key=lambda one: one["at"])


def closed_by(consults: Collection[UUID]) -> dict[UUID, str]:
    """Return by whom each of ``consults``, which are not open, was closed. In the scope."""
    rows = dict(Consult.objects.filter(pk__in=consults).values_list("pk", "closed"))
    return {one: rows.get(one) or str(Closed.TALK) for one in consults}


def _keys_of(tenant: Tenant, conversation_id: UUID) -> Keyring:
    # Before anything is locked: whoever writes in the talk would wait for the other instance with us.
    talk = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    return talk_keys(tenant, talk) if talk else {}


def _open_in(talk: Conversation) -> Consult | None:
    return Consult.objects.filter(conversation=talk, closed="").first()


def _new(
    tenant: Tenant, talk: Conversation, *, asker: Membership, colleague: Membership
) -> Consult:
    return Consult(
        id=uuid4(),
        tenant=tenant,
        conversation=talk,
        segment_id=talk.segment_id,
        asker=asker,
        colleague=colleague,
        until=clock.now() + ANSWER_WITHIN,
    )


def _locked(tenant: Tenant, consult_id: UUID, mine: Q) -> tuple[Consult, Keyring]:
    """Lock the talk of a consult that is open and whose asker has the talk."""
    place = Consult.objects.filter(mine, pk=consult_id).first()
    if place is None:
        raise NotFound("no such consult")
    keys = _keys_of(tenant, place.conversation_id)
    talk = Conversation.objects.select_for_update(no_key=True).filter(pk=place.conversation_id)
    found = talk.first()
    consult = Consult.objects.filter(pk=consult_id, closed="").first()
    if found is None or consult is None or not is_with(found, consult.asker_id):
        raise NotFound("no such consult")
    return consult, keys


def _add(consult: Consult, keys: Keyring, *, by: Closed, text: str) -> None:
    lines = _read(consult, keys) if consult.lines else []
    said = sum(len(line["text"]) for line in lines)
    if said + len(text) > CHARACTERS:
        raise NotAllowed("this thread is full; close it and begin another")
    lines.append({"by": str(by), "text": text, "at": stamp(clock.now())})
    key = keys.get(consult.segment_id)
    if key is None:
        raise Unavailable("the key is not here; try again")
    sealed = key.sealer.seal(encode(lines).decode(), author=Author.COUNSELLOR, message=consult.pk)
    consult.body, consult.lines = sealed, len(lines)
    if consult.lines == 1:
        consult.save(force_insert=True)
    else:
        consult.save(update_fields=["body", "lines", "until"])
    _tell(consult)


def _close(consult: Consult, closed: Closed) -> None:
    consult.closed = closed
    consult.save(update_fields=["closed"])
    stop_showing(consult.conversation_id)
    _tell(consult)


def _shows(consult: Consult, talk: Conversation) -> bool:
    """Say whether the talk is shown in this consult, and still may be."""
    is_its_own = is_shown(talk) and consult.segment_id == talk.segment_id
    return is_its_own and may_show(talk, now=clock.now())


def _tell(consult: Consult) -> None:
    tell_windows(consult.asker_id, consult.colleague_id)


def _thread(tenant: Tenant, consult: Consult, keys: Keyring) -> Thread:
    (thread,) = _threads(tenant, [consult], keys)
    return thread


def _threads(tenant: Tenant, consults: Sequence[Consult], keys: Keyring) -> Iterable[Thread]:
    members = {one for row in consults for one in (row.asker_id, row.colleague_id)}
    cards = cards_by_id(tenant, members)
    return [
        Thread(
            id=row.pk,
            conversation=row.conversation_id,
            asker=cards[row.asker_id],
            colleague=cards[row.colleague_id],
            lines=_read(row, keys),
            may_show=may_show(row.conversation, now=clock.now()),
            is_shown=_shows(row, row.conversation),
        )
        for row in consults
    ]


def _read(consult: Consult, keys: Keyring) -> list[Frame]:
    """Return what was said; nothing where it was erased or its key is not here."""
    key = keys.get(consult.segment_id)
    if key is None:
        return []
    try:
        said = key.sealer.open(bytes(consult.body), author=Author.COUNSELLOR, message=consult.pk)
    except Unsealable:
        return []
    lines: list[Frame] = decode(said)
    return lines
