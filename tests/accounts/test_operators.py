"""The first operator comes in by a command; the demo's made-up staff come in at home alone."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from pytest_django import Settings

from retention import clock
from tenants.models import AccountLink, Role, Tenant, User
from tests.accounts.mails import NEW, Browser, sent, stage
from tests.talks import owner_rows
from tests.world import PASSWORD, address_of, hire, move_clock, open_tenants

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]

FIRST = "first@helpline.example"


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    return open_tenants("tidaholm")[0]


def create_operator(*said: str) -> str:
    """Run the command; return the token that it prints, behind the #."""
    out = StringIO()
    call_command("create_operator", *said, stdout=out)
    url, _, token = out.getvalue().strip().splitlines()[-1].partition("#")
    assert url.endswith("/link/")
    return token


def test_first_operator_sets_a_password_and_signs_in(tenant: Tenant) -> None:
    token = create_operator(FIRST, "--name", "First One")
    browser = Browser()
    user = User.objects.get(email=FIRST)
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, True, False)
    assert token not in str(owner_rows("default", "SELECT l::text FROM tenants_accountlink l"))
    with pytest.raises(CommandError, match="--again"):
        create_operator(FIRST)
    again = create_operator(FIRST, "--again")
    assert stage(browser.open_link(token)) == (410, "dead")
    assert stage(Browser(tenant).open_link(again)) == (410, "dead")

    assert stage(browser.open_link(again)) == (200, "set")
    assert stage(browser.open_link(again, password=NEW)) == (200, "done")
    assert stage(browser.open_link(again, password=PASSWORD)) == (410, "dead")
    assert browser.signs_in(FIRST, NEW)
    assert sent() == []

    late = create_operator(FIRST, "--again")
    move_clock(clock.now() + timedelta(hours=24))
    assert stage(browser.open_link(late)) == (410, "dead")
    sent()
    assert AccountLink.objects.count() == 0
    # Forgotten is as at a desk, and leads back to the platform's own door.
    assert stage(browser.forget(FIRST)) == (200, "asked")
    (mailed,) = sent()
    assert mailed.to == [FIRST]
    assert "//admin." in mailed.url


def test_who_answers_at_a_line_becomes_no_operator(tenant: Tenant) -> None:
    member = hire(tenant)

    with pytest.raises(CommandError, match="is no operator"):
        create_operator(member.user.email, "--name", "x", "--again")
    for said in (["nobody"], [FIRST]):
        with pytest.raises(CommandError):
            create_operator(*said)

    assert not User.objects.filter(is_staff=True).exists()


def test_made_up_staff_are_let_in_at_home_alone(
    tenant: Tenant, settings: Settings, tmp_path: Path
) -> None:
    def found() -> list[str | None]:
        every = checks.run_checks(include_deployment_checks=True, databases=["default"])
        return [one.id for one in every if one.id == "helpline.E003"]

    real = hire(tenant, Role.COUNSELLOR, 7)
    settings.HELPLINE_STAFF_MFA = "off"
    assert found() == []
    call_command("load_demo_staff", json=tmp_path / "demo.json", stdout=StringIO())
    made_up = "elin@tidaholm.example"
    User.objects.filter(is_demo=True).update(password=real.user.password)
    assert found() == ["helpline.E003"]
    here = Browser(tenant)
    assert here.signs_in(made_up, PASSWORD)
    assert Browser().signs_in("admin@helpline.example", PASSWORD)

    settings.HELPLINE_STAFF_MFA = "required"

    assert here.get("/desk/").status_code == 302
    assert not Browser(tenant).signs_in(made_up, PASSWORD)
    assert not Browser().signs_in("admin@helpline.example", PASSWORD)
    assert Browser(tenant).signs_in(address_of(tenant, Role.COUNSELLOR, 7), PASSWORD)
    User.objects.update(is_demo=False)
    assert found() == []
