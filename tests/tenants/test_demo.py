from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from retention.models import VaultPerson
from tenants.charter import read_charters
from tenants.demo import ADMIN
from tenants.loading import load_charters
from tenants.models import Membership, Qualification, Requirement, Tenant, User
from tenants.scope import tenant_scope

CHARTERS = Path(__file__).parents[2] / "tenants" / "charters"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TWO_LINES = "blakors-chatsenter"
LOCAL = {
    "HELPLINE_STAFF_MFA": "off",
    "HELPLINE_SCHEME": "http",
    "HELPLINE_BASE": "localhost:8000",
    # Argon2 is slow on purpose, and this is about names.
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _charters() -> None:
    load_charters(read_charters(sorted(CHARTERS.glob("*.toml"))), now=NOW)


@pytest.fixture
def logins(tmp_path: Path) -> Path:
    return tmp_path / "state" / "demo.json"


def load(path: Path) -> dict[str, object]:
    with override_settings(**LOCAL):
        call_command("load_demo_staff", json=path, stdout=StringIO())
    return dict(json.loads(path.read_text("utf-8")))


def password_in(demo: dict[str, object]) -> str:
    admin = demo["admin"]
    assert isinstance(admin, dict)
    return str(admin["users"][0]["password"])


def test_logins_have_the_shape_that_others_read(logins: Path) -> None:
    demo = load(logins)

    password = password_in(demo)
    tenants = demo["tenants"]
    assert isinstance(tenants, list)
    assert [tenant["slug"] for tenant in tenants] == [
        path.stem for path in sorted(CHARTERS.iterdir())
    ]
    assert tenants[5] == {
        "slug": "tidaholm",
        "visitor": "http://tidaholm.localhost:8000/",
        "desk": "http://desk-tidaholm.localhost:8000/desk/",
        "users": [
            {
                "email": f"{name.lower()}@tidaholm.example",
                "password": password,
                "role": role,
                "name": f"Demo {name}",
            }
            for name, role in (
                ("Elin", "counsellor"),
                ("Amir", "counsellor"),
                ("Maja", "supervisor"),
                ("Nils", "officer"),
                ("Ulla", "administrator"),
            )
        ],
    }
    assert demo["admin"] == {
        "url": "http://admin.localhost:8000/",
        "users": [{"email": ADMIN, "password": password, "role": "operator", "name": "Demo Admin"}],
    }
    assert logins.stat().st_mode & 0o777 == 0o600


def test_password_opens_the_door_and_stays_over_restarts(logins: Path) -> None:
    first = load(logins)
    stored = User.objects.get(email=ADMIN).password

    assert load(logins) == first
    assert User.objects.get(email=ADMIN).password == stored
    with override_settings(**LOCAL):
        assert User.objects.get(email="kari@urph.example").check_password(password_in(first))
    # And one person who works at both lines of an operator.
    assert User.objects.count() == 7 * 5 + 1 + 1


@pytest.mark.parametrize(
    "spoilt",
    [pytest.param(None, id="lost"), pytest.param("{}", id="emptied"), pytest.param("[", id="torn")],
)
def test_lost_file_means_a_new_password_for_everybody(logins: Path, spoilt: str | None) -> None:
    first = load(logins)
    if spoilt is None:
        logins.unlink()
    else:
        logins.write_text(spoilt)

    second = load(logins)

    assert password_in(second) != password_in(first)
    with override_settings(**LOCAL):
        assert User.objects.get(email="kari@urph.example").check_password(password_in(second))


def test_changed_hash_means_a_new_password(logins: Path) -> None:
    first = load(logins)
    User.objects.filter(email=ADMIN).update(password="!")

    assert password_in(load(logins)) != password_in(first)


def test_everybody_who_answers_holds_what_the_tenant_requires(logins: Path) -> None:
    load(logins)

    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            answering = Membership.objects.filter(role__in=["counsellor", "supervisor"])
            assert answering.count() == (4 if tenant.operator.slug == TWO_LINES else 3)
            for member in answering:
                held = dict(
                    Qualification.objects.filter(membership=member).values_list("kind", "years")
                )
                assert unmet(held) == set()


def test_one_person_works_at_both_lines_of_an_operator_with_papers_at_each(logins: Path) -> None:
    load(logins)

    places = {}
    for tenant in Tenant.objects.filter(operator__slug=TWO_LINES):
        with tenant_scope(tenant):
            member = Membership.objects.get(user__email=f"ida@{TWO_LINES}.example")
            held = Qualification.objects.filter(membership=member, verified_on__isnull=False)
            places[tenant.slug] = member.role, held.count()
    assert places == {"snakkommobbing": ("counsellor", 2), "snakkompsyken": ("supervisor", 2)}


def unmet(held: dict[str, int]) -> set[str]:
    requirements = list(Requirement.objects.all())
    met = {each.group for each in requirements if held.get(each.kind, -1) >= each.years}
    return {each.group for each in requirements} - met


def test_visitors_see_a_profession_where_the_tenant_promises_one(logins: Path) -> None:
    load(logins)

    titles = {}
    for slug in ("detfinneshjelp", "tidaholm"):
        with tenant_scope(Tenant.objects.get(slug=slug)):
            titles[slug] = [
                (member.role, member.title)
                for member in Membership.objects.order_by("user__email")
                if member.role in {"counsellor", "officer"}
            ]
    assert titles == {
        "detfinneshjelp": [
            ("counsellor", {"nb": "Psykolog", "en": "Psychologist"}),
            ("counsellor", {"nb": "Psykolog", "en": "Psychologist"}),
            ("officer", {"nb": "Personvernombud", "en": "Records officer"}),
        ],
        "tidaholm": [
            ("counsellor", {"sv": "Rådgivare", "en": "Counsellor"}),
            ("counsellor", {"sv": "Rådgivare", "en": "Counsellor"}),
            ("officer", {"sv": "Dataskyddsombud", "en": "Records officer"}),
        ],
    }


def test_second_factor_keeps_demo_staff_out(logins: Path) -> None:
    with (
        override_settings(HELPLINE_STAFF_MFA="required"),
        pytest.raises(CommandError) as refused,
    ):
        call_command("load_demo_staff", json=logins)

    assert str(refused.value) == (
        "demo staff sign in with a password alone: this installation asks for a second factor "
        "(HELPLINE_STAFF_MFA is not off), so nothing was made"
    )
    assert User.objects.count() == 0
    assert not logins.exists()


def test_who_may_open_the_vault_has_a_key_that_a_second_run_keeps(logins: Path) -> None:
    """Rule: D7"""

    def keys() -> dict[str, bytes]:
        rows = VaultPerson.objects.values_list("user__email", "public")
        return {email: bytes(public) for email, public in rows}

    load(logins)
    made = keys()
    load(logins)

    assert set(made) == {ADMIN, "per@detfinneshjelp.example"}
    assert keys() == made
