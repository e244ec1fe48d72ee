"""Work that costs little more for many than for one: what comes while a batch is on its way goes
together in the next. Nobody waits for a timer, and one who comes alone is served in the next turn of
the event loop.

When a process restarts, all of its visitors come back within seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 50


class Together(Generic[K, T, R]):
    """``work(key, items)`` returns an answer or an exception for each item, in their order."""

    def __init__(self, work: Callable[[K, list[T]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._work = work
        self._waiting: dict[K, list[tuple[T, asyncio.Future[R]]]] = {}
        self._running: dict[K, asyncio.Task[None]] = {}

    async def do(self, key: K, item: T) -> R:
        """Return the answer to ``item``, or raise the exception that is its answer."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append((item, answer))
        if key not in self._running:
            self._running[key] = asyncio.get_running_loop().create_task(self._run(key))
        return await answer

    async def _run(self, key: K) -> None:
        try:
            while self._waiting.get(key):
                # Once around the loop, for whoever is at the door in this very moment.
                await asyncio.sleep(0)
                waiting = self._waiting[key]
                batch, self._waiting[key] = waiting[:AT_ONCE], waiting[AT_ONCE:]
                await self._serve(key, batch)
        finally:
            self._waiting.pop(key, None)
            del self._running[key]

    async def _serve(self, key: K, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        found: Sequence[R | Exception]
        try:
            found = await self._work(key, [item for item, _ in batch])
        except Exception as problem:  # everybody's: storage is away
            found = [problem] * len(batch)
        for (_, answer), one in zip(batch, found, strict=True):
            if answer.done():  # nobody waits for it any more
                continue
            if isinstance(one, Exception):
                answer.set_exception(one)
            else:
                answer.set_result(one)
