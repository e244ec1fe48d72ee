"""A web process looks after the promises from its start on, whoever else is dead."""

from __future__ import annotations

import asyncio
import logging

import pytest

from chat import runtime
from retention import watchdog
from retention.watchdog import Watchdog
from tenants.models import Tenant
from tests import web
from tests.world import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


class Heard(logging.Handler):
    """Puts the events of a logger into a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.events = asyncio.Queue[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.loop.call_soon_threadsafe(self.events.put_nowait, record.getMessage())


async def test_server_that_starts_watches_without_beat_worker_or_visitor(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(watchdog, "_watchdog", Watchdog())
    application = web.application()  # which sets up logging, and drops the handlers of others
    told, said, heard = asyncio.Queue[dict[str, str]](), asyncio.Queue[dict[str, str]](), Heard()
    log = logging.getLogger("helpline.watchdog")
    log.addHandler(heard)
    server = asyncio.create_task(application({"type": "lifespan"}, told.get, said.put))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await told.put({"type": "lifespan.startup"})
            assert await said.get() == {"type": "lifespan.startup.complete"}
            # Nobody has called the purge: that is what there is to tell.
            assert await heard.events.get() == "promises_overdue"
            await told.put({"type": "lifespan.shutdown"})
            assert await said.get() == {"type": "lifespan.shutdown.complete"}
            await server
    finally:
        log.removeHandler(heard)
