"""The desk's socket, `/ws/desk`: one window of one member of staff, several talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from chat import desk, frames
from chat.bell import Bell, bell, bell_field
from chat.board import current_queue, shown
from chat.calls import call, scoped_call
from chat.cards import offer_card, take_back
from chat.colleagues import card_of, everybody_here, without
from chat.consumers.base import LOCKED, NOT_LET_IN, REPLACED, Frame
from chat.consumers.colleagues import Colleagues
from chat.endings import close_talk
from chat.errors import Taken
from chat.fanout import Event
from chat.fitness import Standing, Why, lacking
from chat.lines import desk_arrived, desk_left, set_ready
from chat.lives import flag_talk
from chat.messages import stamp
from chat.pauses import pause_talk, resume_talk
from chat.queue import Waiting, claim_next, open_talks, pick
from chat.rests import REST_OVER, rest_frame, rest_over, rests_until
from chat.runtime import runtime
from retention import clock
from tenants.hosts import Place
from tenants.models import Membership, Tenant
from tenants.permissions import ANSWERERS, MEMBERS, READERS, lets_in
from tenants.sessions import note_activity
from tenants.staff import own_membership

_CLOSED = {Why.OUT: NOT_LET_IN, Why.LOCKED: LOCKED, Why.REPLACED: REPLACED}


@dataclass(frozen=True, slots=True)
class Arrival:
    """The desk as its member finds it."""

    me: Frame
    ready: bool
    rests: Frame | None
    queue: list[Waiting]
    bell: Bell | None
    talks: list[UUID]
    standing: Standing
    colleagues: list[Frame]


def arrive(tenant: Tenant, membership: Membership, *, socket: UUID, process: UUID) -> Arrival:
    """Take a member's window and read what it shows first. In the scope."""
    now = clock.now()
    presence = desk_arrived(tenant, membership, socket=socket, process=process)
    return Arrival(
        me=card_of(tenant, membership),
        ready=presence.ready,
        rests=rest_frame(until, now=now) if (until := rests_until(presence, now=now)) else None,
        queue=current_queue(tenant),
        bell=bell(tenant, now=clock.now()),
        talks=list(open_talks(membership).values_list("pk", flat=True)),
        standing=Standing(is_in=True, lacks=lacking(tenant, membership)),
        colleagues=without(everybody_here(tenant), membership),
    )


