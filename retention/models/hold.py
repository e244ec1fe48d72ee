from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenants.models import Membership
from tenants.scope import TenantModel

CONFIRMED_WITHIN = timedelta(hours=24)


class Hold(TenantModel):
    """What keeps one thing beyond its time: who demands it, who answers for it, until when.

    ``kind`` and ``thing`` name what is held. ``authority`` and ``reference`` are words of staff
    and never content. Times are those of the audit trail, whole hours (D7), rounded down. A hold
    with an ``outcome`` is being released; one with ``released_at`` is over, and its record lives
    on for as long as an entry of the trail.  Rule: U8
    """

    class Reason(models.TextChoices):
        INVESTIGATION = "investigation", "may be demanded for an investigation"
        DANGER = "danger", "life or health is in danger"
        ACCESS = "access", "somebody has asked to read it"

    class Outcome(models.TextChoices):
        HANDED_OVER = "handed_over", "it has been handed over"
        OVER = "over", "the reason is over"
        REFUSED = "refused", "the second person said no"
        LAPSED = "lapsed", "no second person in time"
        GONE = "gone", "what it held is not there any more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.SlugField(max_length=20, db_index=False)
    thing = models.UUIDField()
    reason = models.CharField(max_length=13, choices=Reason.choices)
    authority = models.CharField(max_length=80)
    reference = models.CharField(max_length=80)
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    second = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
    )
    placed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    review_on = models.DateField()
    # The review date that the last reminder was about.
    reminded_of = models.DateField(null=True)
    outcome = models.CharField(max_length=11, choices=Outcome.choices, blank=True)
    released_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    expiry_rule = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second__isnull=True) | ~Q(second=models.F("owner")),
                name="hold_second_is_another",
            ),
            models.CheckConstraint(
                condition=Q(second__isnull=True, confirmed_at__isnull=True)
                | Q(second__isnull=False, confirmed_at__isnull=False),
                name="hold_confirmed_by_the_second",
            ),
            # What is over says how it ended, and until when that is remembered.
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, expires_at__isnull=True)
                | Q(released_at__isnull=False, expires_at__isnull=False) & ~Q(outcome=""),
                name="hold_release_has_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            # Whether a thing is held.
            models.Index(
                fields=["tenant", "kind", "thing"],
                condition=Q(released_at__isnull=True),
                name="hold_standing",
            ),
            models.Index(fields=["tenant", "expires_at"], name="hold_due"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def confirm_by(self) -> datetime:
        """From when on nobody can confirm it any more."""
        return self.placed_at + CONFIRMED_WITHIN
