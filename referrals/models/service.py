from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantModel


class Service(TenantModel):
    """Somebody outside the platform to whom visitors of a line may turn.  Rule: S10, S11.

    The fields have the names that they have in Open Referral's HSDS 3. What a visitor reads is kept
    by language; what has no field of its own here, and names no person, stays in ``more`` as it
    was imported. ``identifier`` is the service's id wherever it comes from: two lines may list the same.
    The database keeps ``searched`` beside the texts (migration 0001).
    """

    # What organisations tell everybody of themselves; `assurer_email` is an organisation's too.
    NOT_PERSONAL = True

    class Status(models.TextChoices):
        ACTIVE = "active", "shown"
        INACTIVE = "inactive", "hidden"
        DEFUNCT = "defunct", "there is no such service any more"
        CLOSED = "temporarily closed", "shown as closed for the time being"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identifier = models.UUIDField(default=uuid.uuid4)
    name = models.JSONField(default=dict)
    alternate_name = models.JSONField(default=dict)
    description = models.JSONField(default=dict)
    eligibility_description = models.JSONField(default=dict)
    organization = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=200, blank=True)
    # Where one writes to them at once: `additional_urls` with the label "chat".
    chat = models.CharField(max_length=200, blank=True)
    # Each {"number": "116 117", "type": "voice" or "text"}, in the order in which they are shown.
    phones = models.JSONField(default=list)
    minimum_age = models.PositiveSmallIntegerField(null=True)
    maximum_age = models.PositiveSmallIntegerField(null=True)
    # As ISO 639 has them; none: not known.
    languages = ArrayField(models.CharField(max_length=3), default=list)
    # Each {"byday": "MO,TU", "opens_at": "09:00", "closes_at": "15:00"}, every week, on the line's
    # own clock; none: not known.
    schedules = models.JSONField(default=list)
    # Names of the places that it is for; none: everywhere.
    service_areas = ArrayField(models.CharField(max_length=60), default=list)
    location = models.CharField(max_length=120, blank=True)
    # Slugs of the line's subjects, or of its categories; none: for everything.
    subjects = ArrayField(models.CharField(max_length=40), default=list)
    status = models.CharField(max_length=18, choices=Status.choices, default=Status.ACTIVE)
    # On which day somebody last saw that all of it is right.
    assured_date = models.DateField(null=True)
    assurer_email = models.CharField(max_length=200, blank=True)
    # That it is to be checked has been written down already.
    reminded = models.BooleanField(default=False)
    # The words by which it is found, by language, apart from its name.
    plain = models.JSONField(default=dict)
    more = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services of the directory")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "identifier"], name="service_once_per_tenant"
            ),
            # Nobody is old enough for it and not too old: a mistake that hides it from everybody.
            models.CheckConstraint(
                condition=models.Q(minimum_age__isnull=True)
                | models.Q(maximum_age__isnull=True)
                | models.Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.identifier)
