"""For a newcomer at night who wants to see it work: a line open outside its hours, a bubble to click.

The hours are exceptions of their own origin: the charter's stay as they are, and the line's
usual hours come back by themselves on the day after. The page with the bubble is one that the
line's charter does not name; the next load of the charter takes it away again.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tenants.charter.rules import OURS
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope

_REASONS = {
    "nb": "Åpnet for utprøving.",
    "sv": "Öppnad för att provas.",
    "en": "Opened for trying out.",
}


def open_line(tenant: Tenant, *, now: datetime, hours: int) -> date:
    """Open ``tenant``'s line round the clock on each date of the next ``hours``.

    Replaces what an earlier call left. Returns the first date that is as usual again.
    """
    first = now.astimezone(tenant.tzinfo).date()
    last = (now + timedelta(hours=hours)).astimezone(tenant.tzinfo).date()
    trial = HoursException.Origin.TRIAL
    reason = {language: _REASONS[language] for language in tenant.languages}
    with tenant_scope(tenant):
        HoursException.objects.filter(origin=trial).delete()
        HoursException.objects.bulk_create(
            HoursException(
                tenant=tenant,
                on=first + timedelta(days=offset),
                opens=time(0),
                closes=time(0),
                reason=reason,
                origin=trial,
                rule=OURS,
            )
            for offset in range((last - first).days + 1)
        )
    return last + timedelta(days=1)


def let_embed(tenant: Tenant, *, origin: str) -> None:
    """Let the page at ``origin`` show ``tenant``'s chat in a frame, where others may.  Rule: T2"""
    if tenant.bubble_opens == Tenant.BubbleOpens.FRAME and origin not in tenant.bubble_origins:
        tenant.bubble_origins = [*tenant.bubble_origins, origin]
        tenant.save(update_fields=["bubble_origins"])
