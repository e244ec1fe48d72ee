from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Statement(TenantModel):
    """A promise in words: what no row of a policy can say.  Rule: S3-S8, D10, U6, T4-T11, B5."""

    NOT_PERSONAL = True

    class Kind(models.TextChoices):
        ABOUT = "about", "what this is for"
        WHO_ANSWERS = "who_answers", "who answers, and with which education"
        ANONYMITY = "anonymity", "what is known about the visitor"
        ACCESS = "access", "who may see what is written"
        IDENTITY = "identity", "what happens when the visitor says who they are"
        DUTY = "duty", "duties to report, inform and avert"
        IN_THE_TALK = "in_the_talk", "what one can do during the talk"
        AFTERWARDS = "afterwards", "what is offered or written after the talk"

    kind = models.CharField(max_length=11, choices=Kind.choices)
    texts = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("promise in words"), _("promises in words")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "position"], name="statement_once_per_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rule}"
