"""What opens a line over HTTP, and how its frames travel between processes without being readable.

A handle is 64 random-looking bytes that only the client has: which process the line lives in, its name
there, and a key. It is in no address and nowhere stored. Whichever process is handed a request seals
it under the key of the handle, and the process that the line lives in answers sealed under the same
one: Valkey carries what it cannot read, and nobody needs a key that outlives the line.

Capsule: nonce 12 ‖ AES-256-GCM(length 4 ‖ data ‖ padding to steps of 256)
Bound:   process, name and number of the request, the host and the page that it comes from, and whether it
         asks or answers; so nothing opens at another line, at another tenant, or as another answer.
"""

from __future__ import annotations

import base64
import os
import struct
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PAD_BYTES = 256
NONCE_BYTES = 12
_HANDLE = struct.Struct(">16s16s32s")
_BOUND = struct.Struct(">16s16sQ")
_LENGTH = struct.Struct(">I")

Way = Literal["ask", "answer"]


class Unopened(Exception):
    """A capsule that does not open here, for whatever reason."""


@dataclass(frozen=True, slots=True, repr=False)
class Handle:
    """``process`` and ``name`` say where the line is; ``key`` that one may speak on it."""

    process: bytes
    name: bytes
    key: bytes

    @classmethod
    def new(cls, process: str) -> Handle:
        """Return the handle of a new line in ``process`` (32 hexadecimal digits)."""
        return cls(bytes.fromhex(process), os.urandom(16), AESGCM.generate_key(256))

    @classmethod
    def read(cls, text: str) -> Handle | None:
        """Return the handle that a client shows, or None for what is not one."""
        try:
            raw = base64.b64decode(text + "==", altchars=b"-_", validate=True)
            return cls(*_HANDLE.unpack(raw))
        except (ValueError, struct.error):
            return None

    def reveal(self) -> str:
        """Return what the client is given, and shows with each request: 86 characters."""
        raw = _HANDLE.pack(self.process, self.name, self.key)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def seal(self, data: bytes, *, way: Way, at: str, number: int) -> bytes:
        """Return ``data`` so that only who has this handle can read it."""
        padded = _LENGTH.pack(len(data)) + data
        padded += bytes(-len(padded) % PAD_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, padded, self._bound(way, at, number))

    def open(self, sealed: bytes, *, way: Way, at: str, number: int) -> bytes:
        """Return what was sealed for this place. Raises Unopened."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            padded = AESGCM(self.key).decrypt(nonce, rest, self._bound(way, at, number))
        except (InvalidTag, ValueError):
            raise Unopened from None
        (length,) = _LENGTH.unpack_from(padded)
        return padded[_LENGTH.size : _LENGTH.size + length]

    def _bound(self, way: Way, at: str, number: int) -> bytes:
        return way.encode() + _BOUND.pack(self.process, self.name, number) + at.encode()
