"""Helpline as it is. Its guard against floods counts still, but lets the load through.

(``HELPLINE_SAY_BURST`` and ``HELPLINE_SAY_PER_SECOND`` do the same for the limit on messages.)
"""

from __future__ import annotations

from helpline.asgi import application  # isort: skip  # makes Django ready for what follows

from chat.consumers import base

base.FRAMES_PER_SECOND, base.FRAMES_BURST = 1e6, 1_000_000

__all__ = ["application"]
