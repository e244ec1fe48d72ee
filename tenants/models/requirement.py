from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Requirement(TenantModel):
    """What a person must hold to answer here.  Rule: S3, S4, D1, D10, T5, B7.

    Every ``group`` must be met; within a group any one of its rows meets it.
    """

    NOT_PERSONAL = True

    group = models.SlugField(max_length=40)
    kind = models.SlugField(max_length=40)
    years = models.PositiveSmallIntegerField()  # of completed study; 0 where none are promised
    label = models.JSONField(default=dict)
    # Not always there: visitors are told on the days on which somebody who holds it is.
    announced = models.BooleanField(default=False)
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("requirement"), _("what one must hold")
        ordering = ("group", "kind")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "group", "kind"], name="requirement_once_per_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.kind}"
