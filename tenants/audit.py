"""The audit trail: who did what, on which basis; never content, no time finer than the hour."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from tenants.models import AuditEntry, Membership, Tenant


def record(
    tenant: Tenant, *, actor: Membership, action: str, subject: UUID | None, basis: str
) -> AuditEntry:
    """Append to ``tenant``'s trail, in the open transaction. ``basis`` is the actor's own words."""
    return AuditEntry.objects.create(
        tenant=tenant,
        at_hour=_hour(timezone.now()),
        actor=actor.pk,
        action=action,
        subject=subject,
        basis=basis,
    )


def _hour(moment: datetime) -> datetime:
    # A finer time beside the id of a talk would tell when it was held (D7).
    return moment.replace(minute=0, second=0, microsecond=0)
