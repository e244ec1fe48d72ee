"""The bare server once more, which answers after a commit: the least that a durable message costs.

What is committed is a note in the log of the database and no row: nothing is looked up, locked,
numbered, indexed or sealed.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg

NOTE = "SELECT pg_logical_emit_message(true, 'bench', %s::text)"
_connections: list[psycopg.AsyncConnection[Any]] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await (await _connection()).execute(NOTE, [message["text"]])
        await send({"type": "websocket.send", "text": message["text"]})


async def _connection() -> psycopg.AsyncConnection[Any]:
    """Return the one connection of the process."""
    if not _connections:
        url = os.environ["DATABASE_URL"]
        # Prepared at once: nothing is planned while somebody waits.
        made = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
        _connections.append(made)
    return _connections[0]
