from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from tenants.charter import read_charters
from tenants.loading import load_charters
from tenants.models import (
    Contact,
    Hours,
    HoursException,
    Notice,
    Operator,
    Partner,
    Policy,
    PolicyRule,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import current_policy, policy_rules
from tenants.scope import tenant_scope

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SILENT = {
    "version": 2,
    "begins_at": NOW,
    "address": "never",
    "may_erase": False,
    "access": "nobody",
    "journal": False,
    "triage": False,
    "evaluation": False,
}
LIFE = {"kind": "conversation", "starts": "flagged", "amount": 1, "unit": "days", "rule": "U7"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    path = Path(__file__).with_name("plain.toml")
    load_charters(read_charters([path], known=["friend"]), now=NOW)
    tenant = Tenant.objects.get(slug="plain")
    with tenant_scope(tenant):
        yield tenant


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        pytest.param({"address": "vault"}, "policy_vault_has_days", id="vault-without-days"),
        pytest.param({"address_days": 7}, "policy_vault_has_days", id="days-without-vault"),
        pytest.param(
            {"access": "own_journal"}, "policy_journal_to_ask_for", id="no-journal-to-ask-for"
        ),
        pytest.param({"version": 1}, "policy_version_once", id="version-twice"),
    ],
)
def test_database_refuses_a_policy_that_contradicts_itself(
    tenant: Tenant, change: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Policy.objects.create(tenant=tenant, **{**SILENT, **change})


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        pytest.param({"starts": "ended"}, "policy_rule_once", id="two-lives"),
        pytest.param(
            {"amount": 0, "suspended_by": ["investigation"]},
            "policy_rule_nothing_left_to_hold",
            id="held-though-gone",
        ),
    ],
)
def test_database_refuses_a_rule_that_contradicts_another(
    tenant: Tenant, change: dict[str, object], constraint: str
) -> None:
    policy = current_policy(tenant)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PolicyRule.objects.create(tenant=tenant, policy=policy, **{**LIFE, **change})


def test_version_that_talks_are_bound_to_is_never_changed(tenant: Tenant) -> None:
    policy = current_policy(tenant)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(address="never")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PolicyRule.objects.filter(policy=policy).update(amount=30)


def test_newest_version_holds(tenant: Tenant) -> None:
    newer = Policy.objects.create(tenant=tenant, **SILENT)
    PolicyRule.objects.create(tenant=tenant, policy=newer, **LIFE)
    PolicyRule.objects.create(tenant=tenant, policy=newer, **{**LIFE, "starts": "ended"})

    assert current_policy(tenant) == newer
    assert [rule.starts for rule in policy_rules(newer)] == ["ended", "flagged"]


def test_rows_say_what_they_are(tenant: Tenant) -> None:
    rows = {
        model.__name__: str(model.objects.first())
        for model in (
            Hours, HoursException, Subject, Statement, Requirement, Policy, PolicyRule, Notice,
            Contact, Partner, Operator, Tenant,
        )
    }  # fmt: skip

    assert rows == {
        "Hours": "0 09:00-12:00",
        "HoursException": "2026-12-24 closed",
        "Subject": "school",
        "Statement": "about U4",
        "Requirement": "adult: adult",
        "Policy": "version 1",
        "PolicyRule": "conversation 14 days from ended",
        "Notice": "trouble",
        "Contact": "link https://help.example/",
        "Partner": "signpost friend",
        "Operator": "Body",
        "Tenant": "Plain",
    }
