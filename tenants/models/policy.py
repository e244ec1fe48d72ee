from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.scope import TenantModel


class Policy(TenantModel):
    """One version of what a tenant keeps and for how long.

    A draft until it is published, and never changed after that (migration 0004): a talk is bound
    to the version that it began under. ``begins_at`` may lie ahead of ``published_at``.
    ``rules`` names the source of each promise: ``{"address": "D7", "erase": "D6", …}``.
    ``texts`` are the tenant's own words on its privacy page, by language.
    """

    NOT_PERSONAL = True

    class Address(models.TextChoices):
        NEVER = "never", "never kept"
        VAULT = "vault", "sealed for as long as the rule about addresses says, then destroyed"

    class Access(models.TextChoices):
        NOBODY = "nobody", "nobody reads a talk afterwards"
        OWN_JOURNAL = "own_journal", "a person may ask for the journal about themselves"
        ANYONE = "anyone", "anyone may ask; a review decides what is read"

    version = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=5, choices=Address.choices)
    may_erase = models.BooleanField()
    # What becomes of a talk whose visitor presses "leave": it ends, or it is parked. D12 says nothing of it.
    parks = models.BooleanField(default=False)
    # Whether a colleague who is asked for advice may be shown the talk, while the visitor is told.
    colleague_may_read = models.BooleanField(default=False)
    access = models.CharField(max_length=11, choices=Access.choices)
    journal = models.BooleanField()
    triage = models.BooleanField()
    evaluation = models.BooleanField()
    rules = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)

    class Meta:
        ordering = ("version",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "version"], name="policy_version_once"),
            # Two drafts at once would be two answers to "what comes next?".
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(published_at__isnull=True),
                name="policy_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, begins_at__isnull=True)
                | models.Q(
                    published_at__isnull=False,
                    begins_at__isnull=False,
                    begins_at__gte=models.F("published_at"),
                ),
                name="policy_begins_when_published_or_later",
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
    """How long one kind of data lives under one version.  Rule: D5, D7, S9, U7, U8, T9.

    Zero seconds from ``ended`` is "deleted at close".
    """

    NOT_PERSONAL = True

    class Kind(models.TextChoices):
        CONVERSATION = "conversation", "what is written in a talk"
        ADDRESS = "address", "a visitor's address and the time at which the talk began"
        AUDIT = "audit", "who did what"
        ACCOUNT = "account", "a member of staff"
        SESSION = "session", "that a member of staff is signed in"
        LOG = "log", "what the programs write about themselves"
        EVALUATION = "evaluation", "what is answered after a talk"

    class Starts(models.TextChoices):
        ENDED = "ended", "when the talk ends"
        FLAGGED = "flagged", "when personal data is found in it"
        BEGAN = "began", "at the start of the day on which the talk began"
        WRITTEN = "written", "when it is written"
        LEFT = "left", "when they have left"
        SIGNED_IN = "signed_in", "when they sign in"
        GIVEN = "given", "on the day on which it is answered"
        POOLED = "pooled", "in the week in which it is put together with the answers of others"

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
    starts = models.CharField(max_length=9, choices=Starts.choices)
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
