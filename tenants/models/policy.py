from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.scope import TenantModel


class Policy(TenantModel):
    """One version of what a tenant keeps and for how long; never changed, only followed.

    A talk is bound to the version that it began under.
    ``rules`` names the source of each promise: ``{"address": "D7", "erase": "D6", …}``.
    """

    NOT_PERSONAL = True

    class Address(models.TextChoices):
        NEVER = "never", "never kept"
        VAULT = "vault", "sealed for address_days, then destroyed"

    class Access(models.TextChoices):
        NOBODY = "nobody", "nobody reads a talk afterwards"
        OWN_JOURNAL = "own_journal", "a person may ask for the journal about themselves"
        ANYONE = "anyone", "anyone may ask; a review decides what is read"

    version = models.PositiveIntegerField()
    begins_at = models.DateTimeField()
    address = models.CharField(max_length=5, choices=Address.choices)
    address_days = models.PositiveSmallIntegerField(null=True)
    may_erase = models.BooleanField()
    access = models.CharField(max_length=11, choices=Access.choices)
    journal = models.BooleanField()
    triage = models.BooleanField()
    evaluation = models.BooleanField()
    rules = models.JSONField(default=dict)

    class Meta:
        ordering = ("version",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "version"], name="policy_version_once"),
            # "Never kept" with a number of days, or a vault without one, is no promise at all.
            models.CheckConstraint(
                condition=models.Q(address="never", address_days__isnull=True)
                # A comparison with NULL is no refusal: say that the days are there.
                | models.Q(address="vault", address_days__isnull=False, address_days__gte=1),
                name="policy_vault_has_days",
            ),
            # Who may ask for their journal must have one to be asked for.
            models.CheckConstraint(
                condition=~models.Q(access="own_journal") | models.Q(journal=True),
                name="policy_journal_to_ask_for",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class PolicyRule(TenantModel):
    """How long one kind of data lives under one version.  Rule: D5, U7, U8, T9.

    Zero seconds from ``ended`` is "deleted at close".
    """

    NOT_PERSONAL = True

    class Kind(models.TextChoices):
        CONVERSATION = "conversation", "what is written in a talk"

    class Starts(models.TextChoices):
        ENDED = "ended", "when the talk ends"
        FLAGGED = "flagged", "when personal data is found in it"

    class Unit(models.TextChoices):
        SECONDS = "seconds", "seconds"
        MINUTES = "minutes", "minutes"
        HOURS = "hours", "hours"
        DAYS = "days", "days of 24 hours"
        WORKING_DAYS = "working_days", "working days"
        MONTHS = "months", "calendar months"

    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    starts = models.CharField(max_length=7, choices=Starts.choices)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12, choices=Unit.choices)
    suspended_by = ArrayField(models.CharField(max_length=13), default=list)
    suspended_rule = models.CharField(max_length=4, blank=True)
    rule = models.CharField(max_length=4)

    class Meta:
        ordering = ("kind", "starts")
        constraints: ClassVar = [
            # Two lives for one thing: the page and the purge could follow different ones.
            models.UniqueConstraint(
                fields=["tenant", "policy", "kind", "starts"], name="policy_rule_once"
            ),
            # What is gone at close cannot be held afterwards.
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) | models.Q(suspended_by=[]),
                name="policy_rule_nothing_left_to_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.unit} from {self.starts}"
