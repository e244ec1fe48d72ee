from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.models.operator import Operator


class Country(models.TextChoices):
    NORWAY = "NO", "Norway"
    SWEDEN = "SE", "Sweden"


class Tenant(models.Model):
    """One helpline on one subdomain. What it promises stands in the rows that point here."""

    slug = models.SlugField(max_length=40, unique=True)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="tenants")
    name = models.CharField(max_length=120)
    # What a browser's history and tab show; says nothing about why one came.
    neutral_title = models.CharField(max_length=40)
    country = models.CharField(max_length=2, choices=Country.choices)
    zone = models.CharField(max_length=40)
    languages = ArrayField(models.CharField(max_length=2))
    theme = models.JSONField(default=dict)
    closed_on_holidays = models.BooleanField()
    queue_cap = models.PositiveSmallIntegerField()
    queues_unstaffed = models.BooleanField()
    capacity = models.PositiveSmallIntegerField()
    last_call_minutes = models.PositiveSmallIntegerField()
    visitor_lost_minutes = models.PositiveSmallIntegerField()
    shows_first_name = models.BooleanField()
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def default_language(self) -> str:
        return self.languages[0]


class TenantHost(models.Model):
    """A domain of a tenant's own, beside ``<slug>.<base>`` and ``desk-<slug>.<base>``."""

    class Side(models.TextChoices):
        VISITOR = "visitor", "visitor"
        DESK = "desk", "desk"

    hostname = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="hosts")
    side = models.CharField(max_length=7, choices=Side.choices)

    class Meta:
        ordering = ("hostname",)

    def __str__(self) -> str:
        return self.hostname
