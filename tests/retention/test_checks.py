from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from chat.models import (
    Card,
    Consult,
    Conversation,
    Farewell,
    HandoverNote,
    Incident,
    Message,
    Offer,
    ResumeCode,
    Segment,
)
from referrals.models import Incoming, Outgoing
from retention import kinds
from retention.checks import every_tenant_model_is_accounted_for
from retention.models import AddressRecord, Hold, LedgerEntry, Pool, VaultRequest
from tenants.models import AuditEntry, Invitation, Membership, Proposal, Qualification, Shift
from tenants.scope import TenantModel


def models_accused() -> set[object]:
    return {error.obj for error in every_tenant_model_is_accounted_for()}


def test_every_model_is_a_kind_or_declared_harmless() -> None:
    call_command("check", verbosity=0)

    assert models_accused() == set()


def test_model_that_no_kind_covers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})

    assert models_accused() == {
        *(Conversation, Segment, Message, Card, Consult, Offer, ResumeCode, Farewell),
        *(HandoverNote, Incident),
        *(AuditEntry, Invitation, Membership, Proposal, Qualification, Shift),
        *(AddressRecord, VaultRequest, Hold, Pool),
        *(Outgoing, Incoming),
    }
    with pytest.raises(SystemCheckError, match=r"retention\.E001.*chat\.Conversation"):
        call_command("check", verbosity=0)


def test_model_that_does_not_say_that_it_is_harmless_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LedgerEntry, "NOT_PERSONAL", TenantModel.NOT_PERSONAL)

    assert models_accused() == {LedgerEntry}


def test_no_model_is_both_a_kind_and_harmless() -> None:
    covered = {model for kind in kinds.registered() for model in kind.covers}
    harmless = {m for m in apps.get_models() if issubclass(m, TenantModel) and m.NOT_PERSONAL}

    assert covered & harmless == set()
