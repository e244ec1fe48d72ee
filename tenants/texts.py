"""Texts that a tenant has in several languages."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.models import Tenant


def said_in(texts: Mapping[str, str], language: str, tenant: Tenant) -> str:
    """Return the text in ``language``, else in the tenant's own; empty where there is none."""
    return texts.get(language) or texts.get(tenant.default_language, "")
