from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from retention import kinds
from tenants.scope import TenantModel


@register()
def every_tenant_model_is_accounted_for(**_: Any) -> list[CheckMessage]:
    """Refuse a tenant-owned model that nobody deletes and nobody calls harmless."""
    covered = {model for kind in kinds.registered() for model in kind.covers}
    return [
        Error(
            f"{model._meta.label} is neither a Kind of retention nor declared NOT_PERSONAL.",
            hint="Register a Kind that covers it, or set NOT_PERSONAL = True and say why.",
            obj=model,
            id="retention.E001",
        )
        for model in apps.get_models()
        if issubclass(model, TenantModel) and not model.NOT_PERSONAL and model not in covered
    ]
