"""Links that do one thing once: what their token is, how long they live, where they lead.

A token is 256 random bits. It stands behind the ``#`` of the address: what stands there is sent to
no server, so that no log of a proxy and no ``Referer`` ever has it. The page that it leads to takes
it from there and sends it in a form. What was used, replaced or withdrawn, what is over and what
never was are answered alike.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings

from tenants.hosts import url_of
from tenants.models import AccountLink, Tenant
from tenants.models.link import Link

INVITATION_LIFE = timedelta(hours=72)
RESET_LIFE = timedelta(hours=1)
OPERATOR_LIFE = timedelta(hours=24)
_BYTES = 32


class Token:
    """What a link is opened with. Shown by ``reveal`` alone."""

    def __init__(self) -> None:
        self._value = secrets.token_urlsafe(_BYTES)

    def reveal(self) -> str:
        return self._value

    @property
    def digest(self) -> bytes:
        return digest_of(self._value)

    def __repr__(self) -> str:
        return "Token(…)"


def digest_of(token: str) -> bytes:
    """Return what is stored of a token, or of what somebody says is one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def life_of(link: Link) -> timedelta:
    """Return for how long ``link`` may be used, from when it is sent."""
    if not isinstance(link, AccountLink):
        return INVITATION_LIFE
    is_reset = link.purpose == AccountLink.Purpose.RESET
    return RESET_LIFE if is_reset else OPERATOR_LIFE


def address_of(token: Token, *, tenant: Tenant | None, language: str = "") -> str:
    """Return the address that opens a link, at a tenant's desk host or the platform's own."""
    door = url_of(tenant.slug, "desk") if tenant else _platform()
    asked = f"?lang={language}" if language else ""
    return f"{door}link/{asked}#{token.reveal()}"


def _platform() -> str:
    return f"{settings.HELPLINE_SCHEME}://admin.{settings.HELPLINE_BASE}/"
