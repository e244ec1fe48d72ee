"""What visitors answer: read together by those who lead the line, and by nobody else."""

from __future__ import annotations

import pytest

from tenants.models import Role, Tenant, User
from tests.answers import give, pass_the_night
from tests.office.doors import Door
from tests.web import Client, host_of
from tests.world import PASSWORD, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/office/evaluations/"


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("sexogsamfunn", "snakkompsyken")


def test_those_who_lead_the_line_read_answers_together_and_nobody_else_does(
    tenant: Tenant, other: Tenant
) -> None:
    give(tenant, *[{"helped": n, "words": f"Ord {n} <b>"} for n in range(1, 6)], {"age": "16-19"})
    pass_the_night()
    leads = [Door.of(tenant, role) for role in (Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR)]

    for door in leads:
        text = door.read(PAGE, lang="nb")
        assert "Hjalp samtalen deg? Besvart av 5" in text
        assert "Hvor gammel er du? For få svar ennå: De vises fra 5 av." in text
        assert "Ord 1 &lt;b&gt; Ord 2 &lt;b&gt; Ord 3 &lt;b&gt;" in text
    counsellor = Door.of(tenant, Role.COUNSELLOR).get(PAGE).status_code
    elsewhere = Door.of(other, Role.SUPERVISOR).read(PAGE, lang="nb")
    assert counsellor == 404
    assert "Ord 1" not in elsewhere
    assert "Besvart av" not in elsewhere


def test_operators_do_not_get_in(tenant: Tenant) -> None:
    User.objects.create_superuser("operator@example.org", PASSWORD, name="Operator")
    client = Client()
    about = {"host": host_of(tenant, "desk")}
    said = {"login": "operator@example.org", "password": PASSWORD}

    signed_in = client.post("/desk/login/", said, headers=about, secure=True).status_code
    answer = client.get(PAGE, headers=about, secure=True)

    assert signed_in == 403
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/desk/login/")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "For få svar ennå: De vises fra 5 av."),
        ("sv", "För få svar än: de visas från och med 5."),
        ("en", "Too few answers yet: they are shown from 5 on."),
    ],
)
def test_four_are_too_few_to_read(tenant: Tenant, language: str, said: str) -> None:
    give(tenant, *[{"helped": 5, "words": "Takk"}] * 4)
    pass_the_night()

    text = Door.of(tenant, Role.SUPERVISOR).read(PAGE, lang=language)

    assert text.count(said) == 6
    assert "Takk" not in text
