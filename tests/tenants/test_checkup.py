"""What rows tell of by themselves; the mistakes that are planted are in tests/chat/test_dry_run.py."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenants import clock
from tenants.checkup import check_up
from tenants.models import Role
from tenants.rota import plan_shift
from tenants.scope import tenant_scope
from tests.world import CHARTERS, hire, open_tenants

SLUGS = sorted(path.stem for path in CHARTERS.glob("*.toml"))

pytestmark = pytest.mark.django_db


def test_shipped_charters_have_no_mistake_but_that_nobody_works_there() -> None:
    tenants = open_tenants(*SLUGS)

    alone = {tenant.slug: [one.code for one in check_up(tenant)] for tenant in tenants}
    for tenant in tenants:
        for role in (Role.COUNSELLOR, Role.OFFICER, Role.ADMINISTRATOR):
            hire(tenant, role)
    staffed = {tenant.slug: [one.code for one in check_up(tenant)] for tenant in tenants}

    missing = {
        "detfinneshjelp": ["nobody", "address_officer", "unplanned"],
        "tidaholm": ["nobody", "second_person", "unplanned"],
        "urph": ["nobody", "second_person", "unplanned"],
    }
    assert alone == {slug: missing.get(slug, ["nobody", "unplanned"]) for slug in SLUGS}
    assert staffed == {slug: ["unplanned"] for slug in SLUGS}


def test_hours_are_covered_by_those_who_may_answer() -> None:
    (tenant,) = open_tenants("alarmtelefonen")
    member, other = hire(tenant), hire(tenant, number=2)
    now = clock.now()

    def gap() -> list[str]:
        return [one.words for one in check_up(tenant) if one.code == "unplanned"]

    assert gap()[0].startswith("Nobody is planned at all: the next hours are from ")
    with tenant_scope(tenant):
        for day in range(15):
            begins_at = now + timedelta(days=day)
            # One after the other, without a gap; the days after the tenth are not anybody's.
            for half, who in enumerate((member, other)):
                begins = begins_at + half * timedelta(hours=12)
                ends = begins + timedelta(hours=12)
                if day < 10:
                    plan_shift(tenant, who, begins_at=begins, ends_at=ends, now=now)
    (words,) = gap()
    local = (now + timedelta(days=10)).astimezone(tenant.tzinfo)
    assert words.startswith("Nobody is planned from ")
    assert f"{local:%H:%M} to " in words
    with tenant_scope(tenant):
        for day in range(10, 15):
            begins_at = now + timedelta(days=day)
            plan_shift(
                tenant,
                member,
                begins_at=begins_at,
                ends_at=begins_at + timedelta(hours=24),
                now=now,
            )
    assert gap() == []
