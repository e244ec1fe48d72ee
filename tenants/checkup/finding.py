from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language

from tenants.charter.table import LANGUAGES
from tenants.models import Tenant


class Severity(StrEnum):
    """``BLOCKS``: a promise would be broken. ``WARNS``: somebody should look before visitors come."""

    BLOCKS = "blocks"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake that rows of a tenant tell of by themselves.

    ``words`` are in the language that is active; ``rule`` is the id of the promise at stake, empty
    where it is none; ``where`` names what has to be put right: tenant, texts, hours, staff, rota,
    policy, statements, contacts, notices, partners, bubble.
    """

    code: str
    severity: Severity
    words: str
    rule: str
    where: str


def spoken(tenant: Tenant) -> str:
    """Return the active language, where the words about promises are in it, else the tenant's."""
    language = get_language() or ""
    return language if language in LANGUAGES else tenant.default_language


# Called outside a scope or in that of the tenant; opens its own, and asks no other tenant's rows.
Check = Callable[[Tenant], list[Finding]]
