"""A talk as one window shows it to a colleague who is asked about it: read, and nothing else.

It comes the way that everybody's comes, sealed and by the talk's group; each look into the rows asks
again whether the talk is still shown. The frames name the consult and never the talk.
"""

from __future__ import annotations

from uuid import UUID

from chat.calls import scoped_call
from chat.consults import shown_talk
from chat.consumers.base import Frame
from chat.consumers.desk_window import DeskWindow
from chat.fanout import Event
from chat.messages import Caught
from chat.reader import Reader
from chat.runtime import runtime
from chat.situation import Situation
from chat.states import Author
from tenants.errors import HelplineError


class ReadingAlong:
    """One talk that is shown in one window, until it is over."""

    def __init__(self, window: DeskWindow, consult: UUID, talk: UUID, asker: UUID) -> None:
        self._window, self._consult, self._asker = window, consult, asker
        # Nobody's side: nothing in the talk is this reader's own.
        self._reader = Reader(
            window.tenant, talk, Author.SYSTEM, give=self._give, fetch=self._fetch
        )
        self._is_told = False
        self.is_over = False

    @property
    def talk(self) -> UUID:
        return self._reader.conversation

    def begin(self) -> None:
        """Show what has been written, and from then on what comes."""
        self._window.spawn(self._show())

    def end(self) -> None:
        """Show nothing any more, and tell so."""
        if self.is_over:
            return
        self.is_over = True
        self._reader.end()
        runtime().pulse.remove(self._reader)
        if self._is_told:
            self._give({"type": "hidden"})

    def hear(self, event: Event) -> None:
        """Take what fans out of the talk."""
        if self._ends(event):
            self.end()
        elif event["type"] == "message" and not self.is_over:
            if self._reader.held is not None:
                self._reader.held.append(event)
            else:
                self._reader.message(event, None)

    def _ends(self, event: Event) -> bool:
        kind = event["type"]
        if kind == "state":
            return bool(event.get("membership") != self._asker.hex)
        return kind in {"ended", "erased"} or (kind == "reading" and not event["value"])

    # For the pulse, which finds what no event told.

    def talk_gone(self, reader: Reader) -> None:
        self.end()

    def situate(self, reader: Reader, situation: Situation) -> None:
        if not situation.reading or situation.membership != self._asker.hex:
            self.end()

    # Reading.

    async def _show(self) -> None:
        try:
            await self._show_all()
        except BaseException:
            # The next look begins anew.
            self.end()
            raise

    async def _show_all(self) -> None:
        reader, more = self._reader, True
        while more:
            caught = await self._fetched()
            if caught is None:
                return
            messages = reader.page(caught, lambda author: None)
            more = caught.page.more
            self._is_told = True
            self._give({"type": "shown", "messages": messages, "more": more})
        runtime().pulse.add(reader, self)
        held, reader.held = reader.held or [], None
        for event in held:
            self.hear(event)

    async def _fetched(self) -> Caught | None:
        """Return the next page, or None once the talk is not shown any more."""
        window = self._window
        try:
            caught = await scoped_call(
                window.tenant,
                shown_talk,
                window.tenant,
                window.membership,
                self._consult,
                after=self._reader.given,
            )
        except HelplineError:
            self.end()
            return None
        return None if self.is_over else caught

    def _fetch(self, reader: Reader) -> None:
        if not reader.fetching:
            reader.fetching = True
            self._window.spawn(self._catch_up(reader))

    async def _catch_up(self, reader: Reader) -> None:
        try:
            more = True
            while more and (caught := await self._fetched()) is not None:
                more = caught.page.more
                reader.take(caught)
                for read in caught.page.messages:
                    reader.read(read, None)
                reader.caught_up(caught.read_through)
        finally:
            reader.fetching = False

    def _give(self, frame: Frame) -> None:
        self._window.give({**frame, "consult": str(self._consult)})
