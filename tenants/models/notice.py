from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Notice(TenantModel):
    """A message above everything else on the visitor's page while ``active``.  Rule: D2, D3."""

    NOT_PERSONAL = True

    slug = models.SlugField(max_length=40)
    texts = models.JSONField(default=dict)
    phone = models.CharField(max_length=24, blank=True)
    active = models.BooleanField(_("Shown now"))
    # Corrects the hours, until it is switched off: it stands beside them too.
    beside_hours = models.BooleanField(default=False)
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("notice"), _("notices")
        ordering = ("slug",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="notice_once_per_tenant")
        ]

    def __str__(self) -> str:
        return self.slug
