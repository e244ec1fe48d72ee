from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.scope import TenantModel


class Pool(TenantModel):
    """What several people have written, tied to none of them.  Rule: S9

    One row for all of them: there is no row, id or time of a single one. Open while it gathers; what
    it has gathered is then poured into another row, and of the open one an empty shell is left.
    ``segment`` is the key that the body is sealed under, a new one whenever the body is, and
    ``previous`` the one before, which is destroyed as soon as the new one is committed. ``on`` is
    the day on which an open pool began, and the Monday of the week in which a poured one was poured;
    ``latest_on`` is the day on which something was added last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.SlugField(max_length=20, db_index=False)
    poured = models.BooleanField()
    size = models.PositiveIntegerField()
    on = models.DateField()
    latest_on = models.DateField()
    segment = models.UUIDField()
    previous = models.UUIDField(null=True)
    body = models.BinaryField()
    expires_at = models.DateTimeField()
    expiry_rule = models.CharField(max_length=8)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "kind", "expires_at"], name="pool_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.on}"


class SpentTokens(TenantModel):
    """The tokens of one day that have been used: their marks in rising order, and nothing else."""

    # Hashes of random numbers, which stand nowhere else and were given to somebody unknown.
    NOT_PERSONAL = True

    purpose = models.SlugField(max_length=20, db_index=False)
    day = models.DateField()
    marks = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "purpose", "day"], name="spent_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.day}"
