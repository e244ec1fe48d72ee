"""Some pages ask once more who is there, and lose nothing of what was typed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from retention import clock
from retention.models import Hold
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests.accounts.visits import Visit
from tests.holds import AUTHORITY, REFERENCE, ended
from tests.talks import owner_rows
from tests.world import PASSWORD, address_of, hire, move_clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]

PLACE = "/desk/office/holds/place/"


def at_desk(tenant: Tenant, role: str) -> Visit:
    hire(tenant, role)
    visit = Visit.desk(tenant, address_of(tenant, role, 1))
    assert visit.sign_in().status_code == 302
    return visit


def held(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return int(Hold.objects.count())


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_form_that_is_sent_too_late_is_asked_about_and_sent_on_whole(other: Tenant) -> None:
    talk = ended(other, "jeg er redd")
    officer = at_desk(other, Role.OFFICER)
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    typed = {"talk": str(talk), "reason": "investigation", "authority": AUTHORITY}
    typed |= {"reference": f'{REFERENCE} "<&>"', "review_on": day}

    move_clock(clock.now() + timedelta(minutes=5, seconds=1))
    asked = officer.post(PLACE, **typed)
    assert (asked.status_code, held(other)) == (200, 0)
    sent = hidden(asked.content.decode())
    assert {name: sent[name] for name in typed} == typed
    wrong = officer.post(PLACE, **sent, step_up_password="wrong")
    assert (wrong.status_code, held(other)) == (403, 0)
    key = officer.cookie
    placed = officer.post(PLACE, **hidden(wrong.content.decode()), step_up_password=PASSWORD)

    assert (placed.status_code, held(other)) == (302, 1)
    assert officer.cookie != key
    [row] = owner_rows("default", "SELECT reference FROM retention_hold")
    assert row[0] == typed["reference"]


def test_page_asks_first_and_is_gone_on_to(other: Tenant, tenant: Tenant) -> None:
    officer, outsider = at_desk(other, Role.OFFICER), at_desk(tenant, Role.OFFICER)
    counsellor = at_desk(other, Role.COUNSELLOR)
    assert officer.get(PLACE).status_code == 200
    move_clock(clock.now() + timedelta(minutes=5, seconds=1))

    there = officer.get(f"{PLACE}?talk=x")["Location"]
    assert there == "/desk/step-up/?next=%2Fdesk%2Foffice%2Fholds%2Fplace%2F%3Ftalk%3Dx"
    assert officer.post(there, step_up_password=PASSWORD)["Location"] == f"{PLACE}?talk=x"
    assert officer.get(PLACE).status_code == 200
    away = officer.post("/desk/step-up/?next=//elsewhere.example/", step_up_password=PASSWORD)
    assert away["Location"] == "/desk/"
    # Who may not see the page is told what they always were, and asked nothing.
    assert counsellor.get(PLACE).status_code == 404
    borrowed = Visit(outsider.host, officer.login, officer.client)
    assert borrowed.get(PLACE)["Location"] == "/desk/login/"


def test_code_of_an_app_is_proof_enough_and_somebody_elses_is_none(
    other: Tenant, tenant: Tenant
) -> None:
    officer, outsider = at_desk(other, Role.OFFICER), at_desk(tenant, Role.OFFICER)
    for one in (officer, outsider):
        one.set_up_app()
    move_clock(clock.now() + timedelta(minutes=6))
    path = "/desk/step-up/?next=/desk/office/holds/"

    assert officer.post(path, factor_code=outsider.codes[0]).status_code == 403
    assert officer.post(path, factor_code=officer.codes[0])["Location"] == "/desk/office/holds/"
