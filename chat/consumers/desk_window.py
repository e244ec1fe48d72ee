"""A window of the desk: the talks that are open in it, and what it is told of them."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from uuid import UUID

from chat import desk, frames
from chat.calls import scoped_call
from chat.consumers.base import Frame
from chat.consumers.talking import Talking
from chat.events import talk_group
from chat.fanout import Event
from chat.messages import Caught
from chat.reader import Reader
from chat.runtime import runtime
from chat.states import Author
from tenants.errors import NotFound
from tenants.models import Membership


class DeskWindow(Talking):
    me = Author.COUNSELLOR

    membership: Membership

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[UUID, Reader] = {}
        self._close_refs: dict[UUID, str | None] = {}
        self._state_refs: dict[UUID, str | None] = {}

    # Talks that are open in this window.

    def _talk(self, conversation: UUID) -> Reader:
        reader = self.readers.get(conversation)
        if reader is None:
            raise NotFound("no such talk")
        return reader

    def reader_of(self, conversation: UUID, *, after: int = 0) -> Reader:
        """Let what fans out of a talk reach this window, and keep it until the talk is shown."""
        reader = Reader(
            self.tenant,
            conversation,
            self.me,
            give=partial(self._give_in, conversation),
            fetch=self.fetch,
        )
        reader.given = after
        self.readers[conversation] = reader
        self.join(talk_group(conversation))
        return reader

    def assign(self, reader: Reader, stands: desk.Stands, ref: str | None) -> None:
        runtime().pulse.add(reader, self)
        # That it has been claimed is no news to the window that claimed it.
        reader.held = [event for event in reader.held or () if event["type"] != "state"]
        self.reply({"type": "assigned", **self._as_conversation(reader, stands)}, ref)
        self._release(reader.conversation)

    async def _opened(self, conversation: UUID, *, after: int = 0) -> Frame:
        """Open a talk of one's own in this window, and return how it stands."""
        reader = self.reader_of(conversation, after=after)
        try:
            stands = await scoped_call(
                self.tenant, desk.own_talk, self.tenant, self.membership, conversation, after=after
            )
        except BaseException:
            self.drop_reader(reader)
            raise
        runtime().pulse.add(reader, self)
        return self._as_conversation(reader, stands)

    async def _opened_all(self, talks: list[UUID]) -> list[Frame]:
        """Open these; one that has become somebody else's meanwhile is left out."""
        opened = []
        for talk in talks:
            with suppress(NotFound):
                opened.append(await self._opened(talk))
        return opened

    def _as_conversation(self, reader: Reader, stands: desk.Stands) -> Frame:
        reader.situation = stands.situation
        reader.told_erased = stands.caught.erased_through
        page = self._paged(reader, stands.caught)
        self.note_cards(reader, stands.cards)
        return {**stands.frame(), **page, **reader.note_field(stands.situation.note)}

    def _paged(self, reader: Reader, caught: Caught) -> Frame:
        messages = reader.page(caught, partial(self.name_of, reader))
        return {"messages": messages, "more": caught.page.more}

    async def _kept(self, frame: frames.Open) -> Frame:
        """Open a talk that is over and still kept, for an officer with a purpose."""
        stands = await scoped_call(
            self.tenant,
            desk.kept_talk,
            self.tenant,
            self.membership,
            frame.conversation,
            after=frame.after,
            purpose=frame.purpose,
        )
        reader = Reader(self.tenant, frame.conversation, self.me, give=self.give, fetch=self.fetch)
        return self._as_conversation(reader, stands)

    def _give_in(self, conversation: UUID, frame: Frame) -> None:
        self.give({**frame, "conversation": str(conversation)})

    def _release(self, conversation: UUID) -> None:
        if conversation in self.readers:
            self.release(self.readers[conversation])

    def drop_reader(self, reader: Reader) -> None:
        reader.end()
        runtime().pulse.remove(reader)
        self.leave_group(talk_group(reader.conversation))
        if self.readers.get(reader.conversation) is reader:
            del self.readers[reader.conversation]

    # What fans out of them.

    def on_message(self, reader: Reader, event: Event) -> None:
        if event["from"] != self.channel:
            reader.message(event, self.name_of(reader, event["author"]))

    def on_typing(self, reader: Reader, event: Event) -> None:
        if event["by"] != int(self.me):
            self._give_in(reader.conversation, {"type": "typing"})

    def on_seen(self, reader: Reader, event: Event) -> None:
        if event["by"] != int(self.me):
            self._give_in(reader.conversation, {"type": "seen", "seq": event["seq"]})

    def on_state(self, reader: Reader, event: Event) -> None:
        to = event.get("membership")
        if to not in {None, self.membership.pk.hex}:
            self._let_go(reader, UUID(to))
            return
        state = {"type": "state", "state": event["state"], "counsellor": event["counsellor"]}
        state |= {"conversation": str(reader.conversation)}
        ref = self._state_refs.pop(reader.conversation, None)
        self.reply({**state, **reader.note_field(event.get("note"))}, ref)
        if to is None:
            # Nobody's now: what was said in it is not for this window.
            self._refuse_close(reader)
            self.drop_reader(reader)

    def _let_go(self, reader: Reader, to: UUID) -> None:
        """The talk is somebody else's: what was said in it is not for this window."""
        self._state_refs.pop(reader.conversation, None)
        self.drop_reader(reader)
        self._refuse_close(reader)
        released = {"type": "released", "conversation": str(reader.conversation)}
        self.give({**released, "to": str(to)})

    def _refuse_close(self, reader: Reader) -> None:
        if (ref := self._close_refs.pop(reader.conversation, None)) is not None:
            self._refuse(NotFound("no such talk"), ref)

    def on_line(self, reader: Reader, event: Event) -> None:
        if event["who"] == "visitor":
            up = {"type": "line", "who": "visitor", "up": event["up"]}
            self._give_in(reader.conversation, up)

    def on_reading(self, reader: Reader, event: Event) -> None:
        if event.get("asked") != self.channel:
            self._give_in(reader.conversation, {"type": "reading", "value": event["value"]})

    def on_arrived(self, reader: Reader, event: Event) -> None:
        """A visitor's newer socket: nothing that the desk is told."""

    def on_erased(self, reader: Reader, event: Event) -> None:
        if event["through"] <= reader.found_erased:
            return
        reader.told_erased = event["through"]
        reader.drop()
        reader.forget_through(event["through"])
        self._give_in(reader.conversation, {"type": "erased", "through": event["through"]})
        reader.refetch()

    def on_ended(self, reader: Reader, event: Event) -> None:
        ref = self._close_refs.pop(reader.conversation, None)
        self.drop_reader(reader)
        ended = {"type": "ended", "conversation": str(reader.conversation), "by": event["by"]}
        if event.get("handed_over"):
            ended |= {"handed_over": True}
        self.reply(ended, ref)

    def naming(self, reader: Reader) -> Frame:
        return {"conversation": str(reader.conversation)}

    def has(self, reader: Reader) -> bool:
        return self.readers.get(reader.conversation) is reader
