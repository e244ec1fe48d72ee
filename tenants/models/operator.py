from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Operator(models.Model):
    """The legal body that is responsible for one or more tenants."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ("slug",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name
