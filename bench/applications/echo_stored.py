"""The bare server once more, which answers after a commit: the least that a durable message costs.

What is committed is a note in the log of the database and no row: nothing is looked up, locked,
numbered, indexed or sealed.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg

from bench.applications import echo

NOTE = "SELECT pg_logical_emit_message(true, 'bench', %s::text)"
_connections: list[psycopg.AsyncConnection[Any]] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    async def committed(message: Any) -> None:
        if message["type"] == "websocket.send":
            await (await _connection()).execute(NOTE, [message["text"]])
        await send(message)

    await echo.application(scope, receive, committed)


async def _connection() -> psycopg.AsyncConnection[Any]:
    """Return the one connection of the process."""
    if not _connections:
        url = os.environ["DATABASE_URL"]
        # Prepared at once: nothing is planned while somebody waits.
        made = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
        _connections.append(made)
    return _connections[0]
