from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """How a job went last. One row for each job, of the platform and of no tenant.

    ``called_at`` is the last time that somebody came to do it, also where another was at work
    already; ``done_at`` the last time that it came to its end.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "came to its end"
        STOPPED = "stopped", "did not dare to: the clock cannot be trusted"
        FAILED = "failed", "broke off"

    name = models.CharField(max_length=40, primary_key=True)
    called_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)

    def __str__(self) -> str:
        return self.name
