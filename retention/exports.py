"""What a line takes with it: its settings, its ledger and its counts, in one file; no talk, ever."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

from retention import clock, ledger
from tenants import proposals
from tenants.audit import record
from tenants.digest import settings_of
from tenants.exporting import charter_of, charter_text
from tenants.models import Membership, Tenant
from tenants.policies import newest_policy

Part = Callable[[Tenant], str]


def _settings(tenant: Tenant) -> str:
    return json.dumps(settings_of(tenant), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _charter(tenant: Tenant) -> str:
    return charter_text(charter_of(tenant)) if newest_policy(tenant) else ""


def _ledger(tenant: Tenant) -> str:
    return "".join(ledger.published(tenant))


# By the name of the file: what is in it, asked in the scope, "" for nothing. Floors above add theirs.
parts: dict[str, Part] = {
    # What loads again to the same line, and all of its rows with those that no charter can say.
    "charter.toml": _charter,
    "settings.json": _settings,
    "ledger.json": _ledger,
}


def export(tenant: Tenant, membership: Membership) -> bytes:
    """Return the file (a ZIP) and note that it was fetched today. In the scope.

    Raises NotAllowed for who has no say about the line.
    """
    actor = proposals.decider(membership, tenant)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in sorted(parts.items()):
            if text := part(tenant):
                archive.writestr(f"{tenant.slug}/{name}", text)
    Tenant.objects.filter(pk=tenant.pk).update(exported_on=clock.now().date())
    record(tenant, actor=actor, action="tenant.exported", subject=None, basis="")
    return out.getvalue()
