"""Static files, before anything else: they take no turn, no thread and no connection.

A page brings some sixty of them. Through Django each would take one of few turns (helpline/turns.py)
and a thread of its own from those who wait for a line to open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

App = Callable[[Any, Any, Any], Awaitable[None]]


class Files:
    """ASGI wrapper for an HTTP application. Which files there are is looked at once."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._files: dict[str, Any] = WhiteNoiseMiddleware().files

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        file = self._files.get(scope["path"])
        if file is None:
            await self.app(scope, receive, send)
            return
        found = file.get_response(scope["method"], _asked(scope["headers"]))
        body = b""
        if found.file is not None:
            # Small, and read before: the kernel has it at hand.
            with found.file:
                body = found.file.read()
        headers = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in found.headers
        ]
        status = int(found.status)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _asked(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of a request by the names that WhiteNoise knows them by."""
    return {
        f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
        for name, value in headers
    }
