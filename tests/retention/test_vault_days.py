"""Days of the vault and the keys of its people: who can open which."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest

from retention import clock
from retention.models import VaultPerson
from retention.vault import days, openings, people
from retention.vault.days import NoShare, key_of_today
from retention.vault.lives import DAY, begin_of
from retention.vault.openings import Over
from retention.vault.people import NotEnrolled, PasswordChanged, WrongPassword
from tenants.errors import HelplineError, NotFound
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests import vault
from tests.talks import owner_rows
from tests.world import PASSWORD, hire, move_clock

pytestmark = pytest.mark.django_db(transaction=True)


def test_days_are_made_ahead_and_once(tenant: Tenant, two: tuple[User, User]) -> None:
    today = clock.now().date()
    query = "SELECT day, public, expires_at FROM vault_day ORDER BY day"
    made = owner_rows("keys", query)

    assert days.make_days() == 0

    assert owner_rows("keys", query) == made
    assert [(day, ends - begin_of(day)) for day, _, ends in made] == [
        (today, 7 * DAY),
        (today + DAY, 7 * DAY),
    ]


def test_new_officer_opens_the_days_that_are_still_to_come(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    newcomer = vault.officer(tenant, 2)

    assert days.make_days() == 1

    with pytest.raises(NoShare):
        vault.ask_for(tenant, newcomer, talk)
    move_clock(begin_of((clock.now() + DAY).date()))
    assert vault.ask_for(tenant, newcomer, vault.begun(tenant)).state == "asked"
    assert vault.ask_for(tenant, two[0], talk).state == "asked"


def test_officer_who_has_left_opens_nothing(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    officer = two[0]
    owner_rows(
        "default", "UPDATE tenants_membership SET active = false WHERE user_id = %s", officer.pk
    )

    with pytest.raises(NotFound):
        vault.ask_for(tenant, officer, talk)


def test_new_password_makes_a_new_key_at_the_next_sign_in(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    officer = two[0]
    assert people.enrol(officer, PASSWORD) is False

    officer.set_password("another long password")
    officer.save(update_fields=["password"])
    with pytest.raises(PasswordChanged):
        vault.ask_for(tenant, officer, talk, password="another long password")
    with tenant_scope(tenant):
        people.greet(tenant, officer, "another long password")

    with pytest.raises(WrongPassword):
        people.unlock(officer, PASSWORD)
    with pytest.raises(NoShare, match="has been changed"):
        vault.ask_for(tenant, officer, talk, password="another long password")
    assert days.make_days() == 1


def test_key_is_made_at_sign_in_for_those_who_need_one(tenant: Tenant, other: Tenant) -> None:
    officer, elsewhere = (hire(line, Role.OFFICER).user for line in (tenant, other))
    counsellor = hire(tenant).user

    for line, user in (
        (tenant, officer),
        (other, elsewhere),
        (tenant, counsellor),
        (None, officer),
    ):
        people.greet(line, user, PASSWORD)

    assert set(VaultPerson.objects.values_list("pk", flat=True)) == {officer.pk}
    with pytest.raises(NotEnrolled):
        people.unlock(counsellor, PASSWORD)


@pytest.mark.parametrize("missing", ["officer", "operator"])
def test_without_people_on_both_sides_there_is_no_key_and_an_alarm(
    tenant: Tenant, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    if missing == "operator":
        vault.officer(tenant)
    else:
        vault.operator()

    with caplog.at_level(logging.ERROR, logger="helpline"):
        assert days.make_days() == 0
        with tenant_scope(tenant):
            assert key_of_today(tenant) is None

    assert [one.message for one in caplog.records] == [
        *["vault_without_people"] * 2,
        "vault_without_key",
    ]


def test_line_that_keeps_no_addresses_has_no_days(other: Tenant, two: tuple[User, User]) -> None:
    vault.officer(other)

    days.make_days()

    assert owner_rows("keys", "SELECT 1 FROM vault_day WHERE tenant = %s", other.pk) == []
    with tenant_scope(other):
        assert key_of_today(other) is None


def test_every_refusal_is_one_that_a_page_can_tell() -> None:
    for refusal in (NoShare, Over, WrongPassword, PasswordChanged, NotEnrolled, openings.Nobody):
        assert issubclass(refusal, HelplineError)
