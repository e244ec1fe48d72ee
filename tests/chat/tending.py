"""Time that passes at a line, and the worker that looks after its talks meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chat import lines, neglect
from chat.calls import call
from chat.runtime import runtime
from tenants.models import Tenant
from tests.world import moved_clock

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# A Wednesday on which the line is open from 11 to 13 in Oslo.
CLOSING = datetime(2030, 9, 18, 11, 0, tzinfo=UTC)


async def tended(tenant: Tenant, *, at: datetime) -> None:
    """Let it be ``at``, with this process alive, and let the worker look after the talks."""
    await moved_clock(at)
    await call(lines.beat, runtime().process)
    await call(neglect.tend, tenant)
