"""An answer that is to come late, such as that a guess was wrong, waits where it costs nothing.

A view that slept would keep a thread and a turn from others (helpline/turns.py). It writes the
seconds into the scope instead, and the answer waits here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]

SECONDS = "helpline.late"


class Late:
    """ASGI wrapper for an HTTP application."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        waiting: list[Any] = []

        async def send_or_keep(message: Any) -> None:
            if SECONDS in scope:
                waiting.append(message)
            else:
                await send(message)

        await self.app(scope, receive, send_or_keep)
        if waiting:
            await asyncio.sleep(scope[SECONDS])
        for message in waiting:
            await send(message)
