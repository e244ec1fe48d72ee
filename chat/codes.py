"""Resume codes: what brings somebody back to a talk whose page is lost, and shows later who it was.

A code is 16 signs in groups of four: 14 by chance (70 bits) and two that check the others, so that
a slip of the pen is told apart from a wrong code before anybody is asked. The alphabet has no
letters that look like others; what is read as one of them is taken for it.

Nobody keeps the code. Argon2id makes a secret of it, and two values are made of that:

**finder**   finds the talk while it goes on, and is dropped at its end;
**witness**  shows later that somebody is the person of the talk, for as long as the talk is kept.

Neither gives the other. Both need the tenant's key, which no database has in clear: who has all
rows cannot try a single code, and who has that key as well pays Argon2id for each.  Rule: T11, U9
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chat.errors import SlowDown
from chat.models import ResumeCode
from retention.keys import tenant_key
from tenants.errors import Invalid
from tenants.models import Tenant

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_CHANCE, _CHECK, _GROUP = 14, 2, 4
# A prime: one wrong sign, or two that have changed places, always change the remainder.
_PRIME = 1021

# What OWASP asks of a password that anybody may choose; 19 MiB and some 25 ms for each code.
_MEMORY_KIB, _ROUNDS = 19_456, 2
_WAIT_SECONDS = 0.5
_RETRY_SECONDS = 5
# How many may be about a code: one makes it, two wait for that. In a rush the others pass by.
_ABOUT_IT = 3
# What a code that was made leaves of the time to everything else, for each second that it took.
_REST = 4.0


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was made or read. Shown once; only its finder and witness are stored."""

    _signs: str

    def __repr__(self) -> str:
        return "Code(…)"

    def reveal(self) -> str:
        """Return it as people copy it: ``XXXX-XXXX-XXXX-XXXX``."""
        starts = range(0, len(self._signs), _GROUP)
        return "-".join(self._signs[start : start + _GROUP] for start in starts)


@dataclass(frozen=True, slots=True)
class Prints:
    """What is kept of a code: 32 bytes each."""

    finder: bytes
    witness: bytes

    def __repr__(self) -> str:
        return "Prints(…)"


def make_code(tenant: Tenant, *, wait: float = _WAIT_SECONDS) -> tuple[Code, Prints] | None:
    """Return a new code and what is kept of it. Outside every scope: it takes its time.

    None where the tenant offers none, and while others are being made for longer than ``wait``
    seconds: a talk begins without a code rather than late.
    """
    if not tenant.offers_code:
        return None
    signs = "".join(secrets.choice(ALPHABET) for _ in range(_CHANCE))
    code = Code(signs + _check_of(signs))
    try:
        with _workshop.place(wait):
            return code, _stretched(code, tenant_key(tenant))
    except SlowDown:
        return None


def read_code(text: str) -> Code:
    """Return the code that ``text`` is, in whatever case and however its signs are kept apart.

    Raises Invalid for what is no code at all: a sign is wrong, missing or out of place.
    """
    signs = "".join(filter(str.isalnum, text.upper())).translate(_LOOK_ALIKES)
    whole = len(signs) == _CHANCE + _CHECK and set(signs) <= set(ALPHABET)
    if not whole or signs[_CHANCE:] != _check_of(signs[:_CHANCE]):
        raise Invalid("`code` has a sign that is wrong, missing or out of place")
    return Code(signs)


def prints_of(tenant: Tenant, code: Code) -> Prints:
    """Return finder and witness of a code that somebody has. Outside every scope.

    Raises SlowDown while others are tried. Whoever offers a door to this counts by
    ``chat.starts.tries`` first.
    """
    # One at a time: what is tried neither keeps a thread waiting nor takes the place of what is made.
    if not _trying.acquire(blocking=False):
        raise SlowDown("too many codes are being tried", retry_seconds=_RETRY_SECONDS)
    try:
        return _stretched(code, tenant_key(tenant))
    finally:
        _trying.release()


def keep_prints(tenant: Tenant, conversation: UUID, prints: Prints) -> None:
    """Store what is kept of the code of a talk, for as long as the talk. In the scope."""
    ResumeCode.objects.create(
        tenant=tenant,
        conversation_id=conversation,
        finder=prints.finder,
        witness=prints.witness,
    )


def can_come_back(conversation: UUID) -> bool:
    """Say whether there is a code that brings somebody back to a talk. In the scope."""
    return ResumeCode.objects.filter(conversation=conversation, finder__isnull=False).exists()


def drop_finder(conversation: UUID) -> None:
    """See to it that a code brings nobody back to a talk that ends. In the scope."""
    ResumeCode.objects.filter(conversation=conversation).update(finder=None)


def talk_shown_by(prints: Prints) -> UUID | None:
    """Return the talk, going on or kept, whose visitor was given this code. In the scope.

    This is what makes it sure who asks: nobody but the visitor was ever shown the code.
    Rule: T11, U9.
    """
    rows = ResumeCode.objects.filter(witness=prints.witness)
    return rows.values_list("conversation_id", flat=True).first()


def witness_of(conversation: UUID) -> bytes | None:
    """Return the witness of a talk, for what is written about it and outlives it. In the scope.

    Rule: U9.
    """
    rows = ResumeCode.objects.filter(conversation=conversation)
    found = rows.values_list("witness", flat=True).first()
    return bytes(found) if found is not None else None


def _check_of(signs: str) -> str:
    rest = 0
    for sign in signs:
        rest = (rest * len(ALPHABET) + ALPHABET.index(sign)) % _PRIME
    first, second = divmod(rest, len(ALPHABET))
    return ALPHABET[first] + ALPHABET[second]


class _Workshop:
    """Where codes are made: one after the other, with a rest for the processor in between.

    When a line opens, hundreds begin at once. Whoever finds no place here begins without a code.
    """

    def __init__(self) -> None:
        self._about_it = threading.BoundedSemaphore(_ABOUT_IT)
        self._making = threading.Lock()
        self._rested_at = 0.0

    @contextmanager
    def place(self, wait: float) -> Iterator[None]:
        """Hold the one place. Raises SlowDown where too many want it, or for longer than ``wait``."""
        if not self._about_it.acquire(blocking=False):
            raise SlowDown("too many codes are being made", retry_seconds=_RETRY_SECONDS)
        try:
            if not self._making.acquire(timeout=wait):
                raise SlowDown("too many codes are being made", retry_seconds=_RETRY_SECONDS)
            try:
                rest = max(0.0, self._rested_at - time.monotonic())
                if rest > wait:
                    raise SlowDown("too many codes are being made", retry_seconds=_RETRY_SECONDS)
                time.sleep(rest)
                begun = time.monotonic()
                yield
                ended = time.monotonic()
                self._rested_at = ended + min(_REST * (ended - begun), _WAIT_SECONDS)
            finally:
                self._making.release()
        finally:
            self._about_it.release()


_workshop = _Workshop()
_trying = threading.BoundedSemaphore(1)


def _stretched(code: Code, key: bytes) -> Prints:
    made = HKDF(hashes.SHA256(), 48, salt=None, info=b"helpline/1/resume code").derive(key)
    salt, pepper = made[:16], made[16:]
    secret = hash_secret_raw(
        code.reveal().encode(),
        salt,
        time_cost=_ROUNDS,
        memory_cost=_MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
    finder, witness = (
        hmac.digest(pepper, name + secret, hashlib.sha256) for name in (b"finder", b"witness")
    )
    return Prints(finder, witness)
