from __future__ import annotations

from django.db import models


class Operator(models.Model):
    """The legal body that is responsible for one or more tenants."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name
