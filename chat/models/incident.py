from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class Incident(TenantModel):
    """That a member had an abusive talk: what their leads are to know, and nothing of the talk.

    ``member`` and the others are ids of memberships. A pause is asked for with a talk whose place
    is still known (chat/cooldowns.py); where it is known stands in no row.
    """

    class Pause(models.TextChoices):
        NONE = "none", "none was asked for"
        ASKED = "asked", "somebody has to decide"
        APPROVED = "approved", "somebody has agreed"
        REFUSED = "refused", "somebody has refused"
        LATE = "late", "nobody knew the place any more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.UUIDField()
    at_hour = models.DateTimeField()
    pause = models.CharField(max_length=8, choices=Pause.choices, default=Pause.NONE)
    decided_by = models.UUIDField(null=True)
    seen_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="incident_due"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
