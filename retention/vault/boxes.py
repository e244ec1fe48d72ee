"""What the vault is locked with: boxes that one key opens, and a key that one password opens.

A box is sealed with HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM) and bound to a *place*: what
it is and where it belongs. Elsewhere it does not open. A private key is locked by AES-256-GCM under
a key that Argon2id derives from a password and a salt of its own.
"""

from __future__ import annotations

import os
import struct

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

KEY_BYTES = 32
VERSION = b"\x01"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SALT_BYTES, _NONCE_BYTES = 16, 12
_LENGTH = struct.Struct(">I")


class Unopenable(Exception):
    """A box that does not open here: another place, another key, or not a box of ours."""


def place(*parts: object) -> bytes:
    """Return what binds a box: every part with its length, so that no two places are alike."""
    told = [str(part).encode() for part in ("helpline/1/vault", *parts)]
    return b"".join(_LENGTH.pack(len(part)) + part for part in told)


def new_key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


def key_of(private: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(private)


def private_half(key: X25519PrivateKey) -> bytes:
    return key.private_bytes_raw()


def public_half(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def seal(plain: bytes, *, to: bytes, at: bytes) -> bytes:
    """Return a box around ``plain`` that the private half of ``to`` opens at the place ``at``."""
    return VERSION + _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(to), info=at)


def unseal(box: bytes, *, key: X25519PrivateKey, at: bytes) -> bytes:
    """Return what is in ``box``. Raises Unopenable, for every reason alike."""
    if box[:1] != VERSION:
        raise Unopenable
    try:
        return _SUITE.decrypt(box[1:], key, info=at)
    except (InvalidTag, ValueError):
        raise Unopenable from None


def lock(private: bytes, *, password: str, at: bytes) -> bytes:
    """Return ``private`` as ``password`` alone opens it."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    return VERSION + salt + nonce + _cipher(password, salt).encrypt(nonce, private, at)


def unlock(locked: bytes, *, password: str, at: bytes) -> bytes:
    """Return what ``lock`` has locked. Raises Unopenable for a wrong password, or anything else."""
    if locked[:1] != VERSION:
        raise Unopenable
    rest = locked[1:]
    salt, nonce = rest[:_SALT_BYTES], rest[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    try:
        return _cipher(password, salt).decrypt(nonce, rest[_SALT_BYTES + _NONCE_BYTES :], at)
    except (InvalidTag, ValueError):
        raise Unopenable from None


def _cipher(password: str, salt: bytes) -> AESGCM:
    # The second of the two settings that RFC 9106 recommends: 64 MiB, a tenth of a second.
    return AESGCM(
        hash_secret_raw(
            password.encode("utf-8", "surrogatepass"),
            salt,
            time_cost=3,
            memory_cost=64 * 1024,
            parallelism=4,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    )
