from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.tenant import Tenant
from tenants.scope import TenantModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, *, password: str | None = None, name: str = "") -> User:
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, name: str = "") -> User:
        user = self.create_user(email, password=password, name=name)
        user.is_staff = user.is_superuser = True
        user.save(using=self._db, update_fields=["is_staff", "is_superuser"])
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. What they may do in a tenant stands in their Membership there."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # Made up, with a password that stands in a file: let in on a machine of one's own alone.
    is_demo = models.BooleanField(default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    COUNSELLOR = "counsellor", "counsellor"
    SUPERVISOR = "supervisor", "supervisor"
    OFFICER = "officer", "officer"
    ADMINISTRATOR = "administrator", "administrator"


# Who leads a shift.
LEADS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


class Membership(TenantModel):
    """A person's place in one tenant: the role, and how visitors see them.  Rule: S3, D1, B7.

    Who leaves (``tenants.staff.leave``) is let in nowhere from that moment, and forgotten at
    ``expires_at``, with what they hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=13, choices=Role.choices)
    title = models.JSONField(default=dict)
    first_name = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    expiry_rule = models.CharField(max_length=8, blank=True)

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_once_per_tenant"),
            # Who has left is not at a desk, and is forgotten at a moment that is known.
            models.CheckConstraint(
                condition=models.Q(left_at__isnull=True, expires_at__isnull=True)
                | models.Q(left_at__isnull=False, expires_at__isnull=False, active=False),
                name="membership_left_is_forgotten",
            ),
        ]
        indexes: ClassVar = [
            # What the purge looks for.
            models.Index(
                fields=["tenant", "expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="membership_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    def title_in(self, language: str, tenant: Tenant) -> str:
        title = self.title.get(language) or self.title.get(tenant.default_language) or ""
        return str(title)


class Shift(TenantModel):
    """When a member is to be there, as the rota says. Goes with the member.  Rule: S3."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "membership", "begins_at"], name="shift_begins_once"
            ),
            # A shift that ends before it begins would never be seen, and nobody would see why.
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at")), name="shift_has_length"
            ),
        ]
        indexes: ClassVar = [
            # Who is there now or later.
            models.Index(fields=["tenant", "ends_at"], name="shift_to_come")
        ]

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M} {self.membership_id}"


class Qualification(TenantModel):
    """What a member holds; compared with the tenant's Requirement rows.  Rule: S3, S4, D1, B7.

    It counts once somebody else at this tenant has seen it, until it runs out.
    """

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    kind = models.SlugField(max_length=40)
    years = models.PositiveSmallIntegerField(default=0)
    issuer = models.CharField(max_length=120)
    valid_until = models.DateField(null=True, blank=True)
    verified_on = models.DateField(null=True)
    # Empty again once who has seen it is forgotten; that it was seen stays.
    verified_by = models.ForeignKey(
        Membership,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # Of which end it was warned, and how many days ahead; see tenants/expiry.py.
    warned_for = models.DateField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "membership", "kind"], name="qualification_once_per_member"
            ),
            # What nobody has seen was seen by nobody.
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True) | models.Q(verified_on__isnull=False),
                name="qualification_verified_on_a_day",
            ),
            # Nobody vouches for themselves.
            models.CheckConstraint(
                condition=~models.Q(verified_by=models.F("membership")),
                name="qualification_verified_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
