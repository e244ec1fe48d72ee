"""Helpline with a writer that stores nothing and answers at once: what the rest of the path costs.

Sockets still say hello to the database; only messages never reach it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

from bench.applications.ours import application
from chat import runtime
from chat.writer import Answer, Outcome, Post, Writer


class ForgetfulWriter(Writer):
    def __init__(self) -> None:
        super().__init__()
        self._last: defaultdict[UUID, int] = defaultdict(int)

    def put(self, post: Post) -> None:
        self._last[post.conversation] += 1
        seq = self._last[post.conversation]
        post.answer(Answer(Outcome.STORED, seq, datetime.now(UTC)))


# The class that every Runtime makes one of.
runtime.__dict__["Writer"] = ForgetfulWriter

__all__ = ["application"]
