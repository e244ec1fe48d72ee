"""The client's address leaves the request before anything else sees it.  Rule: S7, U3, B8."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]

# Every header in which a proxy or a network tells who is asking.
TELLING = frozenset(
    {
        b"cf-connecting-ip",
        b"cf-connecting-ipv6",
        b"client-ip",
        b"fastly-client-ip",
        b"fly-client-ip",
        b"forwarded",
        b"forwarded-for",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-forwarded",
        b"x-forwarded-for",
        b"x-original-forwarded-for",
        b"x-real-ip",
        b"x-remote-addr",
        b"x-remote-ip",
        b"x-request-id",
        b"user-agent",
    }
)


class WithoutAddress:
    """ASGI wrapper, the outermost: the rest of the program has no address to leak."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "headers" in scope:
            scope = {**scope, "client": None, "headers": quiet(scope["headers"])}
        await self.app(scope, receive, send)


def quiet(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers that do not tell who is asking."""
    return [(name, value) for name, value in headers if name.lower() not in TELLING]
