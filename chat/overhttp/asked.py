"""What a client asks of its line over HTTP: the bodies of `/line`, `/line/say` and `/line/hear`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct, field

Shown = Annotated[str, Meta(max_length=100)]
Number = Annotated[int, Meta(ge=0, lt=2**31)]
First = Annotated[int, Meta(ge=1, lt=2**31)]
Frames = Annotated[list[Raw], Meta(max_length=1_000)]


class Open(Struct, forbid_unknown_fields=True):
    """How the client wants to hear: in one answer that goes on, or by asking again and again."""

    hear: Literal["stream", "poll"]


class Say(Struct, tag="say", forbid_unknown_fields=True):
    """Frames as they would be sent on a socket; the first of them has the number ``from``."""

    start: First = field(name="from")
    frames: Frames
    # The client hangs up, once these frames have been taken.
    bye: bool = False
    line: Shown = ""


class Hear(Struct, tag="hear", forbid_unknown_fields=True):
    """What comes after the first ``after`` frames, all of which have arrived."""

    after: Number
    line: Shown = ""


Asked = Say | Hear
