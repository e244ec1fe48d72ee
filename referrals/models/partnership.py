from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Partner
from tenants.scope import TenantModel


class Partnership(TenantModel):
    """One line's side of a pact by which visitors are passed on.  Rule: B3, B4

    Each of the two lines has a row of its own, and ``pact`` joins them: nobody reads another line's
    rows. Both say the same terms. ``hours`` are [weekday, from, to] by the clock of who takes; none
    means whenever that line is open. A charter's own carries the charter's ``rule``.
    """

    # Which lines pass visitors on to which: nothing about a person.
    NOT_PERSONAL = True

    class Side(models.TextChoices):
        GIVES = "gives", "gives"
        TAKES = "takes", "takes"

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"
        REVOKED = "revoked", "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pact = models.UUIDField()
    side = models.CharField(max_length=5, choices=Side.choices)
    partner = models.SlugField(max_length=40, db_index=False)
    mode = models.CharField(max_length=8, choices=Partner.Mode.choices)
    criteria = models.JSONField(default=dict)
    hours = models.JSONField(default=list)
    at_once = models.PositiveSmallIntegerField(default=3)
    waits_minutes = models.PositiveSmallIntegerField(default=15)
    expires_on = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    # Revoked since the charters of the two name each other no more: they may make it anew.
    is_dropped = models.BooleanField(default=False)
    # Whether this line has proposed it: then the other one decides.
    is_own = models.BooleanField()
    proposed_on = models.DateField()
    decided_on = models.DateField(null=True)
    reminded_of = models.DateField(null=True)
    rule = models.CharField(max_length=4, default="ours")

    class Meta:
        ordering = ("partner", "side")
        verbose_name = _("pact")
        verbose_name_plural = _("pacts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "pact"], name="partnership_once_a_side"),
            # Two in force would be two answers to "how many at a time?".
            models.UniqueConstraint(
                fields=["tenant", "partner", "side"],
                condition=models.Q(state="accepted"),
                name="partnership_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(at_once__gte=1, waits_minutes__gte=1),
                name="partnership_lets_somebody_wait",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.partner}: {self.state}"
