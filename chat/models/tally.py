from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.scope import TenantModel


class Tally(TenantModel):
    """How often something has happened at a line in one hour, day or week.  Rule: D7

    ``on`` is a day by the line's own calendar, and of what is said about a talk the Monday of its
    week. ``hour`` is empty where the day is all that is known. ``classes`` counts the same by
    length (chat/tallies.py), where it has one.
    """

    NOT_PERSONAL = True  # of an hour, a day or a week, and never of a person; gone after 53 weeks

    class What(models.TextChoices):
        STARTED = "started", "a visitor came into the queue"
        ANSWERED = "answered", "somebody took them; classes of the wait"
        LOST = "lost", "the talk ended before anybody took them; classes of the wait"
        REFUSED = "refused", "no talk could be begun: the line was full"
        ENDED = "ended", "a talk ended; classes of its length"
        REASON = "reason", "why counsellors ended talks"
        CATEGORY = "category", "what talks were about"

    on = models.DateField()
    hour = models.PositiveSmallIntegerField(null=True)
    what = models.CharField(max_length=8, choices=What.choices)
    key = models.SlugField(max_length=40, blank=True, db_index=False)
    count = models.PositiveIntegerField(default=0)
    classes = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "what", "on", "hour", "key"],
                name="tally_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.key} {self.on}"
