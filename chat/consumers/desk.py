"""The desk's socket, `/ws/desk`: one window of one member of staff, several talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from chat import desk, frames
from chat.board import current_queue, shown
from chat.calls import call, scoped_call
from chat.cards import offer_card, withdraw_card
from chat.consumers.base import Frame
from chat.consumers.talking import Talking
from chat.conversations import end_conversation
from chat.errors import Taken
from chat.events import talk_group
from chat.fanout import Event
from chat.lines import desk_arrived, desk_left, set_ready
from chat.lives import flag_talk
from chat.messages import Caught, stamp
from chat.pauses import pause_talk, resume_talk
from chat.queue import Waiting, claim, claim_next, open_talks
from chat.reader import Reader
from chat.runtime import runtime
from chat.states import Author, By
from tenants.errors import NotFound
from tenants.hosts import Place
from tenants.models import Membership, Tenant
from tenants.staff import own_membership


@dataclass(frozen=True, slots=True)
class Arrival:
    """The desk as its member finds it."""

    me: Frame
    ready: bool
    queue: list[Waiting]
    talks: list[UUID]
    colleagues: list[Frame]


def arrive(tenant: Tenant, membership: Membership, *, socket: UUID, process: UUID) -> Arrival:
    """Take a member's window and read what it shows first. In the scope."""
    presence = desk_arrived(tenant, membership, socket=socket, process=process)
    return Arrival(
        me=desk.card_of(tenant, membership),
        ready=presence.ready,
        queue=current_queue(tenant),
        talks=list(open_talks(membership).values_list("pk", flat=True)),
        colleagues=desk.colleagues(tenant, membership),
    )


