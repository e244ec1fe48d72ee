"""A password alone opens no door of the staff's; a second factor beside it opens one's own."""

from __future__ import annotations

import re

import pytest
from django import test
from django.core.checks import run_checks
from pytest_django import Settings

from chat.calls import call
from tenants.models import AuditEntry, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import clients
from tests.accounts.mails import told
from tests.accounts.visits import Visit, digits
from tests.clients import host_of
from tests.talks import owner_rows
from tests.world import address_of, encoded_password, hire, member_in

pytestmark = pytest.mark.django_db(transaction=True)

DESK = ["/desk/", "/desk/office/staff/", "/desk/office/vault/", "/desk/handbook/", "/desk/step-up/"]
PLATFORM = ["/", "/tenants/tenant/", "/vault/", "/password_change/", "/step-up/"]


def administrator_of(tenant: Tenant) -> Visit:
    hire(tenant, Role.ADMINISTRATOR)
    return Visit.desk(tenant, address_of(tenant, Role.ADMINISTRATOR, 1))


def operator() -> Visit:
    user = User.objects.create_superuser("drift@helpline.example", name="Drift")
    User.objects.filter(pk=user.pk).update(password=encoded_password())
    return Visit.platform(user.email)


async def socket_of(tenant: Tenant, cookie: str) -> int:
    """Return the code that a desk's socket is closed with before it has said anything; 0: it is let in."""
    window = clients.Desk(clients.headers_at(host_of(tenant, "desk"), cookie=cookie))
    assert await window.open()
    try:
        await window.send({"type": "hello", "protocol": 1})
        event = await window.communicator.output_queue.get()
        return int(event.get("code", 0))
    finally:
        await window.drop()


def opened(visit: Visit, paths: list[str]) -> list[str]:
    """Return which of these pages are shown to who they are for."""
    return [path for path in paths if visit.get(path).status_code == 200]


async def test_until_a_factor_was_given_no_door_opens_and_then_all_do(
    tenant: Tenant, other: Tenant
) -> None:
    desk = await call(administrator_of, tenant)
    outsider = await call(administrator_of, other)
    platform = await call(operator)

    for visit in (desk, platform, outsider):
        assert (await call(visit.sign_in))["Location"].endswith("account/")
    # Nothing but setting one up, at a desk, on the platform and through a socket.
    assert await call(opened, desk, [*DESK, "/desk/account/"]) == ["/desk/account/"]
    assert await call(opened, platform, [*PLATFORM, "/account/"]) == ["/account/"]
    assert await socket_of(tenant, desk.cookie) == 4401
    # What is begun at one door goes on at no other.
    borrowed = Visit(outsider.host, desk.login, desk.client)
    assert await call(opened, borrowed, ["/desk/account/", "/desk/account/app/"]) == []

    wrong = await call(lambda: desk.post("/desk/account/app/", factor_code="000000"))
    assert (wrong.status_code, await socket_of(tenant, desk.cookie)) == (403, 4401)
    for visit in (desk, platform):
        assert (await call(visit.set_up_app)).status_code == 200
        assert len(set(visit.codes)) == 10
    assert await call(opened, desk, DESK[:2]) == DESK[:2]
    assert await call(opened, platform, PLATFORM[:4]) == PLATFORM[:4]
    assert await socket_of(tenant, desk.cookie) == 0
    assert await socket_of(other, desk.cookie) == 4401
    assert await socket_of(other, outsider.cookie) == 4401


def test_factor_is_asked_from_then_on_and_each_code_is_good_once(
    tenant: Tenant, other: Tenant
) -> None:
    visit, outsider = administrator_of(tenant), administrator_of(other)
    visit.enter()
    outsider.enter()
    visit.post("/desk/logout/")

    assert visit.sign_in()["Location"] == "/desk/login/factor/"
    # Not by setting up another: that would make the first one worth nothing.
    assert visit.get("/desk/account/app/").status_code == 302
    refused = [visit.factor(visit.used), visit.factor(digits(outsider.secret, steps=1))]
    refused.append(visit.factor(outsider.codes[0]))
    assert [one.status_code for one in refused] == [403, 403, 403]
    assert visit.get("/desk/").status_code == 302
    assert visit.factor(digits(visit.secret, steps=1))["Location"] == "/desk/"
    assert visit.get("/desk/").status_code == 200

    for code, status in ((visit.codes[3], 302), (visit.codes[3], 403), (visit.codes[4], 302)):
        visit.post("/desk/logout/")
        visit.sign_in()
        assert visit.factor(code).status_code == status


