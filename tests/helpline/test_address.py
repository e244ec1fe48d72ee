"""The outermost door: whose address is believed, what is left of it, and what goes further in."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import ip_address

import pytest
from django.test import override_settings

from helpline.address import Peer, WithoutAddress, peer_of, quiet
from helpline.buckets import KEY_SECONDS, Blinder

IP = "203.0.113.77"
LIE = (b"x-forwarded-for", b"198.51.100.1")
PROXY = (b"X-Helpline-Peer", b"203.0.113.77 50123")
NAMED = override_settings(ADDRESS_HEADER="x-helpline-peer")


def scope(*headers: tuple[bytes, bytes], client: tuple[str, int] | None = (IP, 50_123)) -> object:
    return {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": client}


@pytest.mark.parametrize(
    ("client", "peer"),
    [
        pytest.param((IP, 50_123), Peer(ip_address(IP), 50_123), id="IPv4"),
        pytest.param(("::ffff:203.0.113.77", 9), Peer(ip_address(IP), 9), id="mapped IPv4"),
        pytest.param(("fe80::1%eth0", 9), Peer(ip_address("fe80::1"), 9), id="with a zone"),
        pytest.param(("2001:db8::7", 0), Peer(ip_address("2001:db8::7"), None), id="no port"),
        pytest.param(("testclient", 50_000), None, id="no address"),
        pytest.param(None, None, id="nobody"),
    ],
)
def test_peer_is_the_sockets_where_no_header_is_named(
    client: tuple[str, int] | None, peer: Peer | None
) -> None:
    assert peer_of(scope(LIE, PROXY, client=client)) == peer


@pytest.mark.parametrize(
    ("said", "peer"),
    [
        (b"203.0.113.77", Peer(ip_address(IP), None)),
        (b"203.0.113.77:50123", Peer(ip_address(IP), 50_123)),
        (b"203.0.113.77 50123", Peer(ip_address(IP), 50_123)),
        (b"[2001:db8::7]:50123", Peer(ip_address("2001:db8::7"), 50_123)),
        (b"2001:db8::7 50123", Peer(ip_address("2001:db8::7"), 50_123)),
        (b"2001:db8::7", Peer(ip_address("2001:db8::7"), None)),
        (b"203.0.113.77:99999", Peer(ip_address(IP), None)),
        (b"203.0.113.77, 198.51.100.1", None),
        (b"unknown", None),
        (b"", None),
    ],
)
def test_named_header_is_read_in_every_way_that_proxies_write_it(
    said: bytes, peer: Peer | None
) -> None:
    with NAMED:
        assert peer_of(scope(LIE, (b"x-helpline-peer", said))) == peer


@pytest.mark.parametrize("headers", [(), (PROXY, PROXY)], ids=["missing", "twice"])
def test_named_header_that_is_missing_or_doubled_means_nobody(
    headers: tuple[tuple[bytes, bytes], ...],
) -> None:
    """Not the socket's peer, which is the proxy, and not one of two, which a client may have sent."""
    with NAMED:
        assert peer_of(scope(LIE, *headers)) is None


async def test_nothing_inside_sees_an_address() -> None:
    seen: list[dict[str, object]] = []

    async def inside(given: dict[str, object], receive: object, send: object) -> None:
        seen.append(given)

    with NAMED:
        await WithoutAddress(inside)(scope(LIE, PROXY, (b"host", b"a.example")), None, None)

    (given,) = seen
    assert given["client"] is None
    assert given["headers"] == [(b"host", b"a.example")]
    assert given["helpline.sealed"] is None
    assert IP.encode() not in repr(given).encode()
    assert repr(peer_of(scope())) == "Peer(…)"


def test_every_telling_header_is_taken_out() -> None:
    kept = (b"accept-language", b"nb")

    assert quiet([(b"X-Real-IP", b"1"), (b"User-Agent", b"x"), (b"Via", b"x"), LIE, kept]) == [kept]


def test_bucket_is_a_mac_of_the_household_under_a_key_of_the_process() -> None:
    blinder, another = Blinder(), Blinder()

    bucket, before = blinder.buckets(ip_address(IP))

    key = blinder._key
    assert bucket == hmac.new(key, b"4" + ip_address(IP).packed, hashlib.sha256).digest()
    assert before != bucket
    assert another.buckets(ip_address(IP)) != (bucket, before)
    same = [blinder.buckets(ip_address(ip)) for ip in ("2001:db8:1:ff::1", "2001:db8:1:ee::2")]
    assert same[0] == same[1]
    assert blinder.buckets(ip_address("2001:db8:1:1ff::1")) != same[0]


def test_key_of_buckets_changes_every_ten_minutes_and_the_one_before_is_kept_for_ten_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("helpline.buckets.monotonic", lambda: now[0])
    blinder = Blinder()
    first, _ = blinder.buckets(ip_address(IP))

    now[0] += KEY_SECONDS - 1
    assert blinder.buckets(ip_address(IP))[0] == first
    now[0] += 1
    second, before = blinder.buckets(ip_address(IP))
    assert before == first != second
    now[0] += 2 * KEY_SECONDS
    assert {first, second}.isdisjoint(blinder.buckets(ip_address(IP)))
