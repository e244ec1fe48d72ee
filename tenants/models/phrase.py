from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Phrase(TenantModel):
    """What a counsellor may put into the field instead of typing it; never sent by itself."""

    NOT_PERSONAL = True

    # What stands in braces in a text, and is filled for whoever writes (chat/phrases.py).
    PLACES: ClassVar = ("title", "name", "line", "closes")

    slug = models.SlugField(max_length=40)
    texts = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("phrase"), _("phrases")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="phrase_once_per_tenant")
        ]

    def __str__(self) -> str:
        return self.slug
