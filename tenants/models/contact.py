from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Contact(TenantModel):
    """Another way to get help: the tenant's own, or somebody else's.  Rule: S10, S11, B1, T12."""

    NOT_PERSONAL = True

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "emergency number"
        PHONE = "phone", "telephone"
        SMS = "sms", "SMS"
        EMAIL = "email", "e-mail"
        LINK = "link", "web page"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    value = models.CharField(max_length=200)
    label = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("contact"), _("emergency numbers and contacts")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "value"], name="contact_once_per_tenant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
