from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.staff import Role, User
from tenants.models.tenant import Tenant
from tenants.scope import TenantModel


class Link(models.Model):
    """Whoever holds its token may do one thing, once, before ``ends_at``.

    The token stands in the mail and nowhere else: it is made by the task that sends it, and only
    its hash is stored. While there is no hash, nothing opens the link.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.BinaryField(max_length=32, null=True, unique=True)
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    # When a mail is to go out, or is tried again; empty while none is.
    send_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Whether the last try came to nothing.
    failed = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Invitation(TenantModel, Link):
    """A place at a tenant that somebody may take up. Gone once they have, or it is withdrawn.

    There is no account and no member before: until then nobody here is told whether the address
    belongs to somebody who has a place at another tenant.
    """

    email = models.EmailField()
    role = models.CharField(max_length=13, choices=Role.choices)
    title = models.JSONField(default=dict)
    first_name = models.CharField(max_length=40, blank=True)
    # Who invites; empty where the platform does.
    invited_by = models.UUIDField(null=True)
    # Longer than the link, so that whoever invites sees that it has ended.
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "email"], name="invitation_once_per_address"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "expires_at"], name="invitation_due"),
            # What is to be sent, asked every few seconds.
            models.Index(
                fields=["tenant", "send_at"],
                condition=models.Q(send_at__isnull=False),
                name="invitation_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    def title_in(self, language: str, tenant: Tenant) -> str:
        return str(self.title.get(language) or self.title.get(tenant.default_language) or "")


class AccountLink(Link):
    """A way for one person to set a password. Of the platform, as accounts are.

    ``user`` is empty where an address is nobody's: whoever asks cannot tell by how long it takes.
    """

    class Purpose(models.TextChoices):
        RESET = "reset", "the password was forgotten"
        OPERATOR = "operator", "an operator's first password"

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    # PostgreSQL itself lets it go with the person: the purge forgets people past the ORM.
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # At whose desk it was asked for, and leads to; empty at the platform's own door.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "purpose"], name="accountlink_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
