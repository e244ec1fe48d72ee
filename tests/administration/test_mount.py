"""``admin.<base>/t/<slug>/``: for that tenant's administrators, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import get_script_prefix

from tenants.models import Role, Tenant, User
from tests import world
from tests.web import Client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


def visit(user: User | None) -> Client:
    client = Client(headers={"host": f"admin.{settings.HELPLINE_BASE}"})
    if user:
        client.force_login(user)
    return client


def operator() -> User:
    return User.objects.create_superuser("operator@helpline.example", world.PASSWORD, "Operator")


def test_administrator_comes_into_their_own_line_and_no_other(lines: list[Tenant]) -> None:
    own, other = lines
    client = visit(world.hire(own, Role.ADMINISTRATOR).user)

    page = client.get(f"/t/{own.slug}/", secure=True)
    foreign, unknown = (
        client.get(f"/t/{slug}/", secure=True) for slug in (other.slug, "no-such-line")
    )

    assert page.status_code == 200
    assert own.name in page.content.decode()
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.content == unknown.content
    assert get_script_prefix() == "/"


@pytest.mark.parametrize(
    "stranger",
    [
        lambda line: world.hire(line, Role.COUNSELLOR).user,
        lambda line: world.hire(line, Role.SUPERVISOR).user,
        lambda line: world.hire(line, Role.OFFICER).user,
        lambda line: operator(),
    ],
    ids=["counsellor", "supervisor", "officer", "operator"],
)
def test_everybody_else_finds_nothing(
    lines: list[Tenant], stranger: Callable[[Tenant], User]
) -> None:
    client = visit(stranger(lines[0]))

    found = client.get(f"/t/{lines[0].slug}/", secure=True)

    assert found.status_code == 404
    assert found.content == client.get("/t/no-such-line/", secure=True).content


def test_nobody_is_asked_to_sign_in_whether_or_not_the_line_exists(lines: list[Tenant]) -> None:
    client = visit(None)

    asked = [
        client.get(f"/t/{slug}/", secure=True)["Location"] for slug in (lines[0].slug, "unknown")
    ]

    assert asked == [f"/login/?next=/t/{lines[0].slug}/", "/login/?next=/t/unknown/"]


def test_line_that_is_not_live_yet_can_be_looked_after(lines: list[Tenant]) -> None:
    Tenant.objects.filter(pk=lines[0].pk).update(live=False)
    client = visit(world.hire(lines[0], Role.ADMINISTRATOR).user)

    assert client.get(f"/t/{lines[0].slug}/", secure=True).status_code == 200
