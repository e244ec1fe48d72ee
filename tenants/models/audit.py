from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class AuditEntry(TenantModel):
    """Who did what, on which basis. Append-only; never content, no time finer than the hour.

    ``actor`` is a membership's id, empty where the platform itself acts. ``changes`` has what was
    set, by its name: what it was and what it became, in words. Its life is the one that
    the tenant's policy gave to the trail when it was written.
    """

    at_hour = models.DateTimeField()
    actor = models.UUIDField(null=True)
    action = models.SlugField(max_length=40)
    subject = models.UUIDField(null=True)
    basis = models.CharField(max_length=200)
    changes = models.JSONField(default=dict)
    expires_at = models.DateTimeField()
    expiry_rule = models.CharField(max_length=8)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "at_hour"], name="audit_by_hour"),
            models.Index(fields=["tenant", "expires_at"], name="audit_due"),
        ]

    def __str__(self) -> str:
        return self.action
