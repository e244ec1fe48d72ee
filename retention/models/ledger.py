from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class LedgerEntry(TenantModel):
    """One purge: what kind, how much was due, how much is gone, by which rule.

    No id, no content, and no time finer than the day, so that a ledger never tells when a talk
    was held (D7). Each entry carries the hash of the one before it.
    """

    NOT_PERSONAL = True

    number = models.PositiveIntegerField()
    on = models.DateField()
    kind = models.SlugField(max_length=40)
    rule = models.CharField(max_length=8)
    due = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            # Two entries with one number would be two histories.
            models.UniqueConstraint(fields=["tenant", "number"], name="ledger_number_once"),
            models.CheckConstraint(
                condition=models.Q(done__lte=models.F("due")), name="ledger_done_was_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"


class LedgerDay(TenantModel):
    """One day of purges as it is told to the public, sealed once the day is over.

    ``rows`` are the day's sums, each with the salt that its commitment is made with, in the order
    in which they are published (retention/chain.py). ``through`` is the number of the last entry
    that has been counted, so that none is left out and none counted twice.
    """

    NOT_PERSONAL = True  # a date, sums of counts and their salts

    on = models.DateField()
    through = models.PositiveIntegerField()
    rows = models.JSONField()
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("on",)
        constraints: ClassVar = [
            # Two seals of one day would be two histories.
            models.UniqueConstraint(fields=["tenant", "on"], name="ledger_day_once"),
        ]

    def __str__(self) -> str:
        return self.on.isoformat()
