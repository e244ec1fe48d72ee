from __future__ import annotations

from typing import ClassVar

from django.db import models

from chat.states import By
from tenants.models import Policy
from tenants.scope import TenantModel


class Farewell(TenantModel):
    """That a talk has ended, for the visitor's tab that comes back within 15 minutes."""

    conversation_id = models.UUIDField()
    secret_hash = models.BinaryField(max_length=32)
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    language = models.CharField(max_length=2)
    last_seq = models.IntegerField()
    ended_by = models.CharField(max_length=10, choices=By.choices)
    # Whether it is asked afterwards how it went, and whether the tab has been asked. That it has been
    # given a token is all that is known of it; which one is written down nowhere.  Rule: S9
    asks = models.BooleanField(default=False, db_default=False)
    asked = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "secret_hash"], name="farewell_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="farewell_due"),
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)
