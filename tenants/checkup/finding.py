from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

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


# Called outside a scope or in that of the tenant; opens its own, and asks no other tenant's rows.
Check = Callable[[Tenant], list[Finding]]
