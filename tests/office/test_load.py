"""The shift as its leads see it: people and numbers, nothing of a talk, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chat.lines import desk_arrived, desk_left, set_ready
from chat.models import Conversation
from chat.queue import claim
from chat.transfers import offer_talk
from retention import clock
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.talks import begin
from tests.world import hire, move_clock

pytestmark = pytest.mark.django_db(transaction=True)

PAGE, NOW = "/desk/office/load/", "/desk/office/load/now/"
WORDS = "Det som ingen andre skal lese"


def at_desk(tenant: Tenant, number: int) -> tuple[Membership, UUID]:
    member, socket = hire(tenant, Role.COUNSELLOR, number), uuid4()
    with tenant_scope(tenant):
        desk_arrived(tenant, member, socket=socket, process=uuid4())
    return member, socket


def test_leads_see_who_has_how_much_and_nothing_of_the_talks(tenant: Tenant) -> None:
    (one, _), (two, lost) = at_desk(tenant, 1), at_desk(tenant, 2)
    taken, waits = begin(tenant, WORDS), begin(tenant, WORDS)
    with tenant_scope(tenant):
        set_ready(tenant, one, ready=True)
        claim(tenant, one, taken, then=str)
        Conversation.objects.filter(pk=waits).update(visitor_lost_at=None)
    move_clock(clock.now() + timedelta(minutes=7))
    with tenant_scope(tenant):
        Conversation.objects.filter(pk=waits).update(visitor_lost_at=None)
        offer_talk(tenant, one, taken, to=two.pk, note=WORDS)
    leads = [Door.of(tenant, role) for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)]
    room = tenant.capacity - 1

    for door in leads:
        for page in (PAGE, NOW):
            text = door.read(page, lang="en")
            assert f"Waiting 1 Longest wait 7 min Talks going on 1 Room for {room}" in text
            assert f"Ready 1 of {tenant.capacity} 7 min" in text
            assert f"Not ready 0 of {tenant.capacity} –" in text
            assert "counsellor 1 offers a talk to counsellor 2 (60 s left)" in text
            whole = door.get(page).content.decode()
            for secret in (WORDS, str(taken), str(waits), taken.hex, waits.hex):
                assert secret not in whole
    with tenant_scope(tenant):
        desk_left(tenant, two, socket=lost)
    assert "counsellor 2" not in leads[0].read(NOW, lang="en").partition("Talks on offer")[0]


def test_nobody_else_gets_in(tenant: Tenant, other: Tenant) -> None:
    at_desk(tenant, 1)
    inside = Door.of(tenant, Role.SUPERVISOR).read(PAGE, lang="en")
    elsewhere = Door.of(other, Role.SUPERVISOR).read(PAGE, lang="en")

    assert "counsellor 1" in inside
    assert "Nobody is at the desk." in elsewhere
    for role in (Role.COUNSELLOR, Role.OFFICER):
        door = Door.of(tenant, role)
        assert [door.get(page).status_code for page in (PAGE, NOW)] == [404, 404]
        assert PAGE not in door.get("/desk/").content.decode()
