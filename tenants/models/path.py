from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class Proposal(TenantModel):
    """That one person wants the line to go live, or to leave, and waits for a second one.

    ``proposer`` is a membership's id. It is over at ``expires_at`` whatever becomes of it.
    """

    class Kind(models.TextChoices):
        GO_LIVE = "go_live", "the line goes live"
        LEAVE = "leave", "the line leaves, and its key is destroyed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    proposer = models.UUIDField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # What stands, and what the purge looks for.
            models.Index(fields=["tenant", "expires_at"], name="proposal_due")
        ]

    def __str__(self) -> str:
        return str(self.kind)


class DryRun(TenantModel):
    """What came of the last dry run: on which day, of which settings, how many promises held.

    ``digest`` is of the settings as they were (tenants/digest.py).
    """

    NOT_PERSONAL = True

    on = models.DateField()
    digest = models.CharField(max_length=64)
    kept = models.PositiveSmallIntegerField()
    broken = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="dry_run_the_last_one")
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.kept} kept, {self.broken} broken"


class Departure(TenantModel):
    """The proof that a line has left: what was destroyed when, and where its ledger stood."""

    NOT_PERSONAL = True

    on = models.DateField()
    said = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant"], name="departure_once")]

    def __str__(self) -> str:
        return str(self.on)