class DeskSocket(Colleagues):
    side = "desk"
    decoder = frames.DESK
    speaks = frames.DeskFrame

    seat: UUID
    standing: Standing

    @property
    def role(self) -> str:
        return self.membership.role

    async def let_in(self, place: Place) -> bool:
        found = await scoped_call(
            self.tenant, desk.who_is_behind, self.tenant, self._header(b"cookie")
        )
        if found.membership is None or found.seat is None:
            if found.is_locked:
                self.close(LOCKED)
            return False
        self.membership, self.seat = found.membership, found.seat
        self.sender = found.membership.pk
        return True

    # hello

    @lets_in(MEMBERS)
    async def do_hello(self, frame: frames.DeskHello, ref: str | None) -> None:
        await self.started()
        self.listen()
        self.hear_colleagues()
        arrival = await scoped_call(
            self.tenant,
            arrive,
            self.tenant,
            self.membership,
            socket=self.id,
            process=runtime().process,
        )
        # Apart from the above, which has written: the other instance is asked for keys.
        news = await self.news()
        self.greet()
        conversations = await self._opened_all(arrival.talks)
        self.reply(
            {
                "type": "welcome",
                "protocol": frames.PROTOCOL,
                "me": arrival.me,
                "ready": arrival.ready,
                **arrival.standing.field,
                **shown(arrival.queue),
                **bell_field(arrival.bell),
                "conversations": conversations,
                "colleagues": arrival.colleagues,
                **self.welcome_fields(news),
            },
            ref,
        )
        for talk in arrival.talks:
            self._release(talk)
        if arrival.rests:
            self.give(arrival.rests)
        runtime().boards.desk(self.tenant, self.give)
        self.welcomed(arrival.colleagues)
        self.standing = arrival.standing
        runtime().attendance.add(self)

    async def left(self) -> None:
        runtime().attendance.remove(self)
        for reader in self.readers.values():
            runtime().pulse.remove(reader)
        self.stop_reading_along()
        await runtime().boards.leave(self.tenant, self.give)
        await runtime().rosters.leave(self.tenant, self)
        await scoped_call(self.tenant, desk_left, self.tenant, self.membership, socket=self.id)

    # Whether the member may still be here.

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.membership.pk, self.seat

    def stand(self, standing: Standing) -> None:
        """Close to who is not let in any more; tell who answers what they lack now."""
        if not standing.is_in:
            self.close(_CLOSED[standing.why])
        elif standing.missing != self.standing.missing:
            self.standing = standing
            self.give({"type": "fitness", "missing": standing.missing})

    def hear_member(self, event: Event) -> None:
        if event.get("ready") is False and self.greeted:
            self.give({"type": "ready", "value": False})
        runtime().attendance.soon(self)

    @lets_in(MEMBERS)
    async def do_active(self, frame: frames.Active, ref: str | None) -> None:
        await call(note_activity, self.tenant, self.seat)

    # What the member says.

    @lets_in(ANSWERERS)
    async def do_ready(self, frame: frames.Ready, ref: str | None) -> None:
        presence = await scoped_call(
            self.tenant, _ready, self.tenant, self.membership, ready=frame.value
        )
        self.reply({"type": "ready", "value": presence}, ref)

    @lets_in(ANSWERERS)
    async def do_back(self, frame: frames.Back, ref: str | None) -> None:
        await scoped_call(self.tenant, _back, self.tenant, self.membership, self.channel)
        self.reply(REST_OVER, ref)

    @lets_in(ANSWERERS)
    async def do_next(self, frame: frames.Next, ref: str | None) -> None:
        stands = await scoped_call(self.tenant, _next, self.tenant, self.membership)
        reader = self.reader_of(stands.conversation.pk)
        self.assign(reader, stands, ref)
        # What was written between the claim and now came to a window that did not listen yet.
        reader.refetch()

    @lets_in(ANSWERERS)
    async def do_claim(self, frame: frames.Claim, ref: str | None) -> None:
        if frame.conversation in self.readers:
            raise Taken("it is yours already")
        reader = self.reader_of(frame.conversation)
        try:
            stands = await scoped_call(
                self.tenant, _claim, self.tenant, self.membership, frame.conversation
            )
        except BaseException:
            self.drop_reader(reader)
            raise
        self.assign(reader, stands, ref)

    @lets_in(READERS)
    async def do_open(self, frame: frames.Open, ref: str | None) -> None:
        if frame.conversation in self.readers:
            self.drop_reader(self.readers[frame.conversation])
        if frame.purpose:
            opened = await self._kept(frame)
        else:
            opened = await self._opened(frame.conversation, after=frame.after)
        self.reply({"type": "conversation", **opened}, ref)
        self._release(frame.conversation)

    @lets_in(ANSWERERS)
    def do_say(self, frame: frames.DeskSay, ref: str | None) -> None:
        self.say(self._talk(frame.conversation), frame.id, frame.text, ref)

    @lets_in(ANSWERERS)
    def do_typing(self, frame: frames.DeskTyping, ref: str | None) -> None:
        self.tell_talk(self._talk(frame.conversation), "typing")

    @lets_in(ANSWERERS)
    def do_seen(self, frame: frames.DeskSeen, ref: str | None) -> None:
        self.see(self._talk(frame.conversation), frame.seq)

    @lets_in(ANSWERERS)
    async def do_more(self, frame: frames.DeskMore, ref: str | None) -> None:
        reader = self._talk(frame.conversation)
        page = await self.more(reader, frame.after)
        self.reply({**page, "conversation": str(frame.conversation)}, ref)

    @lets_in(ANSWERERS)
    async def do_pause(self, frame: frames.Pause, ref: str | None) -> None:
        await self._change_state(frame.conversation, ref, partial(_pause, note=frame.note))

    @lets_in(ANSWERERS)
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

    @lets_in(ANSWERERS)
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

    @lets_in(ANSWERERS)
    async def do_withdraw(self, frame: frames.Withdraw, ref: str | None) -> None:
        reader = self._talk(frame.conversation)
        card = await call(
            take_back,
            self.tenant,
            self.membership,
            frame.conversation,
            card_id=frame.card,
        )
        self.show_card(reader, card, ref)

    @lets_in(ANSWERERS)
    async def do_flag(self, frame: frames.Flag, ref: str | None) -> None:
        until = await scoped_call(
            self.tenant, flag_talk, self.tenant, self.membership, frame.conversation
        )
        flagged = {"type": "flagged", "conversation": str(frame.conversation)}
        self.reply({**flagged, "until": stamp(until)}, ref)

    @lets_in(ANSWERERS)
    async def do_close(self, frame: frames.Close, ref: str | None) -> None:
        self._talk(frame.conversation)
        self._close_refs[frame.conversation] = ref
        try:
            asked = await call(close_talk, self.tenant, self.membership, frame)
        except BaseException:
            self._close_refs.pop(frame.conversation, None)
            raise
        if asked is not None:
            self._give_in(frame.conversation, {"type": "cool_down", "asked": asked})

    # What fans out.

    def deliver(self, event: Event) -> None:
        if event["type"] == "member":
            self.hear_member(event)
            return
        if event["type"] == "told":
            # To the windows of this member alone (chat/events.py).
            if event["asked"] != self.channel:
                self.tell_member(event["frame"])
            return
        self.notice(event)
        reader = self.readers.get(event["talk"]) if "talk" in event else None
        if reader is not None:
            self.hear(reader, event)


def _ready(tenant: Tenant, membership: Membership, *, ready: bool) -> bool:
    return set_ready(tenant, own_membership(tenant, membership), ready=ready).ready


def _back(tenant: Tenant, membership: Membership, asked: str) -> None:
    rest_over(tenant, own_membership(tenant, membership), asked=asked)


def _next(tenant: Tenant, membership: Membership) -> desk.Stands:
    return claim_next(tenant, membership, then=partial(desk.taken_talk, tenant))


def _claim(tenant: Tenant, membership: Membership, conversation: UUID) -> desk.Stands:
    return pick(tenant, membership, conversation, then=partial(desk.taken_talk, tenant))


def _pause(tenant: Tenant, membership: Membership, conversation: UUID, *, note: str) -> None:
    pause_talk(tenant, own_membership(tenant, membership), conversation, note=note)


def _resume(tenant: Tenant, membership: Membership, conversation: UUID) -> None:
    resume_talk(tenant, own_membership(tenant, membership), conversation)
