"""Content is sealed per message; nothing outside this module looks into a sealed body.

Key:   HKDF-SHA256(segment secret ‖ tenant key, info = purpose ‖ tenant ‖ conversation ‖ segment)
Body:  version 1 ‖ algorithm 1 ‖ segment 16 ‖ nonce 12 ‖ AES-256-GCM ciphertext and tag
Bound: version, purpose, tenant, conversation, segment, author and the message's own id, each
       with its length, so that a body opens only in the place that it was sealed for. The
       sequence number is not bound: it is given at commit, after sealing.

The plaintext is padded to steps of 256 bytes, so that its size does not tell a "yes" from a "no".
The segment secret stands in the instance ``keys`` alone: once it is destroyed there, no copy of
main and no tenant key opens the body again.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
AES_GCM = 1
PAD_BYTES = 256
_HEAD = bytes((VERSION, AES_GCM))
_HEAD_BYTES = 2 + 16 + 12
_LENGTH = struct.Struct(">I")


class Unsealable(Exception):
    """A body that does not open here: wrong place, wrong key, cut short or unknown to us."""


def _bound(*parts: bytes) -> bytes:
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens the bodies of one segment. Holds a key: keep it no longer than needed."""

    segment: UUID
    _cipher: AESGCM
    _head: bytes
    _context: bytes

    def __repr__(self) -> str:
        return f"Sealer({self.segment})"

    @classmethod
    def of(
        cls, *, secret: bytes, tenant_key: bytes, tenant: int, conversation: UUID, segment: UUID
    ) -> Sealer:
        context = _bound(_HEAD, b"message", str(tenant).encode(), conversation.bytes, segment.bytes)
        key = HKDF(hashes.SHA256(), 32, salt=None, info=b"helpline/1/" + context)
        cipher = AESGCM(key.derive(secret + tenant_key))
        return cls(segment, cipher, _HEAD + segment.bytes, context)

    def seal(self, text: str, *, author: int, message: UUID) -> bytes:
        """Return the sealed body of ``text``."""
        plain = text.encode()
        padded = _LENGTH.pack(len(plain)) + plain
        padded += bytes(-len(padded) % PAD_BYTES)
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, padded, self._aad(author, message))
        return self._head + nonce + sealed

    def open(self, body: bytes, *, author: int, message: UUID) -> str:
        """Return the text of ``body``. Raises Unsealable, for every reason alike."""
        if not body.startswith(self._head):
            raise Unsealable
        try:
            padded = self._cipher.decrypt(
                body[18:_HEAD_BYTES], body[_HEAD_BYTES:], self._aad(author, message)
            )
        except (InvalidTag, ValueError):
            raise Unsealable from None
        (length,) = _LENGTH.unpack_from(padded)
        return padded[4 : 4 + length].decode()

    def _aad(self, author: int, message: UUID) -> bytes:
        return self._context + bytes((author,)) + message.bytes
