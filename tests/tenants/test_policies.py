from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from tenants.charter import read_charters
from tenants.drafts import write_draft
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
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SILENT = {
    "version": 2,
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


@pytest.fixture
def draft(tenant: Tenant) -> Policy:
    """A draft of the next version, so far the same."""
    return write_draft(tenant, terms_of(current_policy(tenant)))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        pytest.param(
            {"access": "own_journal"}, "policy_journal_to_ask_for", id="no-journal-to-ask-for"
        ),
        pytest.param({"version": 1}, "policy_version_once", id="version-twice"),
        pytest.param({}, "policy_one_draft", id="second-draft"),
        pytest.param({"begins_at": NOW}, "policy_begins_when_published", id="begins-as-a-draft"),
        pytest.param(
            {"begins_at": NOW, "published_at": NOW}, "policy_is_drafted_first", id="never-drafted"
        ),
    ],
)
def test_database_refuses_a_policy_that_contradicts_itself(
    tenant: Tenant, draft: Policy, change: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Policy.objects.create(tenant=tenant, **{**SILENT, "version": 3, **change})


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        pytest.param({"address": "vault"}, "policy_vault_has_days", id="vault-without-days"),
        pytest.param({}, "policy_says_how_long", id="no-life"),
    ],
)
def test_database_publishes_nothing_that_says_too_little(
    tenant: Tenant, change: dict[str, str], constraint: str
) -> None:
    policy = Policy.objects.create(tenant=tenant, **{**SILENT, **change})
    if change:
        PolicyRule.objects.create(tenant=tenant, policy=policy, **{**LIFE, "starts": "ended"})

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(published_at=NOW, begins_at=NOW)


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
    tenant: Tenant, draft: Policy, change: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PolicyRule.objects.create(tenant=tenant, policy=draft, **{**LIFE, **change})


def test_version_that_talks_are_bound_to_is_never_changed(tenant: Tenant) -> None:
    policy = current_policy(tenant)
    rules = PolicyRule.objects.filter(policy=policy)

    for change in (
        lambda: Policy.objects.filter(pk=policy.pk).update(address="never"),
        lambda: PolicyRule.objects.create(tenant=tenant, policy=policy, **LIFE),
        rules.delete,
    ):
        with pytest.raises(IntegrityError, match="policy_is_published"), transaction.atomic():
            change()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rules.update(amount=30)
    assert rules.count() == 5


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
        "PolicyRule": "account 3 months from left",
        "Notice": "trouble",
        "Contact": "link https://help.example/",
        "Partner": "signpost friend",
        "Operator": "Body",
        "Tenant": "Plain",
    }
