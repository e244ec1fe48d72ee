from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class AuditEntry(TenantModel):
    """Who did what, on which basis. Append-only; never content, no time finer than the hour."""

    NOT_PERSONAL = True  # names staff and ids of talks that are gone when their promise says so

    at_hour = models.DateTimeField()
    actor = models.UUIDField()
    action = models.SlugField(max_length=40)
    subject = models.UUIDField(null=True)
    basis = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "at_hour"], name="audit_by_hour")]

    def __str__(self) -> str:
        return self.action
