"""Arrays as PostgreSQL reads them in binary: psycopg builds such lists element by element in
Python, which costs more than the insert that they are for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from uuid import UUID

from psycopg.adapt import Dumper
from psycopg.pq import Format

INT4, INT2, UUIDS, BYTEA = 23, 21, 2950, 17
_HEAD = struct.Struct(">iiIii")
_NULL = struct.pack(">i", -1)
_LENGTH = struct.Struct(">i")
_INT4, _INT2 = struct.Struct(">ii"), struct.Struct(">ih")


class Array:
    """One array parameter, ready to be sent; the statement's cast says of what."""

    __slots__ = ("data",)

    def __init__(self, element: int, items: list[bytes], *, nulls: bool = False) -> None:
        self.data = _HEAD.pack(1, int(nulls), element, len(items), 1) + b"".join(items)


class ArrayDumper(Dumper):
    """Hands an ``Array`` to the server as it is."""

    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.data


def int4s(values: Iterable[int]) -> Array:
    return Array(INT4, [_INT4.pack(4, value) for value in values])


def int2s(values: Iterable[int]) -> Array:
    return Array(INT2, [_INT2.pack(2, value) for value in values])


def uuids(values: Iterable[UUID | None]) -> Array:
    items = [_NULL if value is None else b"\0\0\0\x10" + value.bytes for value in values]
    return Array(UUIDS, items, nulls=_NULL in items)


def byteas(values: Iterable[bytes]) -> Array:
    return Array(BYTEA, [_LENGTH.pack(len(value)) + value for value in values])
