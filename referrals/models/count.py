from __future__ import annotations

from typing import ClassVar

from django.db import models

from referrals.models.partnership import Partnership
from referrals.states import Outcome
from tenants.scope import TenantModel


class ReferralCount(TenantModel):
    """How often something has become of handoffs with one partner in a month."""

    NOT_PERSONAL = True  # of a month, and never of a person

    partner = models.SlugField(max_length=40, db_index=False)
    side = models.CharField(max_length=5, choices=Partnership.Side.choices)
    month = models.DateField()
    outcome = models.CharField(max_length=13, choices=Outcome.choices)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "side", "month", "outcome"], name="referral_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.partner} {self.month:%Y-%m}: {self.outcome}"
