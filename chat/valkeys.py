"""The Valkey hosts of the fan-out: one or several, each plain, a cluster's node or behind Sentinel.

An address is ``redis://…``, ``rediss://…``, ``unix://…``, or
``sentinel://:password@host:port,host:port/master?sentinel_password=…`` where Sentinel says which
host is the master. Several addresses share the work: what is said about a name is said at the one
host that is the home of that name. So it is heard once, also where they are nodes of one cluster.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import redis
import redis.asyncio
from channels_redis.utils import create_pool
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

# Longer than any pause between two messages: redis-py would drop an idle subscription otherwise.
SOCKET_SECONDS = 30
CONNECT_SECONDS = 2

Host = dict[str, Any]

_quick = {"socket_timeout": CONNECT_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}


def read_host(address: str) -> Host:
    """Return what the clients below take. Raises ValueError for an address of no known kind."""
    parts = urlsplit(address)
    if parts.scheme == "sentinel":
        return _behind_sentinel(parts)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(
            f"a Valkey address begins with redis, rediss, unix or sentinel, not {parts.scheme!r}"
        )
    return {"address": address}


def _behind_sentinel(parts: SplitResult) -> Host:
    pairs = [one.rpartition(":") for one in parts.netloc.rpartition("@")[2].split(",")]
    query = dict(parse_qsl(parts.query))
    secret = {"password": query["sentinel_password"]} if "sentinel_password" in query else {}
    login = {"username": parts.username, "password": parts.password, "db": query.get("db")}
    return {
        "sentinels": [(host, int(port)) for host, _, port in pairs],
        "master_name": parts.path.strip("/"),
        # A Sentinel that does not answer must not keep the next one from being asked.
        "sentinel_kwargs": {**_quick, **secret},
        **{name: unquote(value) for name, value in login.items() if value},
    }


def home_of(name: str, hosts: Sequence[Any]) -> int:
    """Return the place in ``hosts`` of the one where a process or a group is spoken to."""
    return binascii.crc32(name.encode()) % len(hosts)


def async_client(host: Host) -> redis.asyncio.Redis:
    """Return a client for an event loop; it connects when it is first used."""
    timeouts = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}
    asking = at_once(host, AsyncRetry(NoBackoff(), 0))
    return redis.asyncio.Redis(connection_pool=create_pool({**host, **asking, **timeouts}))


def sync_client(host: Host) -> redis.Redis:
    """Return a client for threads and workers, quick to give up."""
    if "address" in host:
        return redis.Redis.from_url(host["address"], **_quick)
    login = {name: host[name] for name in ("username", "password", "db") if name in host}
    asking = at_once(host, Retry(NoBackoff(), 0))
    sentinel = Sentinel(host["sentinels"], **asking, **login, **_quick)  # type: ignore[no-untyped-call]  # redis-py
    master: redis.Redis = sentinel.master_for(host["master_name"])  # type: ignore[no-untyped-call]  # redis-py
    return master


def at_once(host: Host, retry: object) -> Host:
    """Return how Sentinels are asked: once each, with a ``retry`` that never does."""
    # redis-py asks a Sentinel that is not there again and again, for ten seconds and more, before
    # it turns to the next one.
    if "address" in host:
        return {}
    return {"sentinel_kwargs": {**host["sentinel_kwargs"], "retry": retry}}
