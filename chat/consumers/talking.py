"""The part of a socket that is about talks: saying, reading on, catching up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import accumulate
from typing import Any, ClassVar
from uuid import UUID

from django.db import Error as DatabaseError
from msgspec.json import encode
from psycopg_pool import PoolTimeout

from chat.calls import call, scoped_call
from chat.cards import read_cards
from chat.consumers.base import Frame, Socket
from chat.conversations import finish_end, finish_forgetting
from chat.errors import ConversationEnded, SlowDown
from chat.events import layer
from chat.fanout import Event
from chat.messages import Caught, catch_up, note_seen, stamp
from chat.reader import Reader
from chat.runtime import runtime
from chat.situation import Situation
from chat.states import Author
from chat.writer import Answer, Outcome, Post
from tenants.errors import HelplineError, Invalid, NotFound, Unavailable

RESEAL_LIMIT = 5
# A server frame has at most 256 KiB, of which a page of messages may take the most.
CARDS_BYTES = 48 * 1024
# How long what was refused may come again before what was said after it: thrice a page's pause.
REFUSED_FIRST_SECONDS = 10.0


class Talking(Socket):
    """A socket with a reader for each talk that it has open."""

    me: Author
    sender: UUID | None = None
    # What is done about each type of event: the methods on_<type>.
    hears: ClassVar[dict[str, Callable[[Any, Reader, Event], None]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.hears = {name[3:]: getattr(cls, name) for name in dir(cls) if name.startswith("on_")}

    # Saying.

    def say(self, reader: Reader, message: UUID, text: str, ref: str | None) -> None:
        """Seal ``text`` and give it to the writer; the answer comes after the commit."""
        self._check_pace(reader, message)
        reader.asked(message, ref)
        sealer = None if reader.unsealed else reader.sealer()
        if sealer is None:
            self._say_later(reader, message, text, RESEAL_LIMIT)
        else:
            body = sealer.seal(text, author=self.me, message=message)
            self._post(reader, message, text, sealer.segment, body, RESEAL_LIMIT)

    def _check_pace(self, reader: Reader, message: UUID) -> None:
        """Raise SlowDown for what comes too fast, and for what would overtake it.

        What a client has sent before it heard of the refusal comes when there may be room again.
        """
        now = time.monotonic()
        first, until = reader.refused
        overtakes = first is not None and first != message and now < until
        if overtakes or not self._says.take():
            if not overtakes:
                reader.refused = message, now + REFUSED_FIRST_SECONDS
            raise SlowDown("you write faster than this line takes")
        reader.refused = None, now

    def _post(
        self, reader: Reader, message: UUID, text: str, segment: UUID, body: bytes, tries: int
    ) -> None:
        def answered(answer: Answer) -> None:
            self._answered(reader, message, text, segment, body, tries, answer)

        runtime().writer.put(
            Post(
                tenant=reader.tenant.pk,
                conversation=reader.conversation,
                author=self.me,
                sender=self.sender,
                id=message,
                segment=segment,
                body=body,
                answer=answered,
            )
        )

    def _answered(
        self,
        reader: Reader,
        message: UUID,
        text: str,
        segment: UUID,
        body: bytes,
        tries: int,
        answer: Answer,
    ) -> None:
        if answer.outcome is Outcome.STORED:
            assert answer.at is not None
            self._fan_out(reader, message, segment, body, answer.seq, answer.at)
            if message in reader.unanswered:
                reader.offer(answer.seq, reader.said(message, answer.seq, answer.at))
        elif answer.outcome is Outcome.REPEATED:
            assert answer.at is not None
            if message in reader.unanswered:
                self.give(reader.said(message, answer.seq, answer.at))
        elif answer.outcome is Outcome.SEGMENT_MOVED and tries:
            # Erased meanwhile: the old segment's key is gone, so seal it anew under the next.
            self._say_later(reader, message, text, tries - 1)
        else:
            self._refuse(_REFUSALS[answer.outcome], reader.answered(message))

    def _say_later(self, reader: Reader, message: UUID, text: str, tries: int) -> None:
        """Seal once the current key is here, after what was said before."""
        reader.unsealed.append((message, text, tries))
        if len(reader.unsealed) == 1:
            self.spawn(self._seal_waiting(reader))

    async def _seal_waiting(self, reader: Reader) -> None:
        try:
            self.take(reader, await self._fetched(reader))
            sealer = reader.sealer()
            if sealer is None:
                raise ConversationEnded("the talk has ended")
        except (HelplineError, DatabaseError, PoolTimeout) as problem:
            said = problem if isinstance(problem, HelplineError) else _REFUSALS[Outcome.BUSY]
            for message, _text, _tries in reader.unsealed:
                self._refuse(said, reader.answered(message))
            reader.unsealed.clear()
            return
        waiting, reader.unsealed = reader.unsealed, []
        for message, text, tries in waiting:
            body = sealer.seal(text, author=self.me, message=message)
            self._post(reader, message, text, sealer.segment, body, tries)

    def _fan_out(
        self, reader: Reader, message: UUID, segment: UUID, body: bytes, seq: int, at: datetime
    ) -> None:
        event = {
            "type": "message",
            "talk": reader.conversation,
            "from": self.channel,
            "seq": seq,
            "author": int(self.me),
            "id": message,
            "segment": segment,
            "body": body,
            "at": stamp(at),
        }
        layer().here.group_send(reader.group, event)

    # Telling the others in the talk.

    def tell_talk(self, reader: Reader, kind: str, **fields: int) -> None:
        """Tell the others that this side does something; lost without harm."""
        event = {"type": kind, "talk": reader.conversation, "by": int(self.me), **fields}
        layer().here.group_send(reader.group, event)

    def see(self, reader: Reader, seq: int) -> None:
        """Note and tell how far this side has read."""
        if seq > reader.given:
            raise Invalid("`seq` is at most that of the last message")
        self.spawn(self._see(reader, seq))

    async def _see(self, reader: Reader, seq: int) -> None:
        if await scoped_call(reader.tenant, note_seen, reader.conversation, by=self.me, seq=seq):
            self.tell_talk(reader, "seen", seq=seq)

    # What fans out.

    def hear(self, reader: Reader, event: Event) -> None:
        """Do what ``event`` asks for, or keep it until the talk has been read."""
        if reader.held is not None:
            reader.held.append(event)
            return
        if reader.situation is not None:
            reader.situation = reader.situation.after(event)
        if (heard := self.hears.get(event["type"])) is not None:
            heard(self, reader, event)
        # Else a process of a later version tells what this one does not know.

    def release(self, reader: Reader) -> None:
        """The talk has been read and shown: what came meanwhile follows."""
        held, reader.held = reader.held or [], None
        for event in held:
            self.hear(reader, event)

    def situate(self, reader: Reader, situation: Situation) -> None:
        """Tell what has changed without an event."""
        if reader.situation is not None and reader.held is None:
            for event in situation.since(reader.situation):
                self.hear(reader, event)

    # Cards.

    def show_card(self, reader: Reader, card: Frame, ref: str | None = None) -> None:
        """Show one card as it is now; the same again is no news."""
        if ref is not None or reader.cards.get(card["id"], 0) < card["version"]:
            reader.cards[card["id"]] = card["version"]
            self.reply({"type": "card", **card, **self.naming(reader)}, ref)

    def note_cards(self, reader: Reader, cards: list[Frame]) -> list[Frame]:
        """Return those of ``cards`` that a frame has room for, which are no news from then on.

        The others follow by themselves.
        """
        sizes = accumulate(len(encode(card)) for card in cards)
        fits = [card for card, size in zip(cards, sizes, strict=True) if size <= CARDS_BYTES]
        reader.cards = {card["id"]: card["version"] for card in fits}
        if len(fits) < len(cards):
            self.spawn(self._show_cards(reader))
        return fits

    def on_cards(self, reader: Reader, event: Event) -> None:
        self.spawn(self._show_cards(reader))

    async def _show_cards(self, reader: Reader) -> None:
        tenant, talk = reader.tenant, reader.conversation
        at_desk = self.me == Author.COUNSELLOR
        count, cards = await scoped_call(tenant, read_cards, tenant, talk, at_desk=at_desk)
        if self.has(reader):
            for card in cards:
                self.show_card(reader, card)
            # Not before: what could not be read has not been told.
            if reader.situation is not None and count > reader.situation.cards:
                reader.situation = reader.situation._replace(cards=count)

    def naming(self, reader: Reader) -> Frame:
        """Return what says in a frame which talk it is about, where a socket has several."""
        return {}

    # Reading on.

    async def more(self, reader: Reader, after: int) -> Frame:
        """Return the page after ``after``. It counts as given where it follows what was."""
        caught = await scoped_call(
            reader.tenant, catch_up, reader.tenant, reader.conversation, after=after
        )
        self._note_erased(reader, caught)
        names = partial(self.name_of, reader)
        if after == reader.given:
            messages = reader.page(caught, names)
        else:
            messages = [reader.shown(read, names(read.author)) for read in caught.page.messages]
        return {"type": "more", "messages": messages, "more": caught.page.more}

    def fetch(self, reader: Reader) -> None:
        """Start a catch-up of ``reader``, unless one is under way."""
        if not reader.fetching:
            reader.fetching = True
            self.spawn(self._catch_up(reader))

    async def _catch_up(self, reader: Reader) -> None:
        try:
            more = True
            while more:
                caught = await self._fetched(reader)
                more = caught.page.more
                self.take(reader, caught)
        except ConversationEnded:
            self.talk_gone(reader)
        finally:
            reader.fetching = False

    async def _fetched(self, reader: Reader) -> Caught:
        return await scoped_call(
            reader.tenant, catch_up, reader.tenant, reader.conversation, after=reader.given
        )

    def take(self, reader: Reader, caught: Caught) -> None:
        """Give what has been fetched, in order."""
        self._note_erased(reader, caught)
        reader.take(caught)
        for read in caught.page.messages:
            reader.read(read, self.name_of(reader, read.author))
        reader.caught_up(caught.read_through)

    def _note_erased(self, reader: Reader, caught: Caught) -> None:
        if caught.erased_through > reader.told_erased:
            self.spawn(self._tell_erased(reader, caught.erased_through))

    async def _tell_erased(self, reader: Reader, through: int) -> None:
        """Tell of an erasure of which no event has come, once it is complete."""
        await call(finish_forgetting, reader.tenant, reader.conversation)
        if self.has(reader) and through > reader.told_erased:
            self.hears["erased"](self, reader, {"through": through})
            reader.found_erased = through

    def name_of(self, reader: Reader, author: int) -> str | None:
        """Return the name that stands beside a message, if one may."""
        return None

    def talk_gone(self, reader: Reader) -> None:
        """The talk is over and no event has told so: a purge, another process, a moved clock."""
        reader.drop()
        self.spawn(self._tell_gone(reader))

    async def _tell_gone(self, reader: Reader) -> None:
        is_visitor = self.me is Author.VISITOR
        found = await call(finish_end, reader.tenant, reader.conversation, asking=is_visitor)
        if self.has(reader):
            said = {"by": str(found.by), "alternatives": found.alternatives, "asks": found.asks}
            self.hears["ended"](self, reader, said)

    def has(self, reader: Reader) -> bool:
        """Say whether this socket still shows that talk."""
        raise NotImplementedError


_REFUSALS = {
    Outcome.ENDED: ConversationEnded("the talk has ended"),
    Outcome.NOT_YOURS: NotFound("no such talk"),
    Outcome.UNKNOWN: ConversationEnded("the talk has ended"),
    Outcome.BUSY: Unavailable("storage is away for a moment; send it again"),
    Outcome.SEGMENT_MOVED: Unavailable("much is being erased; send it again"),
}
