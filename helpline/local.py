"""The environment that `manage.py up` gives to what it starts: secrets, addresses, the demo's ways.

Secrets are made once and kept in ``<state>/env``, together with the addresses of the engines that
run, so that any other `manage.py` command finds them.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from helpline.engines import Engines
from helpline.provision import Logins, ProvisionError, may_provision, provision_keys, provision_main
from helpline.settings import LOCAL_ENV
from helpline.state import State, read_env_file

GIVEN = ("DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL")
OWNERS = ("DATABASE_OWNER_URL", "KEYS_DATABASE_OWNER_URL")
PASSWORDS = (
    "MAIN_SUPERUSER",
    "KEYS_SUPERUSER",
    "VALKEY",
    "OWNER",
    "APP",
    "KEYS_OWNER",
    "KEYS_APP",
)
MAIN, KEYS = "helpline", "helpline_keys"


def own_environment() -> dict[str, str]:
    """The environment as the caller gave it, without what settings have read from a file."""
    local = read_env_file(LOCAL_ENV)
    return {key: value for key, value in os.environ.items() if local.get(key) != value}


def secrets_of(state: State) -> dict[str, str]:
    """The state's secrets, made and kept now if there are none yet."""
    kept = state.read_env()
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "HELPLINE_MASTER_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        **{_variable(name): secrets.token_urlsafe(24) for name in PASSWORDS},
    }
    values = {key: kept.get(key, value) for key, value in fresh.items()}
    state.write_env({**kept, **values})
    return values


def engine_passwords(kept: Mapping[str, str]) -> dict[str, str]:
    """The passwords that Engines wants."""
    return {
        "main": kept[_variable("MAIN_SUPERUSER")],
        "keys": kept[_variable("KEYS_SUPERUSER")],
        "valkey": kept[_variable("VALKEY")],
    }


@dataclass(frozen=True)
class Addresses:
    """Where the three engines are and who may sign in to them."""

    main: Logins
    keys: Logins
    redis: str
    superusers: Mapping[str, str]

    def variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.main.app,
            "DATABASE_OWNER_URL": self.main.owner,
            "KEYS_DATABASE_URL": self.keys.app,
            "KEYS_DATABASE_OWNER_URL": self.keys.owner,
            "REDIS_URL": self.redis,
            **self.superusers,
        }


def private_addresses(engines: Engines, kept: Mapping[str, str]) -> Addresses:
    """Provision engines of ours."""
    main, keys = engines.main.superuser_url(), engines.keys.superuser_url()
    return Addresses(
        provision_main(main, MAIN, owner=kept[_variable("OWNER")], app=kept[_variable("APP")]),
        provision_keys(
            keys, KEYS, owner=kept[_variable("KEYS_OWNER")], app=kept[_variable("KEYS_APP")]
        ),
        engines.valkey.url(),
        {
            "HELPLINE_MAIN_SUPERUSER_URL": engines.main.superuser_url(MAIN),
            "HELPLINE_KEYS_SUPERUSER_URL": engines.keys.superuser_url(KEYS),
        },
    )


def are_given(environment: Mapping[str, str]) -> bool:
    """Are the engines somebody else's? Raises ProvisionError if only some of them are named."""
    named = [name for name in GIVEN if environment.get(name)]
    if named and len(named) < len(GIVEN):
        missing = ", ".join(name for name in GIVEN if name not in named)
        raise ProvisionError(
            f"{', '.join(named)} set, but not {missing}. Set all three, or none to let Helpline"
            " start private engines."
        )
    return bool(named)


def given_addresses(environment: Mapping[str, str], kept: Mapping[str, str]) -> Addresses:
    """Use engines that run elsewhere, provisioned if their logins may do that."""
    main, keys = environment["DATABASE_URL"], environment["KEYS_DATABASE_URL"]
    return Addresses(
        provision_main(main, MAIN, owner=kept[_variable("OWNER")], app=kept[_variable("APP")])
        if may_provision(main)
        else _as_given(environment, "DATABASE_URL"),
        provision_keys(
            keys, KEYS, owner=kept[_variable("KEYS_OWNER")], app=kept[_variable("KEYS_APP")]
        )
        if may_provision(keys)
        else _as_given(environment, "KEYS_DATABASE_URL"),
        environment["REDIS_URL"],
        {},
    )


def demo_variables(port: int, state: State) -> dict[str, str]:
    """How the demo differs from production."""
    return {
        "HELPLINE_BASE": f"localhost:{port}",
        "HELPLINE_SCHEME": "http",
        "HELPLINE_STAFF_MFA": "off",
        # On a machine of one's own everybody comes from one address.
        "HELPLINE_START_BURST": os.environ.get("HELPLINE_START_BURST", "2000"),
        "HELPLINE_STATE": str(state.root),
        **({} if mail_server() else {"EMAIL_URL": f"filemail:///{state.mail}"}),
        "HELPLINE_STATIC_ROOT": str(state.root / "static"),
    }


def mail_server() -> str:
    """The mail server that the caller has named; empty where mails are written to files."""
    return own_environment().get("EMAIL_URL", "")


def without_owners(environment: Mapping[str, str]) -> dict[str, str]:
    """What a process that serves may know: nothing that owns a schema."""
    return {
        key: value
        for key, value in environment.items()
        if key not in OWNERS and not key.startswith("HELPLINE_LOCAL_") and "SUPERUSER" not in key
    }


def _as_given(environment: Mapping[str, str], name: str) -> Logins:
    owner = name.replace("DATABASE_URL", "DATABASE_OWNER_URL")
    if not environment.get(owner):
        raise ProvisionError(
            f"{name} is an ordinary login. Set {owner} too, the login that owns the schema, or"
            f" give {name} a login that may create roles and databases."
        )
    return Logins(app=environment[name], owner=environment[owner])


def _variable(name: str) -> str:
    return f"HELPLINE_LOCAL_{name}_PASSWORD"
