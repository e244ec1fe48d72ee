"""The seven tenants as their charters describe them, and a browser without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command

from tenants.models import Tenant
from tests.kept import begin_with
from tests.web import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

TENANTS = [
    "alarmtelefonen", "detfinneshjelp", "sexogsamfunn", "snakkommobbing", "snakkompsyken",
    "tidaholm", "urph",
]  # fmt: skip
Get = Callable[..., "Answer"]


@pytest.fixture
def charters(transactional_db: None) -> dict[str, Tenant]:
    """Every shipped charter, loaded: tenants by their slug."""
    begin_with("charters", lambda: call_command("load_charters", verbosity=0))
    return {tenant.slug: tenant for tenant in Tenant.objects.all()}


@pytest.fixture
def get(charters: dict[str, Tenant]) -> Get:
    """Fetch a path from a label under the base: ``get("urph", "/", lang="en")``."""

    def fetch(label: str, path: str = "/", *, client: Client | None = None, **query: str) -> Answer:
        host = f"{label}.{settings.HELPLINE_BASE}"
        return (client or Client()).get(path, query, headers={"host": host}, secure=True)

    return fetch
