from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.models import User
from tenants.scope import TenantModel


class VaultPerson(models.Model):
    """What one person opens the vault with: a key pair whose private half their password locks.

    Of the platform and not of a tenant: one person may be an officer at several.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="vault"
    )
    public = models.BinaryField(max_length=32)
    locked = models.BinaryField(max_length=128)
    made_on = models.DateField()

    def __str__(self) -> str:
        return f"person {self.pk}"


class AddressRecord(TenantModel):
    """From where a talk was begun, and when, sealed at the outermost door.  Rule: D7

    No time finer than the day stands beside it, and the id tells no order. It is there after its
    talk is gone, so ``conversation`` points at nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.UUIDField()
    day = models.DateField()
    box = models.BinaryField(max_length=512)
    expires_at = models.DateTimeField()
    expiry_rule = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [
            # A talk begins once.
            models.UniqueConstraint(
                fields=["tenant", "conversation"], name="addressrecord_once_per_talk"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="addressrecord_due"),
        ]

    def __str__(self) -> str:
        return f"address of {self.day}"


class VaultRequest(TenantModel):
    """That somebody has asked to open the address of one talk, and who has agreed.  Rule: D7, D10

    ``basis`` is a code of ``Basis``, ``told`` who is to be told and their reference. What is passed
    from one to the other is not here: it stands in ``keys`` and dies there (retention/vault).
    """

    class Group(models.TextChoices):
        PLATFORM = "platform", "the platform's duty officers"
        TENANT = "tenant", "the tenant's officers"

    class Basis(models.TextChoices):
        DUTY = "hpl31", "hpl § 31"
        RIGHT = "hpl23", "hpl § 23 no 4"
        CRIME = "strl196", "strl § 196"
        NECESSITY = "strl17", "strl § 17"
        ORDER = "order", "a written order of court or prosecutor"

    class State(models.TextChoices):
        ASKED = "asked", "waits for the other group"
        AGREED = "agreed", "can be shown to who asked"
        DONE = "done", "is over: shown and destroyed, or taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.UUIDField()
    day = models.DateField()
    basis = models.CharField(max_length=8, choices=Basis.choices)
    told = models.CharField(max_length=120)
    group = models.CharField(max_length=8, choices=Group.choices)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    agreed_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", null=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.ASKED)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # Two people, always.
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True)
                | ~models.Q(agreed_by=models.F("asked_by")),
                name="vaultrequest_by_two",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | models.Q(agreed_by__isnull=False),
                name="vaultrequest_agreed_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="vaultrequest_due"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
