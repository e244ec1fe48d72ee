from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Hours(TenantModel):
    """One interval of the usual week, in the tenant's own zone.  Rule: S1, D2, T1, B1.

    ``closes`` at or before ``opens`` means on the next day; 00:00 to 00:00 is the whole day.
    """

    NOT_PERSONAL = True

    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()
    rule = models.CharField(max_length=4)

    class Meta:
        ordering = ("weekday", "opens")
        constraints: ClassVar = [
            # Two intervals cannot begin together: one of them would be a mistake.
            models.UniqueConstraint(fields=["tenant", "weekday", "opens"], name="hours_begin_once"),
            # A weekday outside the week would never open the line and nobody would see why.
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="hours_in_the_week"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class HoursException(TenantModel):
    """What holds on one date instead of the usual hours.  Rule: D2.

    A date with any row has only the intervals of its rows. A row without times closes it.
    """

    NOT_PERSONAL = True

    class Origin(models.TextChoices):
        """Who put the row there: each replaces its own rows and leaves the others' alone."""

        CHARTER = "charter", "charter"
        TRIAL = "trial", "manage.py open_lines"

    on = models.DateField(_("Date"))
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    reason = models.JSONField(default=dict)
    origin = models.CharField(max_length=7, choices=Origin.choices)
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("date that differs"), _("dates that differ")
        ordering = ("on", "opens")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "on", "opens", "origin"],
                name="hours_exception_begin_once",
                nulls_distinct=False,
            ),
            # Half an interval is neither open nor closed.
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="hours_exception_whole_or_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.opens or 'closed'}"
