from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tenants.models.staff import User
from tenants.models.tenant import Tenant


class StaffSession(AbstractBaseSession):
    """A session of a member of staff, at one tenant or at the platform's own host.

    A row of the platform: it is read before anybody knows whose scope to open. Beside what Django
    keeps stands by columns whatever is asked of many sessions at once. ``user`` is empty until
    somebody has signed in to the end, ``tenant`` at the platform's own host.
    """

    # Its foreign key is made in the migration: whoever forgets a person forgets this with them.
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+")
    # The same through every change of the key. Windows of the desk know it, and no cookie tells it.
    seat = models.UUIDField(null=True)
    # When the person did something last, to the minute.
    active_at = models.DateTimeField()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session of staff"
        verbose_name_plural = "sessions of staff"
        indexes: ClassVar = [models.Index(fields=["seat"], name="staffsession_seat")]
