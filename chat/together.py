"""Work that costs little more for many than for one: what comes while a batch is on its way goes
together in the next. One who comes alone is served in the next turn of the event loop.

When a process restarts, all of its visitors come back within seconds, to many lines at once. Where each
line had a batch on its way, all would be small: so a few are, the others gather meanwhile, and take their
turns in order. A line that hangs keeps the others for a moment and no longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 50
BATCHES = 2
TURN_SECONDS = 1.0
"""How long a batch waits for those of others: one that is full takes far less, and what hangs more."""


class Together(Generic[K, T, R]):
    """``work(key, items)`` returns an answer or an exception for each item, in their order."""

    def __init__(self, work: Callable[[K, list[T]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._work = work
        self._waiting: dict[K, list[tuple[T, asyncio.Future[R]]]] = {}
        self._running: dict[K, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(BATCHES)

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
                async with self._turn():
                    waiting = self._waiting[key]
                    batch, self._waiting[key] = waiting[:AT_ONCE], waiting[AT_ONCE:]
                    await self._serve(key, batch)
        finally:
            self._waiting.pop(key, None)
            del self._running[key]

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Wait for a turn, or for ``TURN_SECONDS`` where those who have one do not come to an end."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            self._turns.release()

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
