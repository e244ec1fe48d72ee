from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Subject(TenantModel):
    """What a visitor may want to talk about; chosen, never required.  Rule: S2, U4, T3."""

    NOT_PERSONAL = True

    slug = models.SlugField(max_length=40)
    label = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("subject"), _("subjects")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="subject_once_per_tenant")
        ]

    def __str__(self) -> str:
        return self.slug
