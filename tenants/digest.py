"""One number for all of a tenant's settings, that changes when any of them does.

A dry run is of one state of the settings; so is a checklist that somebody went live on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from django.db.models import Model

from tenants.models import (
    Category,
    CloseReason,
    Contact,
    EvaluationForm,
    EvaluationQuestion,
    Hours,
    HoursException,
    Notice,
    Partner,
    Phrase,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy, terms_of
from tenants.scope import TenantModel

_ROWS: tuple[type[TenantModel], ...] = (
    Hours, HoursException, Subject, Statement, Requirement, Notice, Contact, CloseReason, Category,
    Partner, Phrase, EvaluationForm, EvaluationQuestion,
)  # fmt: skip
# Where the tenant stands on its path is none of its settings, nor is what follows from its texts.
_APART = frozenset(
    {"id", "tenant", "live", "paused_on", "left_on", "exported_on", "bubble_seen", "whole_in"}
)


def digest_of(tenant: Tenant) -> str:
    """Return the digest (64 hex digits) of ``tenant``'s settings as they stand. In the scope.

    A query for each table.
    """
    said = json.dumps(settings_of(tenant), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def settings_of(tenant: Tenant) -> dict[str, object]:
    """Return ``tenant``'s settings as text, table by table. In the scope.

    Of policies the version published last: a draft promises nothing.
    """
    policy = newest_policy(tenant)
    return {
        "tenant": _columns(tenant),
        "policy": repr(terms_of(policy)) if policy else "",
        **{model.__name__: _all(model) for model in _ROWS},
    }


def _all(model: type[TenantModel]) -> list[dict[str, str]]:
    rows: Iterable[TenantModel] = model.objects.all()
    if model is HoursException:
        # `open_lines` opens a line for somebody who looks at it: no promise of the line's.
        rows = HoursException.objects.exclude(origin=HoursException.Origin.TRIAL)
    return sorted((_columns(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))


def _columns(row: Model) -> dict[str, str]:
    fields = (field for field in row._meta.concrete_fields if field.name not in _APART)
    return {field.name: _text(field.value_from_object(row)) for field in fields}


def _text(value: object) -> str:
    is_nested = isinstance(value, dict | list)
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if is_nested else str(value)
