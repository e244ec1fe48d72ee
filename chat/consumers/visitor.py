"""The visitor's socket, `/ws/visitor`: one tab, one talk."""

from __future__ import annotations

from functools import partial

from chat import frames
from chat.arrivals import Arrival, Knock, Over
from chat.calls import call
from chat.consumers.base import NOT_LET_IN, REPLACED
from chat.consumers.talking import Talking
from chat.conversations import end_conversation, erase_conversation, secret_hash
from chat.errors import ConversationEnded, NotLetIn
from chat.events import talk_group
from chat.fanout import Event
from chat.reader import Reader
from chat.runtime import runtime
from chat.states import Author, By
from tenants.errors import HelplineError


class VisitorSocket(Talking):
    side = "visitor"
    decoder = frames.VISITOR
    speaks = frames.VisitorFrame
    me = Author.VISITOR

    reader: Reader | None = None

    def __init__(self) -> None:
        super().__init__()
        self._counsellor: dict[str, str] | None = None
        self._leave_ref: str | None = None
        self._erase_ref: str | None = None

    @property
    def talk(self) -> Reader:
        """The talk. Raises ConversationEnded once it is over."""
        if self.reader is None:
            raise ConversationEnded("the talk has ended")
        return self.reader

    # hello

    async def do_hello(self, frame: frames.VisitorHello, ref: str | None) -> None:
        await self.started()
        knock = Knock(secret_hash(frame.secret), frame.after, self.id, runtime().process)
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
        talk = came.conversation
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
        self._counsellor = situation.counsellor
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
                "cards": [],
                "messages": messages,
                "more": caught.page.more,
                "ended": None,
            },
            ref,
        )
        if not situation.counsellor_up:
            self.give({"type": "line", "who": "counsellor", "up": False})

    async def left(self) -> None:
        if self.reader is None:
            return
        reader, self.reader = self.reader, None
        runtime().pulse.remove(reader)
        await runtime().boards.leave(self.tenant, self.give, visitor=reader.conversation)
        await runtime().departures.do(self.tenant, (reader.conversation, self.id))

    # What the visitor says.

    def do_say(self, frame: frames.Say, ref: str | None) -> None:
        self.say(self.talk, frame.id, frame.text, ref)

    def do_typing(self, frame: frames.Typing, ref: str | None) -> None:
        self.tell_talk(self.talk, "typing")

    def do_seen(self, frame: frames.Seen, ref: str | None) -> None:
        self.see(self.talk, frame.seq)

    async def do_more(self, frame: frames.More, ref: str | None) -> None:
        self.reply(await self.more(self.talk, frame.after), ref)

    async def do_erase(self, frame: frames.Erase, ref: str | None) -> None:
        self._erase_ref = ref
        try:
            await call(erase_conversation, self.tenant, self.talk.conversation)
        except HelplineError:
            self._erase_ref = None
            raise

    async def do_leave(self, frame: frames.Leave, ref: str | None) -> None:
        self._leave_ref = ref
        await call(end_conversation, self.tenant, self.talk.conversation, by=By.VISITOR)

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
        self.give({"type": "state", "state": event["state"], "counsellor": self._counsellor})

    def on_line(self, reader: Reader, event: Event) -> None:
        if event["who"] == "counsellor":
            self.give({"type": "line", "who": "counsellor", "up": event["up"]})

    def on_arrived(self, reader: Reader, event: Event) -> None:
        if event["socket"] != self.id.hex:
            self.close(REPLACED)

    def on_erased(self, reader: Reader, event: Event) -> None:
        if event["through"] <= reader.found_erased and self._erase_ref is None:
            return
        reader.told_erased = event["through"]
        reader.drop()
        reader.forget_through(event["through"])
        self.reply({"type": "erased", "through": event["through"]}, self._erase_ref)
        self._erase_ref = None
        reader.refetch()

    def on_ended(self, reader: Reader, event: Event) -> None:
        reader.end()
        runtime().pulse.remove(reader)
        self.reader = None
        self.leave_group(talk_group(reader.conversation))
        ended = {
            "type": "ended",
            "by": event["by"],
            "evaluation": None,
            "alternatives": event["alternatives"],
        }
        self.reply(ended, self._leave_ref)
        self.spawn(runtime().boards.leave(self.tenant, self.give, visitor=reader.conversation))

    def has(self, reader: Reader) -> bool:
        return self.reader is reader

    def name_of(self, reader: Reader, author: int) -> str | None:
        if author == Author.COUNSELLOR and self._counsellor:
            return self._counsellor["name"] or None
        return None
