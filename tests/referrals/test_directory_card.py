"""A service shown in a talk by one press: the number first, and never another line's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chat.calls import scoped_call
from referrals.directory import services
from referrals.directory.shape import Said
from referrals.models import Service
from tenants.models import Role, Tenant
from tests import clients, world
from tests.clients import Frame
from tests.office.doors import Door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    yield
    await world.stop_runtime()


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("sexogsamfunn", "tidaholm")


async def listed(tenant: Tenant, **said: object) -> Service:
    full = Said(
        name={"nb": "Legevakten"},
        description={"nb": "Når det haster."},
        eligibility_description={"nb": "For alle."},
        phones=[
            {"number": "2030", "type": "text"},
            {"number": "116 117", "type": "voice"},
            {"number": "112", "type": "voice"},
        ],
        chat="https://lege.example/chat",
        url="https://lege.example/",
        schedules=[
            {"byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "00:00"},
        ],
        **said,  # type: ignore[arg-type]  # as written below
    )
    return await scoped_call(tenant, services.list_service, tenant, None, full)


async def test_service_is_shown_to_both_and_no_other_is(lines: list[Tenant]) -> None:
    """Rule: S10, S11"""
    tenant, other = lines
    shown, hidden = await listed(tenant), await listed(tenant, status="inactive")
    foreign = await listed(other)

    async with clients.talk(tenant) as going:

        async def lay(to: str) -> Frame:
            about = {"type": "card", "conversation": going.conversation, "kind": "signpost"}
            return await going.desk.request({**about, "content": {"to": to}})

        card = await lay(f"service:{shown.pk}")
        seen = await going.visitor.next()

        assert {**seen, "conversation": going.conversation} == card
        kept = ("id", "type", "kind", "state", "version", "after", "conversation")
        assert {name: one for name, one in card.items() if name not in kept} == {
            "name": "Legevakten", "phone": "116 117", "sms": "2030", "open": True,
            "url": "https://lege.example/chat", "text": "Når det haster. For alle.",
        }  # fmt: skip
        for strange in (f"service:{hidden.pk}", f"service:{foreign.pk}", "service:", "service:\0"):
            refused = await lay(strange)
            assert (refused["type"], refused["code"]) == ("error", "invalid")


def test_panel_finds_for_the_lines_own_members_alone(lines: list[Tenant]) -> None:
    from tenants.scope import tenant_scope

    tenant, other = lines
    for line, name in ((tenant, "Vår tjeneste"), (other, "Deres tjänst")):
        with tenant_scope(line):
            services.list_service(line, None, Said(name={line.default_language: name}))

    door = Door.of(tenant, Role.COUNSELLOR)
    answer = door.post("/desk/directory/", {"q": ""})
    html = answer.content.decode()

    assert (answer.status_code, "Vår tjeneste" in html, "Deres" in html) == (200, True, False)
    assert "Vår tjeneste" in door.post("/desk/directory/", {"q": "tjenestene"}).content.decode()
    assert 'data-panel="directory"' in door.get("/desk/").content.decode()
    door.client.logout()
    assert (
        door.client.post("/desk/directory/", {"q": ""}, headers=door._host, secure=True).status_code
        == 403
    )
