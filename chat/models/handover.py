from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class HandoverNote(TenantModel):
    """What one shift leaves to the next: about the work, and about nobody who wrote to the line.

    ``author`` is a membership's id. ``body`` is sealed under ``segment``, a key of its own, which
    is gone at ``expires_at`` as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField()
    segment = models.UUIDField()
    body = models.BinaryField()
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="handover_due"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
