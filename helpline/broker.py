"""The address of Valkey as Celery's broker: kombu spells two kinds of it in its own way."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from redis.backoff import NoBackoff
from redis.retry import Retry

from chat.valkeys import Host, at_once, read_host


def of(address: str) -> tuple[str, dict[str, Any]]:
    """Return what Celery calls the broker's URL and its transport options.

    Raises ValueError for an address of no known kind. A cluster's node is no broker: what Celery
    does spans several keys at once, which a cluster refuses.
    """
    host = read_host(address)
    if "address" not in host:
        return _behind_sentinel(host)
    return address.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="), {}


def _behind_sentinel(host: Host) -> tuple[str, dict[str, Any]]:
    login = ":".join(quote(host.get(name, ""), safe="") for name in ("username", "password"))
    each = [f"sentinel://{login}@{name}:{port}" for name, port in host["sentinels"]]
    options = {"master_name": host["master_name"], **at_once(host, Retry(NoBackoff(), 0))}
    return f"{';'.join(each)}/{host.get('db', '0')}", options
