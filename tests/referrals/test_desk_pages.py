"""Who sees at a desk whom a partner has sent, and may send them back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from chat.calls import call
from tenants.models import Role, Tenant
from tests.office.doors import Door
from tests.referrals.passing import card_now, passed, state_now, there
from tests.web import host_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/desk/handoffs/"


async def test_only_who_answers_at_the_line_sees_who_comes_and_sends_them_back(
    giver: Tenant, taker: Tenant, third: Tenant
) -> None:
    async with passed(giver, taker) as going:
        send_back = f"{PAGE}{(await there(taker, going))['conversation']}/send-back/"
        own, officer = await _door(taker, Role.COUNSELLOR), await _door(taker, Role.OFFICER)
        outsider, nobody = await _door(third, Role.COUNSELLOR), Client()
        of_nobody = await call(
            nobody.get, PAGE, headers={"host": host_of(taker, "desk")}, secure=True
        )
        refused = [await call(officer.get, PAGE), await call(officer.post, send_back), of_nobody]
        foreign = await call(outsider.post, send_back)
        unknown = await call(outsider.post, f"{PAGE}{uuid4()}/send-back/")
        elsewhere = await call(outsider.get, PAGE)
        before = await state_now(going.going.desk, going.going.conversation)
        shown = await call(own.get, PAGE)
        too_long = await call(own.post, send_back, {"reason": "x" * 301})
        done = await call(own.post, send_back, {"reason": "Ingen ledig."})
        after = (await card_now(going.going.desk, going.going.conversation))["value"]

    assert [one.status_code for one in refused] == [403, 403, 403]
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert giver.name not in foreign.content.decode() + elsewhere.content.decode()
    assert shown.content.decode().count(send_back) == 1
    assert (before, too_long.status_code, done.status_code) == ("there", 400, 200)
    assert (after["state"], after["desk"]) == ("back", {"reason": "Ingen ledig."})


async def _door(tenant: Tenant, role: str) -> Door:
    return await call(Door.of, tenant, role)
