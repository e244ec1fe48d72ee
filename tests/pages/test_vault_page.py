"""Who may come to the vault's pages, on a line's own host and on the platform's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from retention.models import AddressRecord, VaultPerson, VaultRequest
from retention.vault.records import reference_of
from tenants.models import AuditEntry, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import vault, world
from tests.pages.reading import Page
from tests.web import Client
from tests.world import PASSWORD, address_of, hire

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/office/vault/"


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    vault.furnish(lines[0])
    return lines[0]


@pytest.fixture
def talk(tenant: Tenant) -> UUID:
    return vault.begun(tenant)


@pytest.fixture
def request_id(tenant: Tenant, talk: UUID) -> UUID:
    return vault.ask_for(tenant, vault.officer(tenant), talk).pk


class Visit:
    """One browser on one host."""

    def __init__(self, label: str) -> None:
        self.client, self.host = Client(), f"{label}.{settings.HELPLINE_BASE}"

    def get(self, path: str) -> Answer:
        return self.client.get(path, headers={"host": self.host}, secure=True)

    def post(self, path: str, **said: str) -> Answer:
        return self.client.post(path, said, headers={"host": self.host}, secure=True)


def desk(line: Tenant, role: str, number: int = 1) -> Visit:
    """Return the browser of a member who has signed in at a desk."""
    hire(line, role, number)
    visit = Visit(f"desk-{line.slug}")
    said = {"login": address_of(line, role, number), "password": PASSWORD}
    assert visit.post("/desk/login/", **said).status_code == 302
    return visit


def platform(login: str) -> Visit:
    visit = Visit("admin")
    visit.post("/login/?next=/vault/", login=login, password=PASSWORD)
    return visit


def at_platform(tenant: Tenant, request_id: UUID | None = None) -> str:
    return f"/vault/t/{tenant.slug}/{f'{request_id}/' if request_id else ''}"


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_vault_is_unknown_to_members_of_other_roles(
    tenant: Tenant, request_id: UUID, role: str
) -> None:
    nobody, officer = desk(tenant, role), desk(tenant, Role.OFFICER)

    for path in (PAGE, f"{PAGE}{request_id}/"):
        assert officer.get(path).status_code == 200
        assert nobody.get(path).status_code == 404
        assert nobody.post(path, do="agree", password=PASSWORD).status_code == 404
    assert PAGE not in nobody.get("/desk/").content.decode()


def test_request_of_another_line_is_as_unknown_as_one_that_was_never_made(
    tenant: Tenant, lines: list[Tenant], request_id: UUID
) -> None:
    outsider, officer = desk(lines[1], Role.OFFICER), desk(tenant, Role.OFFICER)

    foreign, unknown = (outsider.get(f"{PAGE}{one}/") for one in (request_id, uuid4()))

    assert officer.get(f"{PAGE}{request_id}/").status_code == 200
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.content == unknown.content


def test_colleague_of_the_one_who_asked_does_not_see_the_request(
    tenant: Tenant, request_id: UUID
) -> None:
    colleague = desk(tenant, Role.OFFICER, 2)

    assert colleague.get(f"{PAGE}{request_id}/").status_code == 404
    assert str(request_id) not in colleague.get(PAGE).content.decode()


def test_platforms_vault_asks_everybody_to_sign_in_and_lets_operators_in_alone(
    tenant: Tenant, lines: list[Tenant], request_id: UUID
) -> None:
    vault.officer(tenant)
    paths = ["/vault/", at_platform(tenant), at_platform(tenant, request_id)]
    stranger, officer = Visit("admin"), platform(address_of(tenant, Role.OFFICER, 1))
    operator = platform(vault.operator().email)

    for path in paths:
        assert operator.get(path).status_code == 200
        for nobody in (stranger, officer):
            answer = nobody.get(path)
            assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")
            assert nobody.post(path, do="agree", password=PASSWORD).status_code in (302, 405)
    # An operator of yesterday is nobody today, with a session that still stands.
    former = platform(vault.operator(2).email)
    assert former.get("/vault/").status_code == 200
    User.objects.filter(pk=vault.operator(2).pk).update(is_staff=False)
    assert [former.get(path).status_code for path in paths] == [302] * 3
    # Not through another line's door either.
    assert operator.get(at_platform(lines[1], request_id)).status_code == 404
    assert operator.get("/vault/t/nobody/").status_code == 404


def test_line_that_keeps_no_addresses_says_so(tenant: Tenant, lines: list[Tenant]) -> None:
    page = desk(lines[1], Role.OFFICER).get(f"{PAGE}?lang=en").content.decode()

    assert "This line keeps no addresses." in page
    assert 'name="reference"' not in page


def test_form_and_answers_go_from_asking_to_destroying(tenant: Tenant, talk: UUID) -> None:
    officer, operator = desk(tenant, Role.OFFICER), platform(vault.operator().email)
    said = {"reference": reference_of(talk), "password": PASSWORD, **vault.BASIS}

    opening = officer.post(PAGE, **said)["Location"]
    request_id = UUID(opening.rstrip("/").rpartition("/")[2])
    assert officer.get(opening)["Refresh"] == f"5; url={opening}"
    agreed = operator.post(at_platform(tenant, request_id), do="agree", password=PASSWORD)
    assert agreed.status_code == 302
    assert "203.0.113.77" not in operator.get(agreed["Location"]).content.decode()
    refused = officer.post(opening, do="show", password="not this one")
    shown = officer.post(opening, do="show", password=PASSWORD)

    assert refused.status_code == 403
    assert {"203.0.113.77", "50123", "2026-11-22 02:58:31", "2026-11-22 03:58:31"} <= Page(
        shown.content.decode()
    ).texts
    assert 1790 <= int(shown["Refresh"].partition(";")[0]) <= 1800
    assert shown["Cache-Control"] == "no-store"
    assert officer.post(opening, do="finish")["Location"] == PAGE
    assert officer.post(opening, do="show", password=PASSWORD).status_code == 403
    with tenant_scope(tenant):
        entries = AuditEntry.objects.filter(subject=talk).order_by("id")
        assert [(one.action, one.at_hour.minute) for one in entries] == [
            ("vault.asked", 0), ("vault.opened", 0), ("vault.shown", 0),
        ]  # fmt: skip
        assert VaultRequest.objects.get().state == VaultRequest.State.DONE
        assert AddressRecord.objects.count() == 1


def test_key_is_made_as_people_sign_in_at_their_own_doors(lines: list[Tenant]) -> None:
    operator = User.objects.create_superuser("duty@helpline.example", PASSWORD, "Duty")
    desk(lines[0], Role.COUNSELLOR), desk(lines[0], Role.OFFICER), desk(lines[1], Role.OFFICER)

    platform(operator.email)

    made = set(VaultPerson.objects.values_list("user__email", flat=True))
    assert made == {operator.email, address_of(lines[0], Role.OFFICER, 1)}


def test_operator_who_changes_the_password_keeps_the_key(
    tenant: Tenant, request_id: UUID, talk: UUID
) -> None:
    duty, changed = vault.operator(), "a password of another kind"
    operator = platform(duty.email)
    said = {"old_password": PASSWORD, "new_password1": changed, "new_password2": changed}

    assert operator.get("/password_change/").status_code == 200
    wrong = operator.post("/password_change/", **{**said, "old_password": "not this one"})
    right = operator.post("/password_change/", **said)

    assert (wrong.status_code, right.status_code) == (200, 302)
    path = at_platform(tenant, request_id)
    assert operator.post(path, do="agree", password=PASSWORD).status_code == 403
    assert operator.post(path, do="agree", password=changed).status_code == 302
    officer = vault.officer(tenant)
    with tenant_scope(tenant):
        request = VaultRequest.objects.get(pk=request_id)
    assert vault.shown_to(tenant, officer, request).address.ip == "203.0.113.77"
