from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class CloseReason(TenantModel):
    """Why a counsellor ends a talk. Counted and never kept with the talk.

    The one that is ``abusive`` says that the counsellor was abused; the first is the usual one.
    """

    NOT_PERSONAL = True

    slug = models.SlugField(max_length=40, db_index=False)
    label = models.JSONField(default=dict)
    abusive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = (
            _("reason for ending a talk"),
            _("reasons for ending a talk"),
        )
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="closereason_once")
        ]

    def __str__(self) -> str:
        return self.slug


class Category(TenantModel):
    """What a talk was about, as its counsellor says when it ends. Counted, as above."""

    NOT_PERSONAL = True

    slug = models.SlugField(max_length=40, db_index=False)
    label = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=4)

    class Meta:
        verbose_name, verbose_name_plural = _("category"), _("categories of talks")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="category_once")
        ]

    def __str__(self) -> str:
        return self.slug
