"""Staff in the office: papers, places and shifts, for who leads a shift or the line."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from retention import clock
from tenants.expiry import warn_of_expiry
from tenants.fitness import today_at
from tenants.models import AuditEntry, Membership, Qualification, Role, Shift, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.world import hire

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = "/desk/office/staff/"


@pytest.fixture
def supervisor(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.SUPERVISOR)


def today(tenant: Tenant) -> date:
    return today_at(tenant, now=clock.now())


def kind_of(tenant: Tenant) -> str:
    with tenant_scope(tenant):
        kinds = Qualification.objects.order_by("kind").values_list("kind", flat=True)
        return str(kinds.distinct()[0])


def act(door: Door, member: Membership, name: str, **said: object) -> int:
    return door.post(f"{STAFF}{member.pk}/{name}/", said).status_code


def trail(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(tenant):
        rows = AuditEntry.objects.filter(actor__isnull=False).order_by("pk")
        return [(row.action, row.basis) for row in rows]


def test_papers_are_entered_verified_and_ended_and_each_change_is_in_the_trail(
    tenant: Tenant, supervisor: Door
) -> None:
    member = hire(tenant)
    kind = kind_of(tenant)
    with tenant_scope(tenant):
        Qualification.objects.filter(membership=member).delete()
    page, until = f"{STAFF}{member.pk}/", today(tenant) + timedelta(days=30)
    assert "May not take new talks." in supervisor.read(page, lang="en")
    said = {"kind": kind, "years": "3", "issuer": "Socialstyrelsen", "valid_until": until}

    assert act(supervisor, member, "enter", **said) == 302
    assert "nobody has verified it yet" in supervisor.read(page)
    assert act(supervisor, member, "verify", kind=kind) == 302
    assert "May answer visitors." in supervisor.read(page)
    assert "supervisor 1, " in supervisor.read(STAFF)
    assert act(supervisor, member, "enter", **said) == 409
    assert act(supervisor, member, "enter", **{**said, "years": "many"}, seen="yes") == 409
    assert act(supervisor, member, "end", kind=kind) == 409
    warn_of_expiry()
    assert "Members of whom something runs out soon: 1" in supervisor.read(STAFF)
    assert "runs out soon" in supervisor.read(page)
    renewed = {**said, "valid_until": until + timedelta(days=365), "seen": "yes"}
    assert act(supervisor, member, "enter", **renewed) == 302
    assert "runs out soon" not in supervisor.read(STAFF)
    assert act(supervisor, member, "end", kind=kind, reason="not theirs") == 302

    assert "not registered" in supervisor.read(page)
    basis, later = f"{kind}, Socialstyrelsen, {until}", until + timedelta(days=365)
    assert trail(tenant) == [
        ("qualification.entered", basis),
        ("qualification.verified", basis),
        ("qualification.verified", f"{kind}, Socialstyrelsen, {later}"),
        ("qualification.ended", f"{kind}, Socialstyrelsen, {later}, not theirs"),
    ]


def test_member_who_is_let_go_is_out_of_every_page(tenant: Tenant, administrator: Door) -> None:
    counsellor = Door.of(tenant, Role.COUNSELLOR)
    assert counsellor.get("/desk/").status_code == 200
    assert administrator.get(f"{STAFF}{counsellor.member.pk}/leave/").status_code == 200

    assert act(administrator, counsellor.member, "leave") == 302

    assert counsellor.get("/desk/").headers["Location"] == "/desk/login/"
    assert not counsellor.sign_in()
    assert "counsellor 1" not in administrator.read(STAFF, said="left")
    assert [one for one, _ in trail(tenant)] == ["member.left"]


def test_shifts_are_planned_by_the_lines_own_clock_and_cancelled(
    tenant: Tenant, other: Tenant, supervisor: Door
) -> None:
    member, foreign, officer = hire(tenant), hire(other), hire(tenant, Role.OFFICER)
    day = today(tenant) + timedelta(days=3)
    said = {"member": member.pk, "day": day, "begins": "22:00", "ends": "06:00"}

    assert supervisor.post(f"{STAFF}shifts/plan/", said).status_code == 302
    for wrong in ({"day": day - timedelta(days=9)}, {"begins": "late"}):
        answer = supervisor.post(f"{STAFF}shifts/plan/", {**said, **wrong})
        assert answer.status_code == 409
    for nobody in (foreign.pk, officer.pk, uuid4(), "x"):
        answer = supervisor.post(f"{STAFF}shifts/plan/", {**said, "member": nobody})
        assert answer.status_code == 404
    with tenant_scope(tenant):
        [shift] = Shift.objects.all()
    there = [at.astimezone(tenant.tzinfo) for at in (shift.begins_at, shift.ends_at)]
    assert [(at.date(), at.hour) for at in there] == [(day, 22), (day + timedelta(days=1), 6)]
    assert "22:00–06:00" in supervisor.read(STAFF)
    for whose in (foreign.pk, officer.pk, uuid4()):
        said = {"member": whose, "begins_at": shift.begins_at.isoformat()}
        assert supervisor.post(f"{STAFF}shifts/cancel/", said).status_code == 404
    said = {"member": member.pk, "begins_at": shift.begins_at.isoformat()}
    assert supervisor.post(f"{STAFF}shifts/cancel/", said).status_code == 302
    assert supervisor.post(f"{STAFF}shifts/cancel/", said).status_code == 404
    assert trail(tenant) == [("shift.planned", str(day)), ("shift.cancelled", str(day))]


def test_only_who_leads_comes_in_and_nobody_to_themselves_or_above(
    tenant: Tenant, other: Tenant, supervisor: Door, administrator: Door, outsider: Door
) -> None:
    member, foreign, kind = hire(tenant), hire(other), kind_of(tenant)
    assert supervisor.get(f"{STAFF}{member.pk}/").status_code == 200
    assert administrator.get(f"{STAFF}{supervisor.member.pk}/").status_code == 200

    for role in (Role.COUNSELLOR, Role.OFFICER):
        door = Door.of(tenant, role, 2)
        assert door.get(STAFF).status_code == 404
        assert act(door, member, "end", kind=kind, reason="x") == 404
    closed = [
        (supervisor, supervisor.member),
        (supervisor, administrator.member),
        (administrator, administrator.member),
        (administrator, foreign),
        (outsider, member),
    ]
    for door, whose in closed:
        assert door.get(f"{STAFF}{whose.pk}/").status_code == 404
        for name in ("enter", "verify", "end", "leave"):
            said = {"kind": kind, "years": 1, "issuer": "x", "reason": "x", "seen": "yes"}
            assert act(door, whose, name, **said) == 404
    assert foreign.user.name not in supervisor.read(STAFF).replace(member.user.name, "")
    assert trail(tenant) == trail(other) == []
