from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.models import Membership
from tenants.scope import TenantModel


class Process(models.Model):
    """A web process that is alive: the sockets of one that stopped beating are lost."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Presence(TenantModel):
    """Whether a member is at the desk, and ready for the next visitor."""

    NOT_PERSONAL = True  # about staff at work: ready or not, and since when their line is gone

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    ready = models.BooleanField(default=False)
    # Since when no socket of theirs is open; empty while one is.
    lost_at = models.DateTimeField(null=True)
    # Until when nobody new is given to them, ready or not (chat/rests.py).
    rests_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "membership"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return str(self.membership_id)


class DeskSocket(TenantModel):
    """One open socket of a member's desk; they may have several windows."""

    NOT_PERSONAL = True  # about staff at work, gone with the socket

    id = models.UUIDField(primary_key=True, editable=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    process = models.UUIDField()

    def __str__(self) -> str:
        return str(self.pk)


class Pace(TenantModel):
    """How long a tenant's talks last: how many of the last in each class of lengths.

    See ``chat/estimates.py``. A weight and no list: the older lighter, and no time with any.
    """

    NOT_PERSONAL = True

    lengths = ArrayField(models.FloatField(), default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="pace_once"),
        ]

    def __str__(self) -> str:
        return f"{sum(self.lengths):.0f} talks"
