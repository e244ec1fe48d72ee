"""One socket's place in one talk: what it has been given, in which order, under which keys.

Events arrive in any order, and some do not arrive. A reader hands frames on in rising ``seq``
without a gap; what is missing is fetched from the database. It holds the talk's keys for as long
as the socket lives, the segment lives and the talk goes on, and no longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from chat.events import talk_group
from chat.fanout import Event
from chat.messages import Caught, Keyring, Read, stamp
from chat.pauses import Note, note_field
from chat.situation import Situation
from chat.states import WORDS, Author
from retention.sealing import Sealer, Unsealable
from tenants.models import Tenant

Frame = dict[str, Any]

# Above every sequence number: nothing is waited for any more.
NO_MORE = 2**31


class Reader:
    """``give(frame)`` sends a frame to the client; ``fetch()`` starts a catch-up of this reader."""

    def __init__(
        self,
        tenant: Tenant,
        conversation: UUID,
        me: Author,
        *,
        give: Callable[[Frame], None],
        fetch: Callable[[Reader], None],
    ) -> None:
        self.tenant, self.conversation, self.me = tenant, conversation, me
        self.group = talk_group(conversation)
        self._give, self._fetch = give, fetch
        self.given = 0
        self.current: UUID | None = None
        self.fetching = False
        # What fans out while the talk is still being read for the first time; None after that.
        self.held: list[Event] | None = []
        # What the client has been told of the talk besides its messages.
        self.situation: Situation | None = None
        self.told_erased = 0
        # The version of each card that the client has been shown.
        self.cards: dict[str, int] = {}
        # The same, where no event had told so.
        self.found_erased = 0
        # What waits to be sealed until the current key has been fetched, in the order it was said.
        self.unsealed: list[tuple[UUID, str, int]] = []
        # Ids this socket has said and not had an answer to, with the `ref` of each such frame.
        self.unanswered: dict[UUID, list[str | None]] = {}
        # The earliest message that came too fast, and until when it goes before later ones.
        self.refused: tuple[UUID | None, float] = (None, 0.0)
        self._keys: Keyring = {}
        self._early: dict[int, Frame] = {}

    # Keys.

    def take(self, caught: Caught) -> None:
        """Take over the talk as the database has it."""
        self._keys, self.current = caught.keys, caught.segment
        self.forget_through(caught.erased_through)

    def drop(self) -> None:
        """Forget the keys and what others wrote under them; our own answers still wait."""
        self._keys, self.current = {}, None
        self._early = {seq: one for seq, one in self._early.items() if one["type"] == "said"}

    def end(self) -> None:
        """Nothing of the talk is for this socket any more, but the answers to what it said."""
        self.drop()
        self.forget_through(NO_MORE)

    def sealer(self) -> Sealer | None:
        """Return what seals now, or None when it has to be fetched first."""
        key = self._keys.get(self.current) if self.current else None
        return key.sealer if key and key.living else None

    def note_field(self, note: Note | None) -> Frame:
        """Return the field ``note`` of a frame about this talk, where there is one to read."""
        return dict(note_field(note, self._keys))

    def refetch(self) -> None:
        """Ask the database what has happened since what was given."""
        self._fetch(self)

    def page(self, caught: Caught, name_of: Callable[[int], str | None]) -> list[Frame]:
        """Take over the talk and return its page as a list: all of it counts as given."""
        self.take(caught)
        frames = [self.shown(read, name_of(read.author)) for read in caught.page.messages]
        self.skip_to(caught.read_through)
        return frames

    def skip_to(self, seq: int) -> None:
        """Count everything up to ``seq`` as given."""
        self.given = max(self.given, seq)
        self._give_on()

    # What comes.

    def message(self, event: Event, name: str | None) -> None:
        """Take a message event: sealed, in whatever order."""
        if event["seq"] <= self.given:
            return
        key = self._keys.get(event["segment"])
        if key is None or not key.living:
            self._fetch(self)
            return
        author, message = event["author"], event["id"]
        try:
            text = key.sealer.open(event["body"], author=author, message=message)
        except Unsealable:
            return
        read = Read(event["seq"], author, message, text, event["at"])
        self.offer(read.seq, {"type": "message", **self.shown(read, name)})

    def read(self, read: Read, name: str | None) -> None:
        """Take a message that was read from the database."""
        if read.author == self.me and read.id in self.unanswered:
            # Our own, stored before its answer came: this is the answer.
            self.offer(read.seq, self.answer(read.id, read.seq, read.at))
        else:
            self.offer(read.seq, {"type": "message", **self.shown(read, name)})

    def said(self, message: UUID, seq: int, at: datetime) -> Frame:
        """Return the answer to a ``say``, and count it as answered."""
        return self.answer(message, seq, stamp(at))

    def answer(self, message: UUID, seq: int, at: str) -> Frame:
        """The same, for a time that is a stamp already."""
        frame = {"type": "said", "id": str(message), "seq": seq, "at": at}
        ref = self.answered(message)
        return frame | {"ref": ref} if ref is not None else frame

    def asked(self, message: UUID, ref: str | None) -> None:
        """Note that this socket waits for an answer about ``message``."""
        self.unanswered.setdefault(message, []).append(ref)

    def answered(self, message: UUID) -> str | None:
        """Note an answer, and return the ``ref`` that it echoes."""
        refs = self.unanswered.pop(message, [])
        ref = refs.pop(0) if refs else None
        if refs:
            self.unanswered[message] = refs
        return ref

    def offer(self, seq: int, frame: Frame) -> None:
        """Give ``frame`` when everything before it has been given."""
        if seq <= self.given:
            if frame["type"] == "said":
                self._give(frame)
            return
        if seq == self.given + 1:
            self.given = seq
            self._give(frame)
        else:
            self._early[seq] = frame
        if not self._early:
            return
        self._give_on()
        if self._early:
            self._fetch(self)

    def caught_up(self, last_seq: int) -> None:
        """Everything up to ``last_seq`` has been read; what was not there never will be."""
        while self.given < last_seq:
            self.given += 1
            frame = self._early.pop(self.given, None)
            if frame:
                self._give(frame)
        self._give_on()

    def forget_through(self, seq: int) -> None:
        """Nothing up to ``seq`` is a gap any more: it has been erased."""
        for early in sorted(early for early in self._early if early <= seq):
            frame = self._early.pop(early)
            if frame["type"] == "said":
                self._give(frame)
        self.skip_to(seq)

    def _give_on(self) -> None:
        while frame := self._early.pop(self.given + 1, None):
            self.given += 1
            self._give(frame)

    def shown(self, read: Read, name: str | None) -> Frame:
        """Return a message as it stands in a list; one's own also carry their id."""
        frame: Frame = {
            "seq": read.seq,
            "from": WORDS[read.author],
            "text": read.text,
            "at": read.at,
        }
        if name:
            frame["name"] = name
        if read.author == self.me:
            frame["id"] = str(read.id)
        return frame
