"""The Valkey hosts of the fan-out: one or several, each plain, a cluster's node or behind Sentinel.

An address is ``redis://…``, ``rediss://…``, ``unix://…``, or
``sentinel://host:port,host:port/master`` where Sentinel says which host is the master. Several
addresses share the work: each process has one of them as its home, where it listens.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
from channels_redis.utils import create_pool
from redis.sentinel import Sentinel

# Longer than any pause between two messages: redis-py would drop an idle subscription otherwise.
SOCKET_SECONDS = 30
CONNECT_SECONDS = 2

Host = dict[str, Any]


def read_host(address: str) -> Host:
    """Return what the clients below take. Raises ValueError for an address of no known kind."""
    parts = urlsplit(address)
    if parts.scheme == "sentinel":
        pairs = [one.rpartition(":") for one in parts.netloc.rpartition("@")[2].split(",")]
        sentinels = [(host, int(port)) for host, _, port in pairs]
        return {"sentinels": sentinels, "master_name": parts.path.strip("/")}
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(
            f"a Valkey address begins with redis, rediss, unix or sentinel, not {parts.scheme!r}"
        )
    return {"address": address}


def home_of(process: str, hosts: Sequence[Any]) -> int:
    """Return the place in ``hosts`` of the one where ``process`` listens."""
    return binascii.crc32(process.encode()) % len(hosts)


def async_client(host: Host) -> redis.asyncio.Redis:
    """Return a client for an event loop; it connects when it is first used."""
    timeouts = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}
    return redis.asyncio.Redis(connection_pool=create_pool({**host, **timeouts}))


def sync_client(host: Host) -> redis.Redis:
    """Return a client for threads and workers, quick to give up."""
    timeouts = {"socket_timeout": CONNECT_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}
    if "address" in host:
        return redis.Redis.from_url(host["address"], **timeouts)
    sentinel = Sentinel(host["sentinels"], **timeouts)  # type: ignore[no-untyped-call]  # redis-py
    master: redis.Redis = sentinel.master_for(host["master_name"])  # type: ignore[no-untyped-call]  # redis-py
    return master
