"""The opening bell and the last call, as the desk is told of them: a calm line, minutes before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chat.closing import Closing, closing
from chat.messages import stamp
from tenants.hours import Standing, standing
from tenants.models import Tenant

# Time to sit down, to read what the shift before has left and to say that one is ready.
BEFORE_OPENING = timedelta(minutes=15)


class Rings(StrEnum):
    OPENS = "opens"
    CLOSES = "closes"
    LAST_CALL = "last_call"


@dataclass(frozen=True, slots=True)
class Bell:
    """What changes soon, or has just changed, and when; both UTC.

    ``until`` is when the last call is over: until then those who wait at closing time may be taken.
    """

    rings: Rings
    at: datetime
    until: datetime | None = None


def bell(tenant: Tenant, *, now: datetime) -> Bell | None:
    """Return what the desk must know of the hours now; None while nothing changes. In the scope."""
    hours = standing(tenant, now=now)
    return rung_by(hours, closing(tenant, now=now, hours=hours), now=now)


def rung_by(hours: Standing, ahead: Closing | None, *, now: datetime) -> Bell | None:
    """Return the same from what is known already: how the hours stand, and the closing.

    From its closing time on a line takes nobody new.  Rule: S1, D2, T1.
    """
    if ahead is not None:
        rings = Rings.CLOSES if now < ahead.closes_at else Rings.LAST_CALL
        has_last_call = ahead.last_call_until > ahead.closes_at
        return Bell(rings, ahead.closes_at, ahead.last_call_until if has_last_call else None)
    opens_at = hours.opens_at
    if opens_at is not None and opens_at - now <= BEFORE_OPENING:
        return Bell(Rings.OPENS, opens_at)
    return None


def bell_field(rung: Bell | None) -> dict[str, Any]:
    """Return the field ``bell`` as frames to the desk carry it, where there is one."""
    if rung is None:
        return {}
    said = {"rings": str(rung.rings), "at": stamp(rung.at)}
    return {"bell": said | ({"until": stamp(rung.until)} if rung.until else {})}
