from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class EvaluationForm(TenantModel):
    """One version of what is asked after a talk. Never changed: answers say which they answer.

    A form without questions asks nothing (any more).  Rule: S9
    """

    NOT_PERSONAL = True

    version = models.PositiveIntegerField()

    class Meta:
        ordering = ("version",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "version"], name="evaluationform_once")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class EvaluationQuestion(TenantModel):
    """One question of a form. Nobody has to answer it.  Rule: S9

    ``choices`` are ``[{"slug": "yes", "label": {"nb": "Ja", …}}, …]``; those of a scale are its two
    ends, and their slugs are numbers.
    """

    NOT_PERSONAL = True

    class Kind(models.TextChoices):
        SCALE = "scale", "a step between two ends"
        CHOICE = "choice", "one of several"
        TEXT = "text", "words of one's own"

    form = models.ForeignKey(
        EvaluationForm, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=40, db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    label = models.JSONField(default=dict)
    choices = models.JSONField(default=list)
    rule = models.CharField(max_length=4)

    class Meta:
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "form", "slug"], name="evaluationquestion_once"
            )
        ]

    def __str__(self) -> str:
        return self.slug
