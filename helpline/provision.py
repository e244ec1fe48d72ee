"""Roles, databases and the few grants that migrations build on, in both PostgreSQL instances.

main   ``helpline_owner`` owns the database and runs migrations. ``helpline_app`` is the login of
       web, worker and beat; it inherits nothing and enters ``helpline_purge`` and
       ``helpline_hold`` by SET LOCAL ROLE alone. ``helpline_writer`` owns the function that stores
       messages. None of them bypasses row security.
keys   ``helpline_keys_owner`` and ``helpline_keys_app``, likewise.

Everything here may run again at any time. Rights on tables and functions are the migrations' work.
Works from PostgreSQL 15 on, as superuser or as a login that may create roles and databases.
Rule: D4, D5
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

OWNER, APP = "helpline_owner", "helpline_app"
WRITER, PURGE, HOLD = "helpline_writer", "helpline_purge", "helpline_hold"
KEYS_OWNER, KEYS_APP = "helpline_keys_owner", "helpline_keys_app"
GRANT_OPTIONS_SINCE = 160000

type_connection = psycopg.Connection[tuple[object, ...]]


class ProvisionError(Exception):
    """The server cannot be prepared; the text says what would be right."""


@dataclass(frozen=True)
class Role:
    """One role as it must be; ``password`` None means NOLOGIN."""

    name: str
    password: str | None = None
    inherit: bool = True
    member_of: Sequence[str] = ()


@dataclass(frozen=True)
class Logins:
    """The two addresses of one instance."""

    app: str
    owner: str


def provision_main(server: str, database: str, *, owner: str, app: str) -> Logins:
    """Prepare the main instance behind the superuser's address ``server``.

    ``owner`` and ``app`` are the passwords those logins get; the answer is their addresses.
    """
    roles = [
        Role(WRITER),
        Role(PURGE),
        Role(HOLD),
        Role(OWNER, owner, member_of=[WRITER]),
        Role(APP, app, inherit=False, member_of=[PURGE, HOLD]),
    ]
    _provision(server, database, roles, owner=OWNER, users=[APP, WRITER, PURGE, HOLD])
    return Logins(
        app=with_login(server, APP, app, database), owner=with_login(server, OWNER, owner, database)
    )


def provision_keys(server: str, database: str, *, owner: str, app: str) -> Logins:
    """Prepare the instance that holds the secrets; as ``provision_main``."""
    roles = [Role(KEYS_OWNER, owner), Role(KEYS_APP, app, inherit=False)]
    _provision(server, database, roles, owner=KEYS_OWNER, users=[KEYS_APP])
    return Logins(
        app=with_login(server, KEYS_APP, app, database),
        owner=with_login(server, KEYS_OWNER, owner, database),
    )


def with_login(url: str, user: str, password: str, database: str) -> str:
    """The same server with another login and database."""
    parts = urlsplit(url)
    _, _, place = parts.netloc.rpartition("@")
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    query = urlencode(parse_qsl(parts.query), quote_via=quote)
    return urlunsplit((parts.scheme, login, f"/{quote(database, safe='')}", query, ""))


def may_provision(url: str) -> bool:
    """Is this the login of a superuser, or of one who may create roles and databases?"""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
    return bool(row and row[0])


def derived_password(url: str, role: str) -> str:
    """A password for ``role`` that whoever may provision behind ``url`` can always find again."""
    secret = str(conninfo_to_dict(url).get("password") or "")
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()


def _provision(
    server: str, database: str, roles: Sequence[Role], *, owner: str, users: Sequence[str]
) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for role in roles:
            _make_role(connection, role)
        _make_database(connection, database, owner)
        _close_database(connection, database, users)
    with psycopg.connect(_in_database(server, database), autocommit=True) as connection:
        _close_schema(connection, owner, users)


def _in_database(server: str, database: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{quote(database, safe='')}"))


def _make_role(connection: type_connection, role: Role) -> None:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
        " WHERE rolname = %s",
        [role.name],
    ).fetchone()
    if row is None:
        _run(connection, "CREATE ROLE {} NOLOGIN", role.name)
    elif row[0]:
        raise ProvisionError(
            f"The role {role.name} exists with rights it must not have: it must be NOSUPERUSER"
            " NOBYPASSRLS NOCREATEROLE NOCREATEDB."
        )
    _run(connection, "ALTER ROLE {} " + ("INHERIT" if role.inherit else "NOINHERIT"), role.name)
    if role.password is not None:
        statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(role.name), sql.Literal(role.password)))
    for group in role.member_of:
        _run(connection, "GRANT {} TO {}" + _options(connection, role), group, role.name)


def _options(connection: type_connection, role: Role) -> str:
    # Before 16 the member's INHERIT decides; from 16 on each grant does.
    if connection.info.server_version < GRANT_OPTIONS_SINCE:
        return ""
    return f" WITH INHERIT {'TRUE' if role.inherit else 'FALSE'}, SET TRUE"


def _make_database(connection: type_connection, database: str, owner: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if found.fetchone():
        return
    row = connection.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if not (row and row[0]):
        # Only a member may give a database to its owner.
        options = _options(connection, Role(owner))
        _run(connection, "GRANT {} TO CURRENT_USER" + options, owner)
    _run(
        connection,
        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'",
        database,
        owner,
    )


def _close_database(connection: type_connection, database: str, users: Sequence[str]) -> None:
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    for user in users:
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, user)


def _close_schema(connection: type_connection, owner: str, users: Sequence[str]) -> None:
    _run(connection, "ALTER SCHEMA public OWNER TO {}", owner)
    _run(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for user in users:
        _run(connection, "GRANT USAGE ON SCHEMA public TO {}", user)


def _run(connection: type_connection, statement: str, *names: str) -> None:
    composed = sql.SQL(statement).format(*map(sql.Identifier, names))
    connection.execute(composed)
