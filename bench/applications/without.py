"""Helpline without one of its requirements, named in ``BENCH_WITHOUT``: what that one costs."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import psycopg

from bench.applications.ours import application
from chat import writer
from chat.consumers import base
from retention.sealing import Sealer


class _NoLimit:
    def __init__(self, burst: float, per_second: float) -> None:
        pass

    def take(self) -> bool:
        return True


def _seal(self: Sealer, text: str, *, author: int, message: UUID) -> bytes:
    return text.encode()


def _open(self: Sealer, body: bytes, *, author: int, message: UUID) -> str:
    return body.decode()


_connect = writer._connect


async def _careless() -> psycopg.AsyncConnection[tuple[Any, ...]]:
    connection = await _connect()
    await connection.execute("SET synchronous_commit = off")
    return connection


_without = os.environ["BENCH_WITHOUT"]
if _without == "sealing":
    Sealer.seal, Sealer.open = _seal, _open  # type: ignore[method-assign]  # the point of it
elif _without == "limits":
    base.Bucket = _NoLimit  # type: ignore[misc, assignment]  # the same
elif _without == "disk":
    writer._connect = _careless
else:
    # A function of the bench's own (bench/variants.py), beside ``chat_post``.
    writer.POST = writer.POST.replace("chat_post(", f"bench_post_{_without}(")

__all__ = ["application"]
