"""Who is there: a desk locks, a person has one session at a line, and who must go is out at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from chat.calls import call, scoped_call
from chat.runtime import runtime
from tenants import clock, sessions, staff
from tenants.models import Membership, Role, StaffSession, Tenant
from tenants.places import change_place
from tenants.scope import tenant_scope
from tests import clients
from tests.accounts.visits import Visit
from tests.world import PASSWORD, address_of, hire, moved_clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]

A_QUARTER = timedelta(minutes=15)
AT_ONCE_SECONDS = 2.0


def counsellor_at(tenant: Tenant, number: int = 1) -> Visit:
    hire(tenant, "counsellor", number)
    visit = Visit.desk(tenant, address_of(tenant, "counsellor", number))
    assert visit.sign_in().status_code == 302
    return visit


async def test_desk_that_nobody_is_at_locks_and_comes_back_with_its_talks(
    tenant: Tenant, other: Tenant
) -> None:
    visit, busy = await call(counsellor_at, tenant), await call(counsellor_at, tenant, 2)
    begun = await call(clock.now)
    async with (
        clients.visitor(tenant) as tab,
        clients.desk(tenant, cookie=visit.cookie) as window,
        clients.desk(tenant, cookie=busy.cookie) as colleague,
    ):
        await window.ready()
        await window.claim(tab.conversation)
        await moved_clock(begun + timedelta(minutes=14))
        # Who clicks at the desk says so; what a page fetches by itself is not the person.
        await colleague.send({"type": "active"})
        by_itself = {"sec_fetch_mode": "cors"}
        assert (await call(lambda: visit.get("/desk/", **by_itself))).status_code == 200
        await colleague.ready()
        await moved_clock(begun + A_QUARTER + timedelta(seconds=1))
        await runtime().attendance.look()

        assert await window.closed() == 4423
        await colleague.nothing_more()
        assert [(await call(one.get, "/desk/")).status_code for one in (visit, busy)] == [302, 200]
        again = clients.Desk(
            clients.headers_at(clients.host_of(tenant, "desk"), cookie=visit.cookie)
        )
        assert await again.open()
        assert await again.closed() == 4423

        # Elsewhere the lock is no lock, and nothing is there to be unlocked.
        elsewhere = Visit(clients.host_of(other, "desk"), visit.login, visit.client)
        refused = await call(lambda: elsewhere.post("/desk/unlock/", password=PASSWORD))
        assert refused["Location"] == "/desk/login/"
        key = visit.cookie
        script = "application/json"
        for password, status, said in (("wrong", 403, "refused"), (PASSWORD, 200, "in")):
            sent = {"accept": script, "password": password}
            answer = await call(lambda sent=sent: visit.post("/desk/unlock/", **sent))  # type: ignore[misc]
            assert (answer.status_code, answer.json()["step"]) == (status, said)
        assert visit.cookie != key
        async with clients.desk(tenant, cookie=visit.cookie) as back:
            talks = [one["conversation"] for one in back.welcome["conversations"]]
            assert talks == [tab.conversation]


async def test_request_of_a_person_keeps_the_desk_open_and_the_charter_ends_it(
    tenant: Tenant,
) -> None:
    visit = await call(counsellor_at, tenant)
    begun = await call(clock.now)
    statuses = []
    for minutes in range(0, 12 * 60 + 1, 14):
        await moved_clock(begun + timedelta(minutes=minutes))
        statuses.append((await call(visit.get, "/desk/")).status_code)
    await moved_clock(begun + timedelta(hours=12, minutes=1))

    assert set(statuses) == {200}
    assert (await call(visit.get, "/desk/"))["Location"] == "/desk/login/"
    assert (await call(visit.get, "/desk/unlock/"))["Location"] == "/desk/login/"


async def test_newer_sign_in_ends_the_one_before_and_says_so(tenant: Tenant, other: Tenant) -> None:
    visit, outsider = await call(counsellor_at, tenant), await call(counsellor_at, other)
    async with (
        clients.desk(tenant, cookie=visit.cookie) as here,
        clients.desk(tenant, cookie=visit.cookie) as beside,
        clients.desk(other, cookie=outsider.cookie) as there,
    ):
        begun = time.monotonic()
        newer = await call(counsellor_at, tenant)
        assert [await one.closed() for one in (here, beside)] == [4409, 4409]
        assert time.monotonic() - begun < AT_ONCE_SECONDS
        assert [(await call(one.get, "/desk/")).status_code for one in (visit, newer)] == [302, 200]
        await there.nothing_more()


Ending = Callable[[Tenant, Membership], object]


def _scoped(act: Callable[[Tenant, UUID], object]) -> Ending:
    def ending(tenant: Tenant, member: Membership) -> None:
        with tenant_scope(tenant):
            act(tenant, member.pk)

    return ending


def _given_another_role(tenant: Tenant, member: Membership) -> None:
    administrator = hire(tenant, Role.ADMINISTRATOR)
    with tenant_scope(tenant):
        change_place(
            tenant,
            administrator,
            member.pk,
            role=Role.OFFICER,
            title=member.title,
            first_name=member.first_name,
            active=True,
        )


ENDINGS: dict[str, Ending] = {
    "shut out everywhere": lambda _, member: staff.deactivate(member.user),
    "let go": _scoped(lambda tenant, pk: staff.leave(tenant, pk, actor=None)),
    "signed out": _scoped(lambda tenant, pk: staff.sign_out_everywhere(tenant, pk, actor=None)),
    "another role": _given_another_role,
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_who_must_go_is_out_at_every_window_within_two_seconds(
    tenant: Tenant, other: Tenant, ending: str
) -> None:
    visit, colleague = await call(counsellor_at, tenant), await call(counsellor_at, tenant, 2)
    outsider = await call(counsellor_at, other)
    member = await call(hire, tenant)
    async with (
        clients.visitor(tenant) as tab,
        clients.desk(tenant, cookie=visit.cookie) as window,
        clients.desk(tenant, cookie=colleague.cookie) as beside,
        clients.desk(other, cookie=outsider.cookie) as there,
    ):
        await window.ready()
        await window.claim(tab.conversation)
        begun = time.monotonic()
        await call(ENDINGS[ending], tenant, member)
        assert await window.closed() == 4401
        assert time.monotonic() - begun < AT_ONCE_SECONDS

        assert (await call(visit.get, "/desk/")).status_code == 302
        await beside.nothing_more()
        await there.nothing_more()
        rows = await call(lambda: StaffSession.objects.filter(user=member.user_id).count())
        assert rows == 0


def test_office_shows_who_is_signed_in_and_signs_them_out(tenant: Tenant, other: Tenant) -> None:
    member, foreign = hire(tenant), hire(other)
    visit, outsider = counsellor_at(tenant), counsellor_at(other)
    hire(tenant, Role.ADMINISTRATOR)
    boss = Visit.desk(tenant, address_of(tenant, Role.ADMINISTRATOR, 1))
    boss.sign_in()
    page = f"/desk/office/staff/{member.pk}/"

    assert "data-sitting" in boss.get(page).content.decode()
    assert visit.post(f"{page}out/").status_code == 404
    assert boss.post(f"/desk/office/staff/{foreign.pk}/out/").status_code == 404
    assert boss.post(f"{page}out/")["Location"] == page
    assert [one.get("/desk/").status_code for one in (visit, outsider, boss)] == [302, 200, 200]
    assert "data-sitting" not in boss.get(page).content.decode()


async def test_lock_asks_for_the_factor_too_where_there_is_one(tenant: Tenant) -> None:
    visit = await call(counsellor_at, tenant)
    await call(visit.set_up_app)
    await moved_clock(await call(clock.now) + A_QUARTER)

    def unlocked(**said: str) -> tuple[int, str]:
        answer = visit.post("/desk/unlock/", accept="application/json", **said)
        return answer.status_code, answer.json()["step"]

    assert await call(lambda: unlocked(password=PASSWORD)) == (200, "factor")
    assert (await call(visit.get, "/desk/")).status_code == 302
    code = visit.codes[0]
    assert await call(lambda: unlocked(password="x", factor_code=code)) == (403, "refused")
    assert await call(lambda: unlocked(password=PASSWORD, factor_code=code)) == (200, "in")
    assert (await call(visit.get, "/desk/")).status_code == 200


async def test_gate_costs_no_query_more(tenant: Tenant) -> None:
    """What is asked of each request stands in the row that was read anyway."""
    visit = await call(counsellor_at, tenant)

    def asked() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            visit.get("/desk/handbook/")
        return len([one for one in queries if "tenants_staffsession" in one["sql"]])

    assert await call(asked) == 1
    assert await scoped_call(tenant, sessions.sittings, tenant, []) == []
