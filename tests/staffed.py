"""Every line with people at it, on a Monday morning far ahead, before any of them opens."""

from __future__ import annotations

from datetime import datetime

from tenants.models import Role, Tenant
from tests.kept import begin_with
from tests.world import CHARTERS, hire, move_clock, open_tenants

SLUGS = sorted(path.stem for path in CHARTERS.glob("*.toml"))
MONDAY = datetime(2035, 12, 3, 9, 0)  # noqa: DTZ001  # by the line's own clock


def staff_all_lines() -> None:
    begin_with("staffed lines", _staff_all_lines)


def _staff_all_lines() -> None:
    for tenant in open_tenants(*SLUGS):
        for role in (Role.COUNSELLOR, Role.OFFICER, Role.ADMINISTRATOR):
            hire(tenant, role)


def staffed_line(slug: str) -> Tenant:
    """Return one of all lines, each with people, on a Monday morning."""
    staff_all_lines()
    tenant = Tenant.objects.get(slug=slug)
    move_clock(MONDAY.replace(tzinfo=tenant.tzinfo))
    return tenant
