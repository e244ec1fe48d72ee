"""A web process of a later version: it says more than this one knows, in every way there is.

    python -m tests.faults.newer --fd 3

Its events carry another field; beside each it tells one of a kind that nobody knows, to those in
the same talk; and it announces itself in words that are not in the directory's language yet.
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup()

from chat import fanout  # noqa: E402  # after the set-up
from helpline import web  # noqa: E402  # the same


class Newer(fanout._Loop):
    """The fan-out of a later version."""

    def group_send(self, group: str, event: fanout.Event) -> None:
        super().group_send(group, {**event, "mood": "calm"})
        super().group_send(group, {"type": "candle", "talk": event.get("talk"), "lit": True})

    def _tell(self, process: str, what: tuple[Any, ...]) -> None:
        super()._tell(process, (*what, "since 2027"))
        super()._tell("all", ("glow", self.process, ["talk.0"]))
        super()._tell("all", ("hum",))


if __name__ == "__main__":
    fanout._Loop = Newer  # type: ignore[misc]  # which is what a later version would have done
    web.main()
