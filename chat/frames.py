"""What clients may say, frame by frame, and how a frame is read.

Each frame is a type of its own; msgspec decodes and checks it in one step, and refuses an unknown
type, an unknown field, a missing one, a value of the wrong type or size. Frames that are not even
frames (not JSON, not an object, no type, too large, too deep) end the connection, because whoever
sends them is not speaking this protocol.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import DecodeError, Meta, Struct, ValidationError
from msgspec.json import Decoder, decode

from tenants.errors import Invalid

PROTOCOL = 1
FRAME_BYTES = 64 * 1024
DEPTH = 8
TEXT_LENGTH = 4_000
REF_LENGTH = 64

Ref = Annotated[str, Meta(max_length=REF_LENGTH)]
Seq = Annotated[int, Meta(ge=0, lt=2**31)]
Protocol = Annotated[int, Meta(ge=PROTOCOL, le=PROTOCOL)]
Reason = Annotated[str, Meta(max_length=40)]
Purpose = Annotated[str, Meta(max_length=200)]
Note = Annotated[str, Meta(max_length=300)]
HandoverNote = Annotated[str, Meta(max_length=1_000)]
Kind = Annotated[str, Meta(max_length=20)]
Secret = Annotated[str, Meta(max_length=64)]


class NotAFrame(Invalid):
    """Not a frame of this protocol at all; the connection is closed with 4400."""


class Refused(Invalid):
    """A frame of this protocol with something wrong in it; the connection stays."""

    def __init__(self, text: str, ref: str | None) -> None:
        super().__init__(text)
        self.ref = ref


class Frame(Struct, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """What every frame has; ``kind`` is its type on the wire."""

    ref: Ref | None = None

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)


class Text(Frame):
    """A frame with a text: composed (NFC), of 1 to 4,000 code points, without NUL."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.isascii():
            self.text = unicodedata.normalize("NFC", self.text)
        if not 1 <= len(self.text) <= TEXT_LENGTH:
            raise ValueError(f"`text` has 1 to {TEXT_LENGTH} characters")
        if "\0" in self.text:
            raise ValueError("`text` has no NUL")


class VisitorHello(Frame, tag="hello"):
    protocol: Protocol
    secret: Secret
    after: Seq = 0
    # The page that says it; what it says when it is closed counts for itself alone.
    tab: UUID | None = None


class Say(Text, tag="say"):
    id: UUID


class Typing(Frame, tag="typing"):
    pass


class Seen(Frame, tag="seen"):
    seq: Seq


class More(Frame, tag="more"):
    after: Seq


class Erase(Frame, tag="erase"):
    pass


class Leave(Frame, tag="leave"):
    # From the button that hides the page: then the policy says what becomes of the talk.
    away: bool = False


class Answer(Frame, tag="answer"):
    card: UUID
    value: Any


class DeskHello(Frame, tag="hello"):
    protocol: Protocol


class Ready(Frame, tag="ready"):
    value: bool


class Back(Frame, tag="back"):
    pass


class Active(Frame, tag="active"):
    """The member has done something at their desk: said once a minute at most."""


class Next(Frame, tag="next"):
    pass


class Claim(Frame, tag="claim"):
    conversation: UUID


class Open(Frame, tag="open"):
    conversation: UUID
    after: Seq = 0
    purpose: Purpose = ""


class DeskSay(Text, tag="say"):
    conversation: UUID
    id: UUID


class DeskTyping(Frame, tag="typing"):
    conversation: UUID


class DeskSeen(Frame, tag="seen"):
    conversation: UUID
    seq: Seq


class DeskMore(Frame, tag="more"):
    conversation: UUID
    after: Seq


class Pause(Frame, tag="pause"):
    conversation: UUID
    note: Note = ""

    def __post_init__(self) -> None:
        self.note = unicodedata.normalize("NFC", self.note).strip()
        if "\0" in self.note:
            raise ValueError("`note` has no NUL")


class Resume(Frame, tag="resume"):
    conversation: UUID


