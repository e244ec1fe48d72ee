"""Staff in the line's own administration: found, given another role, let go; and what they hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.models import Presence
from retention import clock
from tenants.fitness import today_at
from tenants.models import Invitation, Membership, Qualification, Role, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside, trail, words_of

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "tenants/membership/"


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("sexogsamfunn", "tidaholm")


def place(**changes: str) -> dict[str, str]:
    return {"role": "officer", "active": "on", "first_name": "Kari", "title_nb": "Leder", **changes}


def test_list_finds_and_says_what_is_lacking(lines: list[Tenant]) -> None:
    tenant, other = lines
    inside = Inside.of(tenant)
    member = world.hire(tenant)
    world.hire(other, Role.COUNSELLOR, 7)
    with tenant_scope(tenant):
        Qualification.objects.filter(membership=member).delete()

    everybody = inside.read(LIST)
    found = inside.read(LIST, q="counsellor 1")

    assert "not registered" in everybody
    assert "Does not answer visitors in this role." in everybody
    assert "counsellor 7" not in everybody
    assert "administrator 1" in everybody
    assert "counsellor 1" in found
    assert "administrator 1" not in found
    assert (
        inside.get(f"{LIST}{member.pk}/change/")
        .headers["Location"]
        .endswith(f"/t/{tenant.slug}/members/{member.pk}/")
    )


def test_change_of_role_is_told_without_a_name_and_holds_at_once(lines: list[Tenant]) -> None:
    tenant, other = lines
    inside, member, foreign = Inside.of(tenant), world.hire(tenant), world.hire(other)
    with tenant_scope(tenant):
        Presence.objects.create(tenant=tenant, membership=member, ready=True)

    assert inside.post(f"members/{member.pk}/", place()).status_code == 302
    assert inside.post(f"members/{member.pk}/", place(role="king")).status_code == 400
    assert inside.post(f"members/{foreign.pk}/", place()).status_code == 404

    with tenant_scope(tenant):
        changed = Membership.objects.get(pk=member.pk)
        assert not Presence.objects.get(membership=member).ready
    assert (changed.role, changed.title["nb"], changed.first_name) == ("officer", "Leder", "Kari")
    (entry,) = trail(tenant)
    assert (entry.action, entry.subject) == ("member.changed", member.pk)
    assert entry.changes["role"] == ["counsellor", "officer"]
    assert entry.changes["first_name"] == ["…", "…"]
    assert "Kari" not in str(entry.changes)
    # Nobody takes their own role away, or shuts themselves out.
    inside.post(f"members/{inside.member.pk}/", place(active=""))
    with tenant_scope(tenant):
        own = Membership.objects.get(pk=inside.member.pk)
    assert (own.role, own.active, own.first_name) == ("administrator", True, "Kari")


def test_papers_are_entered_and_verified_by_another_and_who_leaves_is_told_of(
    lines: list[Tenant],
) -> None:
    tenant, _other = lines
    inside, member = Inside.of(tenant), world.hire(tenant)
    with tenant_scope(tenant):
        kind = Qualification.objects.filter(membership=member)[0].kind
        Qualification.objects.filter(kind=kind).delete()
    until = today_at(tenant, now=clock.now()) + timedelta(days=30)
    paper = {"kind": kind, "years": "5", "issuer": "NTNU", "valid_until": str(until)}
    page = f"members/{member.pk}/"

    assert inside.post(f"{page}enter/", paper).status_code == 302
    assert "nobody has verified it yet" in inside.read(page)
    assert inside.post(f"members/{inside.member.pk}/enter/", paper).status_code == 404
    assert inside.post(f"members/{inside.member.pk}/verify/", {"kind": kind}).status_code == 404
    assert inside.post(f"{page}verify/", {"kind": kind}).status_code == 302
    assert inside.post(f"{page}enter/", {**paper, "years": "many"}).status_code == 409
    assert inside.post(f"{page}end/", {"kind": kind}).status_code == 409
    assert inside.post(f"{page}end/", {"kind": kind, "reason": "wrong"}).status_code == 302
    assert "are forgotten on" in inside.read(f"{page}leave/")
    assert inside.get(f"members/{inside.member.pk}/leave/").status_code == 404
    assert inside.post(f"{page}leave/").status_code == 302

    assert "Has left; is forgotten on" in inside.read(LIST)
    assert "Has left" in inside.read(page)
    assert inside.post(page, place()).status_code == 404
    assert [one.action for one in trail(tenant)] == [
        "qualification.entered",
        "qualification.verified",
        "qualification.ended",
        "member.left",
    ]


def test_somebody_is_invited_and_the_invitation_withdrawn(lines: list[Tenant]) -> None:
    tenant, other = lines
    inside, outsider = Inside.of(tenant), Inside.of(other)
    said = {"email": "elin@somewhere.example", "role": "counsellor", "title_nb": "Rådgiver"}

    assert inside.post("invitations/", {**said, "email": "elin"}).status_code == 409
    for role in ("", "king"):
        unchosen = inside.post("invitations/", {**said, "role": role})
        assert (unchosen.status_code, "Choose a role." in words_of(unchosen)) == (409, True)
    assert inside.post("invitations/", said).status_code == 302
    with tenant_scope(tenant):
        invitation = Invitation.objects.get()
    assert "elin@somewhere.example" in inside.read("invitations/")
    assert "elin@somewhere.example" not in outsider.read("invitations/")
    path = f"invitations/{invitation.pk}/"
    for act in ("again", "withdraw"):
        assert outsider.post(f"{path}{act}/").status_code == 404
    assert inside.post(f"{path}withdraw/").status_code == 302

    assert "elin@somewhere.example" not in inside.read("invitations/")
    assert [one.action for one in trail(tenant)] == ["invitation.made", "invitation.withdrawn"]
    assert "elin" not in str([(one.basis, one.changes) for one in trail(tenant)])
