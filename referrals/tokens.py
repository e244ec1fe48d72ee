"""What opens the partner's door to a visitor, once, and the way back: only hashes are stored.

They are shown to the visitor's own socket and nowhere else. The hash of a token is what joins the
two sides of a handoff.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """256 bits, as 43 characters of base64url."""

    _value: str

    def __repr__(self) -> str:
        return "Token(…)"

    def reveal(self) -> str:
        return self._value

    @property
    def hash(self) -> bytes:
        return hash_of(self._value)


def new_token() -> Token:
    return Token(secrets.token_urlsafe(32))


def hash_of(value: str) -> bytes:
    """Return by what a token is found; of any string that JSON can hold."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
