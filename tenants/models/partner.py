from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Partner(TenantModel):
    """Another tenant that this one passes visitors on to.  Rule: S10, B3, B4.

    ``slug`` names the partner and is no foreign key: a row of one tenant never points into
    another's.
    """

    NOT_PERSONAL = True

    class Mode(models.TextChoices):
        LIVE = "live", "the talk itself is handed over"
        SIGNPOST = "signpost", "the visitor is shown the way"

    slug = models.SlugField(max_length=40)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    texts = models.JSONField(default=dict)
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("partner"), _("partners on the front page")
        ordering = ("slug",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="partner_once_per_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.slug}"
