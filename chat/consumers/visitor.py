"""The visitor's socket, `/ws/visitor`: one tab, one talk."""

from __future__ import annotations

from datetime import date
from functools import partial
from uuid import UUID

from chat import frames
from chat.arrivals import Arrival, Knock, Over
from chat.calls import call, scoped_call
from chat.cards import answer_card, follow_answer
from chat.consumers.base import NOT_LET_IN, REPLACED
from chat.consumers.talking import Talking
from chat.conversations import end_conversation, erase_conversation, secret_hash
from chat.errors import ConversationEnded, NotLetIn
from chat.evaluation import token_of
from chat.events import talk_group
from chat.fanout import Event
from chat.leaving import leave_talk
from chat.reader import Reader
from chat.runtime import runtime
from chat.states import Author, By
from tenants.errors import HelplineError
from tenants.permissions import VISITOR, VISITORS, lets_in


class VisitorSocket(Talking):
    side = "visitor"
    decoder = frames.VISITOR
    speaks = frames.VisitorFrame
    me = Author.VISITOR
    role = VISITOR

    reader: Reader | None = None

    def __init__(self) -> None:
        super().__init__()
        self._counsellor: dict[str, str] | None = None
        self._member: str | None = None
        self._conversation: UUID | None = None
        self._leave_ref: str | None = None
        self._erase_ref: str | None = None
        self._erased_through: int | None = None

    @property
    def talk(self) -> Reader:
        """The talk. Raises ConversationEnded once it is over."""
        if self.reader is None:
            raise ConversationEnded("the talk has ended")
        return self.reader

    # hello

    @lets_in(VISITORS)
    async def do_hello(self, frame: frames.VisitorHello, ref: str | None) -> None:
        await self.started()
        digest, process = secret_hash(frame.secret), runtime().process
        knock = Knock(digest, frame.after, self.id, process, frame.tab)
        try:
            came = await runtime().arrivals.do(self.tenant, knock)
        except NotLetIn:
            self.close(NOT_LET_IN)
            return
        self.greet()
        if isinstance(came, Arrival | Over):
            self._enter(came, frame.after, ref)
        else:
            self.reply(came, ref)

    def _enter(self, came: Arrival | Over, after: int, ref: str | None) -> None:
        talk = self._conversation = came.conversation
        self.reader = Reader(self.tenant, talk, self.me, give=self.give, fetch=self.fetch)
        if isinstance(came, Over):
            self.talk_gone(self.reader)
            return
        self.listen()
        self.join(talk_group(talk))
        self._welcome(self.reader, came, after, ref)
        # Between what was read and now something may have been told that nobody here heard. Where there
        # are more pages the tab asks for them, and a look would give it what is on them as well.
        whole = not came.caught.page.more
        runtime().pulse.add(self.reader, self, soon=whole)
        runtime().boards.visitor(self.tenant, talk, self.give)
        self.release(self.reader)

    def _welcome(self, reader: Reader, arrival: Arrival, after: int, ref: str | None) -> None:
        caught, situation = arrival.caught, arrival.situation
        self._counsellor, self._member = situation.counsellor, situation.membership
        reader.situation, reader.told_erased = situation, caught.erased_through
        reader.given = after
        messages = reader.page(caught, partial(self.name_of, reader))
        position, wait_seconds = arrival.place or (None, None)
        self.reply(
            {
                "type": "welcome",
                "protocol": frames.PROTOCOL,
                "conversation": str(reader.conversation),
                "state": situation.state,
                "position": position,
                "wait_seconds": wait_seconds,
                "policy": arrival.policy,
                "language": arrival.language,
                "counsellor": situation.counsellor,
                "last_seq": caught.last_seq,
                "erased_through": caught.erased_through,
                "seen": arrival.seen,
                "cards": self.note_cards(reader, arrival.cards),
                "messages": messages,
                "more": caught.page.more,
                "ended": None,
                **reader.note_field(situation.note),
                **({"reading": True} if situation.reading else {}),
            },
            ref,
        )
        if not situation.counsellor_up:
            self.give({"type": "line", "who": "counsellor", "up": False})

    async def left(self) -> None:
        reader, self.reader = self.reader, None
        if reader is not None:
            runtime().pulse.remove(reader)
        # Also after the end, which may have come with the last breath of the line.
        await runtime().boards.leave(self.tenant, self.give, visitor=self._conversation)
        if reader is not None:
            await runtime().departures.do(self.tenant, (reader.conversation, self.id))

    # What the visitor says.

    @lets_in(VISITORS)
    def do_say(self, frame: frames.Say, ref: str | None) -> None:
        self.say(self.talk, frame.id, frame.text, ref)

    @lets_in(VISITORS)
    def do_typing(self, frame: frames.Typing, ref: str | None) -> None:
        self.tell_talk(self.talk, "typing")

    @lets_in(VISITORS)
    def do_seen(self, frame: frames.Seen, ref: str | None) -> None:
        self.see(self.talk, frame.seq)

    @lets_in(VISITORS)
    async def do_more(self, frame: frames.More, ref: str | None) -> None:
        self.reply(await self.more(self.talk, frame.after), ref)

    @lets_in(VISITORS)
    async def do_answer(self, frame: frames.Answer, ref: str | None) -> None:
        talk = self.talk
        card = await scoped_call(
            self.tenant,
            answer_card,
            self.tenant,
            talk.conversation,
            card_id=frame.card,
            value=frame.value,
        )
        self.show_card(talk, card, ref)
        # For this socket alone, and once: what it says may open a door.
        told = await call(follow_answer, self.tenant, talk.conversation, card)
        if told:
            self.give(told)

    @lets_in(VISITORS)
    async def do_erase(self, frame: frames.Erase, ref: str | None) -> None:
        self._erase_ref, self._erased_through = ref, None
        try:
            through = await call(erase_conversation, self.tenant, self.talk.conversation)
        except HelplineError:
            self._erase_ref = None
            raise
        # Usually its event answers. It does not where the talk has ended meanwhile: whoever ended it may
        # have told so first, and then this line hears nothing more of the talk.
        self._erased_through = through
        if self.reader is None:
            self._answer_erase()

    def _answer_erase(self) -> None:
        if self._erase_ref is not None and self._erased_through is not None:
            self.reply({"type": "erased", "through": self._erased_through}, self._erase_ref)
            self._erase_ref = None

    @lets_in(VISITORS)
    async def do_leave(self, frame: frames.Leave, ref: str | None) -> None:
        self._leave_ref = ref
        talk = self.talk.conversation
        if frame.away:
            await call(leave_talk, self.tenant, talk)
        else:
            await call(end_conversation, self.tenant, talk, by=By.VISITOR)

    # What fans out.

    def deliver(self, event: Event) -> None:
        if self.reader is not None:
            self.hear(self.reader, event)

    def on_message(self, reader: Reader, event: Event) -> None:
        if event["from"] != self.channel:
            reader.message(event, self.name_of(reader, event["author"]))

    def on_typing(self, reader: Reader, event: Event) -> None:
        if event["by"] != int(self.me):
            self.give({"type": "typing"})

    def on_seen(self, reader: Reader, event: Event) -> None:
        if event["by"] != int(self.me):
            self.give({"type": "seen", "seq": event["seq"]})

    def on_state(self, reader: Reader, event: Event) -> None:
        self._counsellor = event["counsellor"]
        state = {"type": "state", "state": event["state"], "counsellor": self._counsellor}
        before, self._member = self._member, event.get("membership")
        if before and self._member and self._member != before:
            state["handed_over"] = True
        self.give({**state, **reader.note_field(event.get("note"))})

    def on_reading(self, reader: Reader, event: Event) -> None:
        self.give({"type": "reading", "value": event["value"]})

    def on_line(self, reader: Reader, event: Event) -> None:
        if event["who"] == "counsellor":
            self.give({"type": "line", "who": "counsellor", "up": event["up"]})

    def on_arrived(self, reader: Reader, event: Event) -> None:
        if event["socket"] != self.id.hex:
            self.close(REPLACED)

    def on_parked(self, reader: Reader, event: Event) -> None:
        # No socket stays with the old secret, whichever tab the visitor has left from.
        self.reply({"type": "parked"}, self._leave_ref)
        self.close(NOT_LET_IN)

    def on_resumed(self, reader: Reader, event: Event) -> None:
        self.close(NOT_LET_IN)

    def on_erased(self, reader: Reader, event: Event) -> None:
        if event["through"] <= reader.found_erased and self._erase_ref is None:
            return
        reader.told_erased = event["through"]
        reader.drop()
        reader.forget_through(event["through"])
        self.reply({"type": "erased", "through": event["through"]}, self._erase_ref)
        self._erase_ref = self._erased_through = None
        reader.refetch()

    def on_ended(self, reader: Reader, event: Event) -> None:
        reader.end()
        runtime().pulse.remove(reader)
        self.reader = None
        self.leave_group(talk_group(reader.conversation))
        # Made here, in memory, and kept nowhere. A process of an older version tells no day.
        day = event.get("asks")
        ended = {
            "type": "ended",
            "by": event["by"],
            "evaluation": token_of(reader.tenant, date.fromisoformat(day) if day else None),
            "alternatives": event["alternatives"],
        }
        self._answer_erase()
        self.reply(ended, self._leave_ref)
        self.spawn(runtime().boards.leave(self.tenant, self.give, visitor=reader.conversation))

    def has(self, reader: Reader) -> bool:
        return self.reader is reader

    def name_of(self, reader: Reader, author: int) -> str | None:
        if author == Author.COUNSELLOR and self._counsellor:
            return self._counsellor["name"] or None
        return None
