"""The client's address leaves the request before anything else sees it.  Rule: S7, U3, B8, D7.

What goes further in has no address. In its place stand, in the scope:

``helpline.buckets``  the blinded buckets that limits count by (helpline/buckets.py);
``helpline.sealed``   at the start of a talk, on a host whose tenant promises a vault: the address
                      sealed to a key that this process cannot open (retention/vault).

Where there is no key for today the address is dropped, never kept in clear.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address
from typing import Any

from django.conf import settings

from helpline.buckets import Blinder, Ip
from helpline.day_keys import key_at
from retention.vault.records import Address, SealedAddress, seal_address

log = logging.getLogger("helpline.http")

App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

START = ("POST", "/api/conversations")
BUCKETS, SEALED = "helpline.buckets", "helpline.sealed"

# Every header in which a proxy or a network tells who is asking.
TELLING = frozenset(
    {
        b"cf-connecting-ip",
        b"cf-connecting-ipv6",
        b"client-ip",
        b"fastly-client-ip",
        b"fly-client-ip",
        b"forwarded",
        b"forwarded-for",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-forwarded",
        b"x-forwarded-for",
        b"x-original-forwarded-for",
        b"x-real-ip",
        b"x-remote-addr",
        b"x-remote-ip",
        b"x-request-id",
        b"user-agent",
    }
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asking: address and source port. Shows itself to nobody by accident."""

    ip: Ip
    port: int | None

    def __repr__(self) -> str:
        return "Peer(…)"


class WithoutAddress:
    """ASGI wrapper, the outermost: the rest of the program has no address to leak."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.blinder = Blinder()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "headers" in scope:
            scope = await self._without(scope)
        await self.app(scope, receive, send)

    async def _without(self, scope: Any) -> Any:
        peer = peer_of(scope)
        quieted = {**scope, "client": None, "headers": quiet(scope["headers"])}
        quieted[BUCKETS] = self.blinder.buckets(peer.ip) if peer else None
        quieted[SEALED] = await sealed_at_start(scope, peer)
        return quieted


def quiet(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers that do not tell who is asking."""
    telling = TELLING | {_address_header()}
    return [(name, value) for name, value in headers if name.lower() not in telling]


def peer_of(scope: Any) -> Peer | None:
    """Return who is asking: as the proxy's header says where one is set, else as the socket does.

    A header is believed only if it is the one of HELPLINE_ADDRESS_HEADER and stands there once:
    the proxy writes it over whatever a client has sent. Where it says nothing the socket is not
    asked, whose peer is the proxy.
    """
    named = _address_header()
    if not named:
        host, port = scope.get("client") or ("", None)
        return _peer(host, port)
    told = [value for name, value in scope["headers"] if name.lower() == named]
    return _told(told[0].decode("latin-1").strip()) if len(told) == 1 else None


def _told(text: str) -> Peer | None:
    """Read `192.0.2.1`, `192.0.2.1:50000`, `[2001:db8::1]:50000`, or a space before the port."""
    host, _, port = text.partition(" ")
    if host.startswith("["):
        host, _, port = host[1:].partition("]")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    port = port.removeprefix(":")
    return _peer(host, port if port.isdecimal() else None)


def _peer(host: str, port: object) -> Peer | None:
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    number = int(str(port or 0))
    return Peer(ip, number if 0 < number < 65536 else None)


async def sealed_at_start(scope: Any, peer: Peer | None) -> SealedAddress | None:
    """Return the sealed address of whoever begins a talk, where it is promised to be kept."""
    if scope["type"] != "http" or (scope["method"], scope["path"]) != START:
        return None
    host = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
    key = await key_at(host.decode("latin-1"))
    if key is None:
        return None
    if peer is None:
        log.error("address_unknown")
        return None
    return seal_address(key, Address(str(peer.ip), peer.port, datetime.now(UTC)))


def _address_header() -> bytes:
    return settings.ADDRESS_HEADER.lower().encode("latin-1")
