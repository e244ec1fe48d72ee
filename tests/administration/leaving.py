"""A line that leaves the platform, as its administrators let it."""

from __future__ import annotations

import io
import zipfile

from retention import departures, exports
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests import world


def exported(tenant: Tenant, member: Membership) -> set[str]:
    """Fetch what the line takes with it; return the names of the files."""
    with tenant_scope(tenant):
        content = exports.export(tenant, member)
    return set(zipfile.ZipFile(io.BytesIO(content)).namelist())


def leave_now(tenant: Tenant) -> None:
    """Leave, by two people."""
    first, second = (world.hire(tenant, Role.ADMINISTRATOR, number) for number in (1, 2))
    exported(tenant, first)
    with tenant_scope(tenant):
        departures.propose_leave(tenant, first)
    departures.confirm_leave(tenant, second, typed=tenant.slug)
