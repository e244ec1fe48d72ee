"""PostgreSQL as Django knows it, with a pool that has done with lost connections at once.

A server that restarts takes all connections with it. Left to its own look, the pool hands those that
lie idle to the same caller one after the other and pauses longer after each: with five of them the
ten seconds are over that a caller waits, though the server has long been back.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection: psycopg.Connection = super().get_new_connection(conn_params)
        if self.pool and not works(connection):
            # What lies in the pool is replaced, and so is what comes back to it from before.
            self.pool.drain()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def works(connection: psycopg.Connection) -> bool:
    """Say whether an idle connection still has its server, without asking that.

    What there is to read on it is the server's word that it has gone.
    """
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)
