"""A copy of a tenant for the sandbox: what it promises and who works there, row by row.

On the tenant itself a dry run would stand in the way of its visitors: a talk that begins waits for
the row in which all of that hour are counted, one that ends for the ledger, and what is due in years
to come would be locked as well. The copy has the same rows, and nobody else waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from tenants.models import (
    AuditEntry,
    Category,
    CloseReason,
    Contact,
    Departure,
    DryRun,
    EvaluationForm,
    EvaluationQuestion,
    Hours,
    HoursException,
    Invitation,
    Membership,
    Notice,
    Partner,
    Phrase,
    Policy,
    PolicyRule,
    Proposal,
    Qualification,
    Requirement,
    Shift,
    Statement,
    Subject,
    Tenant,
)
from tenants.scope import TenantModel, tenant_scope

# Those that others point to come first.
COPIED: tuple[type[TenantModel], ...] = (
    Hours, HoursException, Subject, Statement, Requirement, Notice, Contact, CloseReason, Category,
    Partner, Phrase, EvaluationForm, EvaluationQuestion, Membership, Qualification, Shift,
)  # fmt: skip
# Copied too, a version after the other.
VERSIONS: tuple[type[TenantModel], ...] = (Policy, PolicyRule)
# What has happened at the tenant is no promise of its.
LEFT_OUT: tuple[type[TenantModel], ...] = (AuditEntry, Departure, DryRun, Invitation, Proposal)

Names = dict[tuple[type[models.Model], Any], Any]


def copy_of(tenant: Tenant) -> Tenant:
    """Return a new tenant with the rows of ``tenant``, live whether or not that is. Outside every scope."""
    with tenant_scope(tenant):
        rows = [row for model in COPIED for row in model.objects.order_by("pk")]
        versions = [
            (policy, list(PolicyRule.objects.filter(policy=policy)))
            for policy in Policy.objects.order_by("version")
        ]
    copy = Tenant.objects.get(pk=tenant.pk)
    copy.pk, copy.slug, copy.live = None, f"dry-run-{uuid4().hex[:24]}", True
    copy.paused_on = copy.left_on = None
    copy.save(force_insert=True)
    names: Names = {(Tenant, tenant.pk): copy.pk}
    with tenant_scope(copy):
        for row in rows:
            _copy(row, names)
        for policy, rules in versions:
            _copy_version(policy, rules, names)
    return copy


def _copy_version(policy: Policy, rules: Sequence[PolicyRule], names: Names) -> None:
    published_at, begins_at = policy.published_at, policy.begins_at
    # A published version takes no more rules: they have to be there first.
    policy.published_at = policy.begins_at = None
    _copy(policy, names)
    for rule in rules:
        _copy(rule, names)
    if published_at is not None:
        Policy.objects.filter(pk=policy.pk).update(published_at=published_at, begins_at=begins_at)


def _copy(row: Any, names: Names) -> None:
    model, before = type(row), row.pk
    row.pk = uuid4() if isinstance(before, UUID) else None
    for field in model._meta.concrete_fields:
        if field.is_relation:
            pointed = (field.related_model, getattr(row, field.attname))
            setattr(row, field.attname, names.get(pointed, pointed[1]))
    row.save(force_insert=True)
    names[model, before] = row.pk