class DeskCard(Frame, tag="card"):
    conversation: UUID
    kind: Kind
    content: dict[str, Any] = {}


class Withdraw(Frame, tag="withdraw"):
    conversation: UUID
    card: UUID


class Flag(Frame, tag="flag"):
    conversation: UUID


class Consult(Text, tag="consult"):
    conversation: UUID
    colleague: UUID


class ConsultReply(Text, tag="consult_reply"):
    consult: UUID


class ConsultClose(Frame, tag="consult_close"):
    consult: UUID


class ConsultShow(Frame, tag="consult_show"):
    consult: UUID


class ConsultHide(Frame, tag="consult_hide"):
    consult: UUID


class Transfer(Frame, tag="transfer"):
    conversation: UUID
    to: UUID
    note: HandoverNote = ""

    def __post_init__(self) -> None:
        self.note = unicodedata.normalize("NFC", self.note).strip()
        if "\0" in self.note:
            raise ValueError("`note` has no NUL")


class WithdrawOffer(Frame, tag="withdraw_offer"):
    offer: UUID


class Accept(Frame, tag="accept"):
    offer: UUID


class Decline(Frame, tag="decline"):
    offer: UUID


class Close(Frame, tag="close"):
    conversation: UUID
    reason: Reason = ""
    category: Reason = ""
    # Whether the visitor became identifiable; empty where nobody was asked.
    identifiable: Literal["", "no", "yes", "unsure"] = ""
    heavy: bool = False
    # With the reason of abuse: ask a lead to pause the place that it came from.
    cool_down: bool = False


VisitorFrame = VisitorHello | Say | Typing | Seen | More | Erase | Leave | Answer
DeskFrame = (
    DeskHello
    | Ready
    | Back
    | Active
    | Next
    | Claim
    | Open
    | DeskSay
    | DeskTyping
    | DeskSeen
    | DeskMore
    | Pause
    | Resume
    | DeskCard
    | Withdraw
    | Flag
    | Consult
    | ConsultReply
    | ConsultClose
    | ConsultShow
    | ConsultHide
    | Transfer
    | WithdrawOffer
    | Accept
    | Decline
    | Close
)
VISITOR = Decoder(VisitorFrame)
DESK = Decoder(DeskFrame)


def read_frame(decoder: Decoder[Any], raw: str | None) -> Frame:
    """Return the frame that one text message holds.

    Raises NotAFrame for what ends the connection, and Refused, which knows the ``ref`` to echo,
    for what is merely refused.
    """
    if raw is None:
        raise NotAFrame("frames are text, not binary")
    # Four bytes a character at most: a short text needs no counting.
    if len(raw) * 4 > FRAME_BYTES and len(raw.encode("utf-8", "surrogatepass")) > FRAME_BYTES:
        raise NotAFrame(f"a frame has at most {FRAME_BYTES} bytes")
    try:
        frame: Frame = decoder.decode(raw)
    except ValidationError as problem:
        raise _refusal(raw, str(problem)) from None
    except (DecodeError, UnicodeError, RecursionError):
        raise NotAFrame("a frame is JSON") from None
    return frame


def _refusal(raw: str, problem: str) -> Invalid:
    """Tell apart a frame with something wrong in it from what is no frame at all."""
    try:
        said = decode(raw)
    except (DecodeError, UnicodeError, RecursionError):
        return NotAFrame("a frame is JSON")
    if not isinstance(said, dict):
        return NotAFrame("a frame is an object")
    if _deeper_than(said, DEPTH):
        return NotAFrame(f"a frame is at most {DEPTH} levels deep")
    if not isinstance(said.get("type"), str):
        return NotAFrame("a frame has a string `type`")
    ref = said.get("ref")
    return Refused(problem, ref if isinstance(ref, str) and len(ref) <= REF_LENGTH else None)


def _deeper_than(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    nested = [one for one in inner if isinstance(one, dict | list)]
    return bool(nested) and (levels == 1 or any(_deeper_than(one, levels - 1) for one in nested))
