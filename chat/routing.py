from __future__ import annotations

from typing import Any

from chat.consumers.desk import DeskSocket
from chat.consumers.visitor import VisitorSocket

SOCKETS = {"/ws/visitor": VisitorSocket.as_asgi(), "/ws/desk": DeskSocket.as_asgi()}


async def sockets(scope: Any, receive: Any, send: Any) -> None:
    """Lead a handshake to its consumer; any other path is refused before it is accepted."""
    consumer = SOCKETS.get(scope["path"])
    if consumer is not None:
        await consumer(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close"})
