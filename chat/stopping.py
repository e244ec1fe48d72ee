"""Ending the tasks of an event loop for certain."""

from __future__ import annotations

import asyncio

# How long a task that was cancelled has to put things in order, before it is told again.
INSIST_SECONDS = 0.5


async def stop(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel ``tasks`` until each has ended, however it did; None is passed over.

    Once is not enough: ``asyncio.wait_for``, with which redis-py sends, loses a cancellation that
    comes in the turn of the loop in which what it waits for is done (Python 3.11), and the task goes on.
    """
    pending = {task for task in tasks if task}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=INSIST_SECONDS)
