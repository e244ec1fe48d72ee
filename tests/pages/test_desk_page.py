"""The desk's door: who is let in, and that a refusal tells nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import translation

from tenants.models import Membership, Role, Tenant, User
from tenants.scope import tenant_scope
from tests.pages.conftest import Get
from tests.pages.reading import Page, used_texts
from tests.web import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PASSWORD = "fjord-lykt-bris-1234"


@dataclass
class Door:
    """One browser at the desk of one tenant."""

    slug: str
    client: Client

    @property
    def _host(self) -> dict[str, str]:
        return {"host": f"desk-{self.slug}.{settings.HELPLINE_BASE}"}

    def get(self, path: str = "/desk/", **query: str) -> Answer:
        return self.client.get(path, query, headers=self._host, secure=True)

    def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        said = {"login": login, "password": password}
        return self.client.post("/desk/login/", said, headers=self._host, secure=True)

    def sign_out(self) -> Answer:
        return self.client.post("/desk/logout/", headers=self._host, secure=True)


@pytest.fixture
def counsellor(charters: dict[str, Tenant]) -> User:
    user = User.objects.create_user("kari@example.org", password=PASSWORD, name="Kari Nes")
    with tenant_scope(charters["tidaholm"]):
        Membership.objects.create(
            tenant=charters["tidaholm"],
            user=user,
            role=Role.COUNSELLOR,
            title={"sv": "Socionom"},
            first_name="Kari",
        )
    return user


def test_member_comes_in_and_an_outsider_does_not(counsellor: User) -> None:
    own, other = Door("tidaholm", Client()), Door("urph", Client())

    came_in = own.sign_in("KARI@example.org")
    stayed_out = other.sign_in("kari@example.org")

    assert (came_in.status_code, came_in.headers["Location"]) == (302, "/desk/")
    assert b"Kari Nes" in own.get().content
    assert stayed_out.status_code == 403
    assert other.get().headers["Location"] == "/desk/login/"


def test_session_of_one_desk_is_nothing_at_another(counsellor: User) -> None:
    own = Door("tidaholm", Client())
    own.sign_in("kari@example.org")

    assert Door("urph", own.client).get().headers["Location"] == "/desk/login/"


def test_unknown_address_and_wrong_password_get_the_same_answer(counsellor: User) -> None:
    def answer(login: str, password: str) -> str:
        page = Door("tidaholm", Client()).sign_in(login, password).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        return page.replace(login, "LOGIN")

    assert answer("nobody@example.org", PASSWORD) == answer("kari@example.org", "not-the-password")


def test_password_is_not_sent_back(counsellor: User) -> None:
    page = Door("tidaholm", Client()).sign_in("kari@example.org", "secret-attempt-1")

    assert b"secret-attempt-1" not in page.content


def test_signing_out_closes_the_desk(counsellor: User) -> None:
    door = Door("tidaholm", Client())
    door.sign_in("kari@example.org")
    before = door.get().status_code

    left = door.sign_out()

    assert before == 200
    assert left.headers["Location"] == "/desk/login/"
    assert door.get().status_code == 302


def test_desk_is_reached_from_its_front_and_refuses_forged_forms(
    counsellor: User, get: Get
) -> None:
    front = get("desk-tidaholm", "/")
    forged = Door("tidaholm", Client(enforce_csrf_checks=True)).sign_in("kari@example.org")

    assert front.headers["Location"] == "/desk/"
    assert forged.status_code == 403


def test_form_is_sent_with_its_origin(get: Get) -> None:
    # Under "no-referrer" browsers send `Origin: null`, which the CSRF check refuses.
    assert get("desk-tidaholm", "/desk/login/").headers["Referrer-Policy"] == "same-origin"


def test_language_is_the_tenants_until_another_is_chosen(counsellor: User) -> None:
    door = Door("tidaholm", Client())

    own = door.get("/desk/login/").content.decode()
    chosen = door.get("/desk/login/", lang="nb").content.decode()
    door.sign_in("kari@example.org")
    desk = door.get().content.decode()

    languages = [re.findall(r'<html lang="(\w+)"', page)[0] for page in (own, chosen, desk)]
    assert languages == ["sv", "nb", "nb"]


@pytest.mark.parametrize("language", ["nb", "sv"])
def test_desk_and_door_are_wholly_translated(counsellor: User, language: str) -> None:
    door = Door("tidaholm", Client())
    outside = door.get("/desk/login/", lang=language).content.decode()
    door.sign_in("kari@example.org")
    inside = door.get("/desk/", lang=language).content.decode()

    with translation.override(language):
        english = {text for text in used_texts() if translation.gettext(text) != text}

    assert english & (Page(outside).texts | Page(inside).texts) == set()