def test_codes_are_guessed_six_times_and_no_more(tenant: Tenant) -> None:
    visit = administrator_of(tenant)
    visit.enter()
    visit.post("/desk/logout/")
    visit.sign_in()

    statuses = [visit.factor("000000").status_code for _ in range(6)]
    right = visit.factor(visit.codes[0])

    assert (statuses, right.status_code) == ([403] * 6, 429)
    assert visit.get("/desk/").status_code == 302


def test_last_factor_stays_where_one_is_required(tenant: Tenant, settings: Settings) -> None:
    visit = administrator_of(tenant)
    visit.enter()
    page = visit.get("/desk/account/").content.decode()
    [factor] = re.findall(r'name="factor" value="(\d+)"', page)

    assert visit.post("/desk/account/remove/", factor=factor).status_code == 409
    settings.HELPLINE_STAFF_MFA = "off"
    assert visit.post("/desk/account/remove/", factor=factor).status_code == 302

    visit.post("/desk/logout/")
    assert visit.sign_in()["Location"] == "/desk/"


def test_what_is_changed_at_the_platforms_door_is_told_to_its_person_and_to_each_of_their_lines(
    tenant: Tenant, other: Tenant, settings: Settings
) -> None:
    member, outsider = hire(tenant, Role.ADMINISTRATOR), hire(other, Role.ADMINISTRATOR)
    with tenant_scope(other):
        there = member_in(other, member.user, Role.COUNSELLOR, 9)
    visit = Visit.platform(member.user.email)
    visit.enter()
    [factor] = re.findall(r'name="factor" value="(\d+)"', visit.get("/account/").content.decode())
    assert visit.post("/account/codes/").status_code == 200
    # One that is not theirs changes nothing, and nothing is told of it.
    assert visit.post("/account/remove/", factor="999999").status_code == 302
    settings.HELPLINE_STAFF_MFA = "off"
    assert visit.post("/account/remove/", factor=factor).status_code == 302

    did = ["member.factor_added", "member.codes_made", "member.factor_removed"]
    for line, who in ((tenant, member), (other, there)):
        with tenant_scope(line):
            rows = AuditEntry.objects.filter(actor__isnull=False).order_by("pk")
            found = list(rows.values_list("action", "actor", "subject"))
        assert found == [(action, who.pk, who.pk) for action in did]
    mails = told()
    assert [to for to, _ in mails] == [member.user.email] * 3
    assert [phrase in said for (_, said), phrase in zip(mails, (
        "was added to your account", "New recovery codes were made", "was removed from your account",
    ), strict=True)] == [True] * 3  # fmt: skip
    # Neither line is named to whoever reads over a shoulder, nor is the other told of anything.
    assert [name for name in (tenant.name, other.name) if name in str(mails)] == []
    assert outsider.user.email not in str(mails)
    assert told() == []


def test_where_it_is_off_who_has_one_is_asked_all_the_same(
    tenant: Tenant, password_is_enough: None
) -> None:
    visit = administrator_of(tenant)
    assert visit.sign_in()["Location"] == "/desk/"
    visit.set_up_app()
    visit.post("/desk/logout/")

    assert visit.sign_in()["Location"] == "/desk/login/factor/"
    assert visit.get("/desk/").status_code == 302


def test_session_that_was_opened_past_our_doors_has_nobody_in_it() -> None:
    """Such as by a view of Django's that somebody has left in the way."""
    visit = operator()
    user = User.objects.get(email=visit.login)

    test.Client.force_login(visit.client, user)
    assert visit.get("/").status_code == 302
    visit.client.force_login(user)
    assert visit.get("/").status_code == 200


def test_secrets_are_sealed_wherever_they_lie(tenant: Tenant) -> None:
    visit = administrator_of(tenant)
    visit.sign_in()
    visit.set_up_app()

    rows = owner_rows("default", "SELECT data::text FROM mfa_authenticator")
    rows += owner_rows("default", "SELECT session_data FROM tenants_staffsession")
    kept = " ".join(row[0] for row in rows)
    assert len(rows) == 3
    assert visit.secret.replace(" ", "") not in kept
    assert [code for code in visit.codes if code in kept] == []


def test_person_who_is_forgotten_leaves_no_factor_and_no_session(tenant: Tenant) -> None:
    visit = administrator_of(tenant)
    visit.enter()

    owner_rows("default", "DELETE FROM tenants_membership RETURNING 1")
    owner_rows("default", "DELETE FROM tenants_user RETURNING 1")

    for table in ("mfa_authenticator", "tenants_staffsession"):
        assert owner_rows("default", f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608


@pytest.mark.parametrize(("mode", "found"), [("off", True), ("required", False)])
def test_deployment_without_second_factors_is_refused(
    settings: Settings, mode: str, *, found: bool
) -> None:
    settings.HELPLINE_STAFF_MFA = mode

    problems = {one.id for one in run_checks(include_deployment_checks=True)}

    assert ("helpline.E004" in problems) is found
