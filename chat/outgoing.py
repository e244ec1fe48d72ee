"""Sending without a task for every frame.

All sockets that have something to send after one tick of the event loop are sent to in one go.
A server's ``send`` nearly always writes and returns at once; only where it has to wait for a slow
client does the sending become a task of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

Sending = Callable[[], Coroutine[Any, Any, None]]

log = logging.getLogger("helpline.socket")

_ready: dict[asyncio.AbstractEventLoop, list[Sending]] = {}
_waiting: set[asyncio.Task[None]] = set()


def send_soon(sending: Sending) -> None:
    """Run ``sending`` in the next tick, together with all others of this tick."""
    loop = asyncio.get_running_loop()
    if loop in _ready:
        _ready[loop].append(sending)
    else:
        _ready[loop] = [sending]
        loop.call_soon(_send_all, loop)


def _send_all(loop: asyncio.AbstractEventLoop) -> None:
    for sending in _ready.pop(loop):
        _begin(sending(), loop)


def _begin(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> None:
    """Run ``coroutine`` up to where it has to wait; a task waits with it from there."""
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return
    except Exception:  # one socket's fault must not keep the others' frames back
        log.exception("sending_failed")
        return
    if awaited is None:  # it has merely let others go first
        _go_on(coroutine, loop)
    else:
        # What a future hands to a task that waits for it; nobody else waits for this one yet.
        awaited._asyncio_future_blocking = False
        awaited.add_done_callback(lambda _future: _go_on(coroutine, loop))


def _go_on(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> None:
    task = loop.create_task(coroutine)
    # The loop itself holds tasks but weakly.
    _waiting.add(task)
    task.add_done_callback(_waiting.discard)
