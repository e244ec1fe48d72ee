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
# So many at once: what is tried must not take the places of what is made, nor keep a thread waiting.
_making, _trying = threading.BoundedSemaphore(2), threading.BoundedSemaphore(1)
_WAIT_SECONDS = 0.5
_RETRY_SECONDS = 5


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


def make_code(tenant: Tenant) -> tuple[Code, Prints] | None:
    """Return a new code and what is kept of it. Outside every scope: it takes its time.

    None where the tenant offers none, and while too many are being made: a talk begins without a
    code rather than late.
    """
    if not tenant.offers_code:
        return None
    signs = "".join(secrets.choice(ALPHABET) for _ in range(_CHANCE))
    code = Code(signs + _check_of(signs))
    try:
        return code, _prints(tenant, code, _making, wait=_WAIT_SECONDS)
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
    return _prints(tenant, code, _trying, wait=0)


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


def _prints(
    tenant: Tenant, code: Code, places: threading.BoundedSemaphore, *, wait: float
) -> Prints:
    if not places.acquire(timeout=wait):
        raise SlowDown("too many codes are being tried", retry_seconds=_RETRY_SECONDS)
    try:
        return _stretched(code, tenant_key(tenant))
    finally:
        places.release()


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
