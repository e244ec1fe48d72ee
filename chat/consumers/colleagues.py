"""The part of a desk socket that is about colleagues: asking them, and handing talks over.

What a window has been told stands in it, and ``look_again`` tells what differs from the rows: an
event says only that there is something to look at, so that one that is lost costs time and no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container
from dataclasses import dataclass
from uuid import UUID

from chat import desk, frames
from chat.calls import scoped_call
from chat.colleagues import without
from chat.consults import (
    Thread,
    ask_colleague,
    close_consult,
    closed_by,
    hide_talk,
    reply_to_consult,
    show_talk,
    threads_of,
)
from chat.consumers.base import Frame
from chat.consumers.desk_window import DeskWindow
from chat.consumers.reading_along import ReadingAlong
from chat.events import member_group, talk_group
from chat.fanout import Event
from chat.runtime import runtime
from chat.states import Closed, OfferState
from chat.transfers import (
    Standing,
    accept_offer,
    decline_offer,
    offer_talk,
    offers_of,
    outcomes,
    withdraw_offer,
)
from tenants.models import Membership, Tenant
from tenants.permissions import ANSWERERS, MEMBERS, lets_in
from tenants.staff import own_membership

# What may have happened in a talk that ends what colleagues want of each other about it.
_ENDING = frozenset({"state", "ended", "erased"})


@dataclass(frozen=True, slots=True)
class News:
    """What stands between a member and their colleagues, and what became of the rest."""

    threads: list[Thread]
    closed: dict[UUID, str]
    offers: list[Standing]
    settled: dict[UUID, str]


def news_of(
    tenant: Tenant, membership: Membership, *, consults: frozenset[UUID], offers: frozenset[UUID]
) -> News:
    """Return how things stand now; ``consults`` and ``offers`` are those that were told of.

    In the scope.
    """
    member = own_membership(tenant, membership)
    threads, standing = threads_of(tenant, member), offers_of(tenant, member)
    gone = consults - {thread.id for thread in threads}
    over = offers - {one.id for one in standing}
    return News(threads, closed_by(gone) if gone else {}, standing, outcomes(over) if over else {})


@dataclass(slots=True)
class Told:
    """What a window has been told of one thread: how many lines, and what names it."""

    lines: int
    names: Frame
    talk: UUID


class Colleagues(DeskWindow):
    """What colleagues want of each other, as one window is told of it."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[UUID, Told] = {}
        # The offers that this window shows, each with its talk and whether it is this member's own.
        self._offers: dict[UUID, tuple[UUID, bool]] = {}
        self._along: dict[UUID, ReadingAlong] = {}
        self._here: list[Frame] = []
        self._is_welcome = self._looking = self._looks_more = False
        self._told_early: list[Frame] = []

    def hear_colleagues(self) -> None:
        """Hear from now on what colleagues want; it is shown after ``welcome``."""
        self.join(member_group(self.membership.pk))

    def welcomed(self, here: list[Frame]) -> None:
        """What a window shows first has been shown, and ``here`` are the colleagues in it."""
        self._here, self._is_welcome = here, True
        for frame in self._told_early:
            self.give(frame)
        runtime().rosters.enter(self.tenant, self)
        if self._looks_more:
            self.look_again()

    def tell_member(self, frame: Frame) -> None:
        """Tell what concerns the member alone, after ``welcome``."""
        if self._is_welcome:
            self.give(frame)
        else:
            self._told_early.append(frame)

    def welcome_fields(self, news: News) -> Frame:
        """Return what ``welcome`` says of threads and offers, where there are any."""
        threads = [self._as_told(thread) for thread in news.threads]
        # What is shown follows once the window has been told what there is.
        self._looks_more |= any(one.is_shown_to(self.membership) for one in news.threads)
        offers = [self._offered(one) for one in news.offers]
        return ({"consults": threads} if threads else {}) | ({"offers": offers} if offers else {})

    # Who is here.

    def look_around(self, here: list[Frame]) -> None:
        others = without(here, self.membership)
        if others != self._here:
            self._here = others
            self.give({"type": "colleagues", "colleagues": others})

    # What colleagues want.

    def notice(self, event: Event) -> None:
        """Look again where ``event`` may have changed what stands between colleagues."""
        kind, talk = event["type"], event.get("talk")
        for along in [one for one in self._along.values() if one.talk == talk]:
            along.hear(event)
        if kind == "colleague" or (kind in _ENDING and talk in self._talks_watched()):
            self.look_again()

    def _talks_watched(self) -> set[UUID]:
        threads = {told.talk for told in self._threads.values()}
        return threads | {talk for talk, _ in self._offers.values()}

    def look_again_if(self, concerned: Container[UUID]) -> None:
        """Look again where something stands, or stood when this was told of it last."""
        if self._threads or self._offers or self.membership.pk in concerned:
            self.look_again()

    def look_again(self) -> None:
        self._looks_more = True
        if self._is_welcome and not self._looking and not self._leaving:
            self._looking = True
            self.spawn(self._look())

    async def _look(self) -> None:
        try:
            while self._looks_more:
                self._looks_more = False
                self._show(await self.news())
        finally:
            self._looking = False

    async def news(self) -> News:
        """Return what stands between colleagues, and what became of what was told of here."""
        return await scoped_call(
            self.tenant,
            news_of,
            self.tenant,
            self.membership,
            consults=frozenset(self._threads),
            offers=frozenset(self._offers),
        )

    def _show(self, news: News) -> None:
        for thread in news.threads:
            self._show_thread(thread)
            self._show_talk(thread)
        for consult, closed in news.closed.items():
            self._show_closed(consult, closed)
        for one in news.offers:
            if one.id not in self._offers:
                self.give({"type": "offer", **self._offered(one)})
        for offer, state in news.settled.items():
            self._show_settled(offer, state)

    # Threads.

    @lets_in(ANSWERERS)
    async def do_consult(self, frame: frames.Consult, ref: str | None) -> None:
        thread = await scoped_call(
            self.tenant,
            ask_colleague,
            self.tenant,
            self.membership,
            frame.conversation,
            colleague_id=frame.colleague,
            text=frame.text,
        )
        self._show_thread(thread, ref)

    @lets_in(MEMBERS)
    async def do_consult_reply(self, frame: frames.ConsultReply, ref: str | None) -> None:
        thread = await scoped_call(
            self.tenant,
            reply_to_consult,
            self.tenant,
            self.membership,
            frame.consult,
            text=frame.text,
        )
        self._show_thread(thread, ref)

    @lets_in(MEMBERS)
    async def do_consult_close(self, frame: frames.ConsultClose, ref: str | None) -> None:
        talk, closed = await scoped_call(
            self.tenant, close_consult, self.tenant, self.membership, frame.consult
        )
        names: Frame = {"consult": str(frame.consult)}
        if closed == Closed.ASKER:
            names["conversation"] = str(talk)
        self._threads.setdefault(frame.consult, Told(0, names, talk))
        self._show_closed(frame.consult, closed, ref)

    @lets_in(ANSWERERS)
    async def do_consult_show(self, frame: frames.ConsultShow, ref: str | None) -> None:
        talk = await scoped_call(
            self.tenant,
            show_talk,
            self.tenant,
            self.membership,
            frame.consult,
            asked=self.channel,
        )
        self.reply({"type": "reading", "conversation": str(talk), "value": True}, ref)

    @lets_in(ANSWERERS)
    async def do_consult_hide(self, frame: frames.ConsultHide, ref: str | None) -> None:
        talk = await scoped_call(
            self.tenant,
            hide_talk,
            self.tenant,
            self.membership,
            frame.consult,
            asked=self.channel,
        )
        self.reply({"type": "reading", "conversation": str(talk), "value": False}, ref)

    def _show_talk(self, thread: Thread) -> None:
        """Begin or stop to read along in the talk of a thread."""
        along = self._along.get(thread.id)
        if along is not None and (along.is_over or not thread.is_shown):
            along.end()
            del self._along[thread.id]
            along = None
        if along is None and thread.is_shown_to(self.membership):
            asker = UUID(thread.asker["id"])
            along = ReadingAlong(self, thread.id, thread.conversation, asker)
            self._along[thread.id] = along
            along.begin()

    def stop_reading_along(self) -> None:
        """The window is gone."""
        for along in self._along.values():
            along.end()

    def _as_told(self, thread: Thread) -> Frame:
        names = thread.names(self.membership)
        self._threads[thread.id] = Told(len(thread.lines), names, thread.conversation)
        self.join(talk_group(thread.conversation))
        return {**names, "lines": list(thread.lines)}

    def _show_thread(self, thread: Thread, ref: str | None = None) -> None:
        """Show what is new in a thread; where ``ref`` asked, the last line is the answer."""
        before = self._threads[thread.id].lines if thread.id in self._threads else 0
        if before > len(thread.lines):
            return
        names = self._as_told(thread)
        del names["lines"]
        last = len(thread.lines)
        for n, line in enumerate(thread.lines, start=1):
            if n > before or (n == last and ref is not None):
                own = Closed.ASKER if line["by"] == Closed.ASKER else Closed.COLLEAGUE
                kind = {"type": "consult"} if own is Closed.ASKER else {"type": "consult_reply"}
                said = {"n": n, "text": line["text"], "at": line["at"]}
                self.reply({**kind, **names, **said}, ref if n == last else None)

    def _show_closed(self, consult: UUID, closed: str, ref: str | None = None) -> None:
        told = self._threads.pop(consult, None)
        if told is None:
            return
        if (along := self._along.pop(consult, None)) is not None:
            along.end()
        self._unwatch(told.talk)
        names: Frame = {
            name: told.names[name] for name in ("consult", "conversation") if name in told.names
        }
        self.reply({"type": "consult_closed", **names, "by": closed}, ref)

    # Offers.

    @lets_in(ANSWERERS)
    async def do_transfer(self, frame: frames.Transfer, ref: str | None) -> None:
        standing = await scoped_call(
            self.tenant,
            offer_talk,
            self.tenant,
            self.membership,
            frame.conversation,
            to=frame.to,
            note=frame.note,
        )
        self.reply({"type": "offer", **self._offered(standing)}, ref)

    @lets_in(ANSWERERS)
    async def do_decline(self, frame: frames.Decline, ref: str | None) -> None:
        await scoped_call(self.tenant, decline_offer, self.tenant, self.membership, frame.offer)
        self._show_settled(frame.offer, str(OfferState.DECLINED), ref)

    @lets_in(ANSWERERS)
    async def do_withdraw_offer(self, frame: frames.WithdrawOffer, ref: str | None) -> None:
        talk = await scoped_call(
            self.tenant, withdraw_offer, self.tenant, self.membership, frame.offer
        )
        self._offers.setdefault(frame.offer, (talk, True))
        self._show_settled(frame.offer, str(OfferState.WITHDRAWN), ref)

    @lets_in(ANSWERERS)
    async def do_accept(self, frame: frames.Accept, ref: str | None) -> None:
        talk = self._offers.get(frame.offer, (None, False))[0]
        # What is said between the commit and the answer has to reach this window already.
        reader = self.reader_of(talk) if talk is not None and talk not in self.readers else None
        try:
            stands = await scoped_call(
                self.tenant, _accept, self.tenant, self.membership, frame.offer
            )
        except BaseException:
            if reader is not None:
                self.drop_reader(reader)
                self.join(talk_group(reader.conversation))
            raise
        self._offers.pop(frame.offer, None)
        was_heard = reader is not None
        reader = reader or self.reader_of(stands.conversation.pk)
        self.assign(reader, stands, ref)
        if not was_heard:
            reader.refetch()
        accepted = {"type": "offer", "offer": str(frame.offer)}
        self.give({**accepted, "state": str(OfferState.ACCEPTED)})

    def _offered(self, standing: Standing) -> Frame:
        frame = standing.frame(self.membership)
        self._offers[standing.id] = standing.conversation, "conversation" in frame
        self.join(talk_group(standing.conversation))
        # Over at its moment, also while nobody tends to it.
        asyncio.get_running_loop().call_later(standing.seconds + 1, self.look_again)
        return frame

    def _show_settled(self, offer: UUID, state: str, ref: str | None = None) -> None:
        talk, is_own = self._offers.pop(offer, (None, False))
        if talk is not None:
            self._unwatch(talk)
        elif ref is None:
            return
        if is_own and state == OfferState.ACCEPTED:
            # Told by `released`.
            return
        frame: Frame = {"type": "offer", "offer": str(offer), "state": state}
        self.reply(frame | ({"conversation": str(talk)} if is_own else {}), ref)

    def _unwatch(self, talk: UUID) -> None:
        if talk not in self.readers and talk not in self._talks_watched():
            self.leave_group(talk_group(talk))


def _accept(tenant: Tenant, membership: Membership, offer: UUID) -> desk.Stands:
    return desk.taken_talk(tenant, accept_offer(tenant, membership, offer))
