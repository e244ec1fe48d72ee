"""Which hosts seal addresses, and to which key: looked up in a thread, and known for five seconds.

The outermost door asks at the start of a talk. The event loop never waits for a database: it goes
on with other requests while a thread asks, at most once in five seconds for each host.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseError
from psycopg_pool import PoolTimeout

from chat.calls import call
from retention.vault.days import DayKey, key_of_today
from tenants.hosts import place_of
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.http")

FRESH_SECONDS = 5.0
# Of hosts that somebody has asked for, ours or made up.
MOST_HOSTS = 1_000


@dataclass(frozen=True, slots=True)
class _Asked:
    until: float
    answer: asyncio.Task[DayKey | None]


_asked: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Asked]] = WeakKeyDictionary()


async def key_at(host: str) -> DayKey | None:
    """Return what seals an address at ``host`` now; None where none is kept, or none can be."""
    loop = asyncio.get_running_loop()
    known = _asked.setdefault(loop, {})
    found = known.get(host)
    if found is None or found.until < time.monotonic():
        if len(known) >= MOST_HOSTS:
            known.clear()
        answer = loop.create_task(call(look_up, host))
        found = known[host] = _Asked(time.monotonic() + FRESH_SECONDS, answer)
    # Others wait for the same answer: whoever hangs up must not take it from them.
    return await asyncio.shield(found.answer)


def look_up(host: str) -> DayKey | None:
    """Ask the databases. Opens its own scope; what fails here fails the request further in."""
    try:
        place = place_of(host)
        if place is None or place.tenant is None or place.side != "visitor":
            return None
        with tenant_scope(place.tenant):
            return key_of_today(place.tenant)
    except (DatabaseError, PoolTimeout):
        log.exception("vault_unreachable")
        return None
