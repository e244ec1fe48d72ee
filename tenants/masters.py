"""What the master keys seal: the keys of tenants, and the secrets of second factors.

``HELPLINE_MASTER_KEYS`` holds one or several. The first seals, all of them open, so that one is
replaced by putting another before it.
"""

from __future__ import annotations

import base64
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE_BYTES = 12


class NoMasterKey(ImproperlyConfigured):
    """None of the keys that are set opens this."""


def seal(content: bytes, *, place: bytes) -> bytes:
    """Return ``content`` sealed by the first master key, to be opened at ``place`` alone."""
    nonce = os.urandom(_NONCE_BYTES)
    first = _masters(tuple(settings.HELPLINE_MASTER_KEYS))[0]
    return nonce + first.encrypt(nonce, content, place)


def open_sealed(sealed: bytes, *, place: bytes) -> bytes:
    """Return what was sealed at ``place``. Raises NoMasterKey."""
    for master in _masters(tuple(settings.HELPLINE_MASTER_KEYS)):
        try:
            return master.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except InvalidTag:
            continue
    raise NoMasterKey("no key in HELPLINE_MASTER_KEYS opens this; add the one that sealed it")


@lru_cache(maxsize=4)
def _masters(encoded: tuple[str, ...]) -> tuple[AESGCM, ...]:
    if not encoded:
        raise ImproperlyConfigured(
            "HELPLINE_MASTER_KEYS is empty; it needs the base64 of at least one 32-byte key"
        )
    return tuple(AESGCM(base64.b64decode(key, validate=True)) for key in encoded)