class DeskSocket(Talking):
    side = "desk"
    decoder = frames.DESK
    speaks = frames.DeskFrame
    me = Author.COUNSELLOR

    membership: Membership

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[UUID, Reader] = {}
        self._close_refs: dict[UUID, str | None] = {}
        self._state_refs: dict[UUID, str | None] = {}

    async def let_in(self, place: Place) -> bool:
        found = await scoped_call(
            self.tenant, desk.member_behind, self.tenant, self._header(b"cookie")
        )
        if found is None:
            return False
        self.membership = found
        self.sender = found.pk
        return True

    # hello

    async def do_hello(self, frame: frames.DeskHello, ref: str | None) -> None:
        await self.started()
        self.listen()
        arrival = await scoped_call(
            self.tenant,
            arrive,
            self.tenant,
            self.membership,
            socket=self.id,
            process=runtime().process,
        )
        self.greet()
        self.reply(
            {
                "type": "welcome",
                "protocol": frames.PROTOCOL,
                "me": arrival.me,
                "ready": arrival.ready,
                **shown(arrival.queue),
                "conversations": [await self._opened(talk) for talk in arrival.talks],
                "colleagues": arrival.colleagues,
            },
            ref,
        )
        for talk in arrival.talks:
            self._release(talk)
        runtime().boards.desk(self.tenant, self.give)

    async def left(self) -> None:
        for reader in self.readers.values():
            runtime().pulse.remove(reader)
        await runtime().boards.leave(self.tenant, self.give)
        await scoped_call(self.tenant, desk_left, self.tenant, self.membership, socket=self.id)

    # What the member says.

    async def do_ready(self, frame: frames.Ready, ref: str | None) -> None:
        presence = await scoped_call(
            self.tenant, _ready, self.tenant, self.membership, ready=frame.value
        )
        self.reply({"type": "ready", "value": presence}, ref)

    async def do_next(self, frame: frames.Next, ref: str | None) -> None:
        stands = await scoped_call(self.tenant, _next, self.tenant, self.membership)
        reader = self._reader(stands.conversation.pk)
        self._assign(reader, stands, ref)
        # What was written between the claim and now came to a window that did not listen yet.
        reader.refetch()

    async def do_claim(self, frame: frames.Claim, ref: str | None) -> None:
        if frame.conversation in self.readers:
            raise Taken("it is yours already")
        reader = self._reader(frame.conversation)
        try:
            stands = await scoped_call(
                self.tenant, _claim, self.tenant, self.membership, frame.conversation
            )
        except BaseException:
            self._drop(reader)
            raise
        self._assign(reader, stands, ref)

    async def do_open(self, frame: frames.Open, ref: str | None) -> None:
        if frame.conversation in self.readers:
            self._drop(self.readers[frame.conversation])
        if frame.purpose:
            opened = await self._kept(frame)
        else:
            opened = await self._opened(frame.conversation, after=frame.after)
        self.reply({"type": "conversation", **opened}, ref)
        self._release(frame.conversation)

    def do_say(self, frame: frames.DeskSay, ref: str | None) -> None:
        self.say(self._talk(frame.conversation), frame.id, frame.text, ref)

    def do_typing(self, frame: frames.DeskTyping, ref: str | None) -> None:
        self.tell_talk(self._talk(frame.conversation), "typing")

    def do_seen(self, frame: frames.DeskSeen, ref: str | None) -> None:
        self.see(self._talk(frame.conversation), frame.seq)

    async def do_more(self, frame: frames.DeskMore, ref: str | None) -> None:
        reader = self._talk(frame.conversation)
        page = await self.more(reader, frame.after)
        self.reply({**page, "conversation": str(frame.conversation)}, ref)

    async def do_pause(self, frame: frames.Pause, ref: str | None) -> None:
        await self._change_state(frame.conversation, ref, partial(_pause, note=frame.note))

    async def do_resume(self, frame: frames.Resume, ref: str | None) -> None:
        await self._change_state(frame.conversation, ref, _resume)

    async def _change_state(
        self, conversation: UUID, ref: str | None, change: Callable[..., None]
    ) -> None:
        """Change how a talk stands; the event that tells of it is the answer."""
        self._talk(conversation)
        self._state_refs[conversation] = ref
        try:
            await scoped_call(self.tenant, change, self.tenant, self.membership, conversation)
        except BaseException:
            self._state_refs.pop(conversation, None)
            raise

    async def do_card(self, frame: frames.DeskCard, ref: str | None) -> None:
        reader = self._talk(frame.conversation)
        card = await call(
            offer_card,
            self.tenant,
            self.membership,
            frame.conversation,
            kind=frame.kind,
            content=frame.content,
        )
        self.show_card(reader, card, ref)

    async def do_withdraw(self, frame: frames.Withdraw, ref: str | None) -> None:
        reader = self._talk(frame.conversation)
        card = await scoped_call(
            self.tenant,
            withdraw_card,
            self.tenant,
            self.membership,
            frame.conversation,
            card_id=frame.card,
        )
        self.show_card(reader, card, ref)

    async def do_flag(self, frame: frames.Flag, ref: str | None) -> None:
        until = await scoped_call(
            self.tenant, flag_talk, self.tenant, self.membership, frame.conversation
        )
        flagged = {"type": "flagged", "conversation": str(frame.conversation)}
        self.reply({**flagged, "until": stamp(until)}, ref)

    async def do_close(self, frame: frames.Close, ref: str | None) -> None:
        self._talk(frame.conversation)
        self._close_refs[frame.conversation] = ref
        await call(end_conversation, self.tenant, frame.conversation, by=By.COUNSELLOR)

    # Talks that are open in this window.

    def _talk(self, conversation: UUID) -> Reader:
        reader = self.readers.get(conversation)
        if reader is None:
            raise NotFound("no such talk")
        return reader

    def _reader(self, conversation: UUID, *, after: int = 0) -> Reader:
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

    def _assign(self, reader: Reader, stands: desk.Stands, ref: str | None) -> None:
        runtime().pulse.add(reader, self)
        # That it has been claimed is no news to the window that claimed it.
        reader.held = [event for event in reader.held or () if event["type"] != "state"]
        self.reply({"type": "assigned", **self._as_conversation(reader, stands)}, ref)
        self._release(reader.conversation)

    async def _opened(self, conversation: UUID, *, after: int = 0) -> Frame:
        """Open a talk of one's own in this window, and return how it stands."""
        reader = self._reader(conversation, after=after)
        try:
            stands = await scoped_call(
                self.tenant, desk.own_talk, self.tenant, self.membership, conversation, after=after
            )
        except BaseException:
            self._drop(reader)
            raise
        runtime().pulse.add(reader, self)
        return self._as_conversation(reader, stands)

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

    def _drop(self, reader: Reader) -> None:
        reader.end()
        runtime().pulse.remove(reader)
        self.leave_group(talk_group(reader.conversation))
        if self.readers.get(reader.conversation) is reader:
            del self.readers[reader.conversation]

    # What fans out.

    def deliver(self, event: Event) -> None:
        reader = self.readers.get(event["talk"]) if "talk" in event else None
        if reader is not None:
            self.hear(reader, event)

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
        state = {"type": "state", "state": event["state"], "counsellor": event["counsellor"]}
        state |= {"conversation": str(reader.conversation)}
        ref = self._state_refs.pop(reader.conversation, None)
        self.reply({**state, **reader.note_field(event.get("note"))}, ref)
        if event.get("membership") != self.membership.pk.hex:
            # Somebody else's now, or nobody's: what was said in it is not for this window.
            self._drop(reader)

    def on_line(self, reader: Reader, event: Event) -> None:
        if event["who"] == "visitor":
            up = {"type": "line", "who": "visitor", "up": event["up"]}
            self._give_in(reader.conversation, up)

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
        self._drop(reader)
        ended = {"type": "ended", "conversation": str(reader.conversation), "by": event["by"]}
        self.reply(ended, ref)

    def naming(self, reader: Reader) -> Frame:
        return {"conversation": str(reader.conversation)}

    def has(self, reader: Reader) -> bool:
        return self.readers.get(reader.conversation) is reader


def _ready(tenant: Tenant, membership: Membership, *, ready: bool) -> bool:
    return set_ready(tenant, own_membership(tenant, membership), ready=ready).ready


def _next(tenant: Tenant, membership: Membership) -> desk.Stands:
    return desk.taken_talk(tenant, claim_next(tenant, own_membership(tenant, membership)))


def _claim(tenant: Tenant, membership: Membership, conversation: UUID) -> desk.Stands:
    talk = claim(tenant, own_membership(tenant, membership), conversation)
    return desk.taken_talk(tenant, talk)


def _pause(tenant: Tenant, membership: Membership, conversation: UUID, *, note: str) -> None:
    pause_talk(tenant, own_membership(tenant, membership), conversation, note=note)


def _resume(tenant: Tenant, membership: Membership, conversation: UUID) -> None:
    resume_talk(tenant, own_membership(tenant, membership), conversation)
