from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpline.binaries import DEBIAN_POSTGRES
from helpline.engines import Engines
from helpline.provision import (
    Logins,
    ProvisionError,
    may_provision,
    provision_keys,
    provision_main,
    with_login,
)

pytestmark = pytest.mark.engines

PASSWORDS = {"main": "one", "keys": "two", "valkey": "three"}


@pytest.fixture(scope="module", params=["found first", "Debian's"])
def engines(request: pytest.FixtureRequest) -> Iterator[Engines]:
    """Both the newest PostgreSQL here and Debian's, which is the oldest supported."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if request.param == "Debian's":
            directory = next(iter(sorted(DEBIAN_POSTGRES.glob("*/bin"))), None)
            if directory is None:
                pytest.skip("Debian's postgresql is not installed")
            monkeypatch.setenv("HELPLINE_POSTGRES_BIN", str(directory))
        place = Path(os.path.realpath("/tmp")) / f"helpline-provision-{os.getpid()}"  # noqa: S108  # short
        place.mkdir(mode=0o711)
        engines = Engines(place / "e", passwords=PASSWORDS, log=place, durable=False)
        try:
            engines.start()
            yield engines
        finally:
            engines.stop()
            shutil.rmtree(place)


@pytest.fixture
def main(engines: Engines) -> Logins:
    return provision_main(engines.main.superuser_url(), "house", owner="o", app="a")


def ask(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def refusal(url: str, *statements: str) -> str:
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        ask(url, *statements)
    return str(refused.value).splitlines()[0]


ROLES = """
    SELECT rolname, rolcanlogin, rolinherit, rolsuper OR rolbypassrls OR rolcreaterole
    FROM pg_roles WHERE rolname LIKE 'helpline%' ORDER BY rolname
"""
MEMBERS = """
    SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members
    WHERE member::regrole::text LIKE 'helpline%' ORDER BY 1, 2
"""


def test_main_has_the_roles_of_the_wall_and_no_other(engines: Engines, main: Logins) -> None:
    server = engines.main.superuser_url()
    provision_main(server, "house", owner="o", app="a")

    roles, members = ask(server, ROLES), ask(server, MEMBERS)

    assert [role for role in roles if "_keys_" not in str(role[0])] == [
        ("helpline_app", True, False, False),
        ("helpline_hold", False, True, False),
        ("helpline_owner", True, True, False),
        ("helpline_purge", False, True, False),
        ("helpline_writer", False, True, False),
    ]
    assert members == [
        ("helpline_app", "helpline_hold"),
        ("helpline_app", "helpline_purge"),
        ("helpline_owner", "helpline_writer"),
    ]


def test_the_application_enters_purge_by_set_role_and_inherits_nothing(main: Logins) -> None:
    ask(
        main.owner,
        "CREATE TABLE IF NOT EXISTS due (n int)",
        "GRANT SELECT ON due TO helpline_purge",
    )

    refused = refusal(main.app, "SELECT * FROM due")
    rows = ask(main.app, "SET LOCAL ROLE helpline_purge", "SELECT * FROM due")

    assert (refused, rows) == ("permission denied for table due", [])


def test_the_application_owns_makes_and_becomes_nothing_else(main: Logins) -> None:
    assert refusal(main.app, "CREATE TABLE public.mine (n int)") == (
        "permission denied for schema public"
    )
    assert refusal(main.app, "CREATE TEMP TABLE mine (n int)") == (
        'permission denied to create temporary tables in database "house"'
    )
    assert refusal(main.app, "SET ROLE helpline_writer") == (
        'permission denied to set role "helpline_writer"'
    )
    assert refusal(main.app, "SET ROLE helpline_owner") == (
        'permission denied to set role "helpline_owner"'
    )


def test_a_stranger_on_the_same_server_cannot_connect(engines: Engines, main: Logins) -> None:
    server = engines.main.superuser_url()
    provision_keys(server, "house_keys", owner="o", app="a")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(with_login(server, "helpline_keys_app", "a", "house"), "SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(with_login(main.app, "helpline_app", "a", "house_keys"), "SELECT 1")


def test_a_login_that_makes_roles_and_databases_is_enough(engines: Engines) -> None:
    server = engines.keys.superuser_url()
    ask(server, "CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'm'")
    maker = with_login(server, "maker", "m", "postgres")

    keys = provision_keys(maker, "house_keys", owner="o", app="a")

    ask(keys.owner, "CREATE TABLE secret (n int)", "GRANT SELECT ON secret TO helpline_keys_app")
    assert ask(keys.app, "SELECT * FROM secret") == []
    assert (may_provision(maker), may_provision(keys.app)) == (True, False)


def test_a_role_that_may_too_much_is_refused(engines: Engines, main: Logins) -> None:
    server = engines.main.superuser_url()
    ask(server, "ALTER ROLE helpline_app BYPASSRLS")

    with pytest.raises(ProvisionError) as refused:
        provision_main(server, "house", owner="o", app="a")
    ask(server, "ALTER ROLE helpline_app NOBYPASSRLS")

    assert str(refused.value) == (
        "The role helpline_app exists with rights it must not have: it must be NOSUPERUSER"
        " NOBYPASSRLS NOCREATEROLE NOCREATEDB."
    )
