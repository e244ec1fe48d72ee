"""Tokens that prove that this platform has given them out lately, and say nothing of to whom.

A token is a random number and its signature under a key of the tenant, the purpose and the day. It
is made in the memory of the process that sends it and written down nowhere: neither beside what it
was given for nor anywhere else. With every row, every key and every token in hand nobody can
say for which talk one was made, because nothing of the talk went into it.

What has been used is marked: a set of hashes for each day, in the order of their values.  Rule: S9
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from retention.models import SpentTokens
from tenants.errors import NotFound
from tenants.models import Tenant

_NONCE_BYTES = 16
_MARK_BYTES = 32
# Of the day on which it was made and of the day after, so that no talk ends too late for one.
_DAYS = 2


def issue(tenant: Tenant, purpose: str, *, day: date) -> str:
    """Return a new token of ``day``. Touches no database, and nothing remembers it."""
    nonce = os.urandom(_NONCE_BYTES)
    signed = nonce + _signature(_masters()[0], tenant, purpose, day, nonce)
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def spend(tenant: Tenant, purpose: str, token: str, *, now: datetime) -> None:
    """Use a token up. In the scope, under a lock that keeps others from using it meanwhile.

    Raises NotFound where it was never given out, not lately, or has been used.
    """
    signed = _bytes_of(token)
    days = [now.date() - timedelta(days=ago) for ago in range(_DAYS)]
    day = next((one for one in days if _is_of(tenant, purpose, one, signed)), None)
    if day is None:
        raise _unknown()
    mark = hashlib.sha256(signed[:_NONCE_BYTES]).digest()
    spent, _ = SpentTokens.objects.get_or_create(tenant=tenant, purpose=purpose, day=day)
    marks = _marks(bytes(spent.marks))
    if mark in marks:
        raise _unknown()
    spent.marks = b"".join(sorted([*marks, mark]))
    spent.save(update_fields=["marks"])


def forget_spent(*, now: datetime) -> None:
    """Forget the marks of days whose tokens open nothing any more. In the scope."""
    SpentTokens.objects.filter(day__lte=now.date() - timedelta(days=_DAYS)).delete()


def _unknown() -> NotFound:
    return NotFound("this token opens nothing, or has been used")


def _is_of(tenant: Tenant, purpose: str, day: date, signed: bytes) -> bool:
    nonce, signature = signed[:_NONCE_BYTES], signed[_NONCE_BYTES:]
    expected = (_signature(master, tenant, purpose, day, nonce) for master in _masters())
    return any(hmac.compare_digest(signature, one) for one in expected)


def _bytes_of(token: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise _unknown() from None


def _marks(together: bytes) -> list[bytes]:
    return [together[at : at + _MARK_BYTES] for at in range(0, len(together), _MARK_BYTES)]


def _signature(master: bytes, tenant: Tenant, purpose: str, day: date, nonce: bytes) -> bytes:
    info = f"helpline/1/token/{purpose}/{tenant.pk}/{day.isoformat()}".encode()
    key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(master)
    return hmac.digest(key, nonce, "sha256")


def _masters() -> list[bytes]:
    """Return the master keys, the first signs: a key of the machine's, so that no row is asked."""
    return [base64.b64decode(key) for key in settings.HELPLINE_MASTER_KEYS]
