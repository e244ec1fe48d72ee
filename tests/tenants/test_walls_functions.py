"""What runs above row security is small, pinned, and asks for the tenant itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from chat.states import Author
from helpline.provision import KEYS_OWNER
from retention import clock
from tenants.models import Tenant
from tenants.wall import WRITER
from tests import world
from tests.talks import begin, owner_rows

pytestmark = pytest.mark.django_db(transaction=True)

# The application calls these and nothing else that runs with another's rights.
FUNCTIONS = {
    "default": {
        *("chat_end", "chat_erase", "chat_expire", "chat_expire_keyless", "chat_post"),
        *("chat_members_named", "chat_pulse", "chat_shorten", "pool_shorten", "vault_shorten"),
        *("chat_hold", "chat_let_go", "chat_held", "retention_keep_clock"),
        "chat_handbook_found",
    },
    "keys": {
        *("key_create", "key_destroy", "key_destroy_due", "key_missing", "key_read"),
        *("key_compact", "key_shorten", "key_shorten_each", "tenant_key_create", "tenant_key_read"),
        "tenant_key_destroy",
        *("vault_compact", "vault_day_make", "vault_day_people", "vault_day_public"),
        *("vault_day_shorten", "vault_destroy_due", "vault_opening_answer", "vault_opening_ask"),
        *("vault_opening_end", "vault_opening_passed", "vault_opening_show", "vault_share_read"),
        *("key_hold", "key_release", "key_held", "key_read_held", "retention_keep_clock"),
    },
}


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.mark.parametrize(("alias", "owner"), [("default", WRITER), ("keys", KEYS_OWNER)])
def test_function_with_rights_of_its_own_is_known_pinned_and_not_for_everybody(
    alias: str, owner: str
) -> None:
    rows = owner_rows(
        alias,
        "SELECT p.proname::text, r.rolname::text, p.proconfig[1],"
        " EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        "         WHERE a.grantee = 0)"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef",
    )

    pinned = "search_path=public, pg_temp"
    assert sorted(rows) == [(name, owner, pinned, False) for name in sorted(FUNCTIONS[alias])]


def test_no_view_looks_past_row_security() -> None:
    for alias in ("default", "keys"):
        rows = owner_rows(
            alias,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')",
        )
        assert rows == []


def asked(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def everything() -> list[list[tuple[Any, ...]]]:
    tables = ("chat_conversation", "chat_segment", "chat_message")
    return [owner_rows("default", f"TABLE {table} ORDER BY 1, 2, 3") for table in tables]


def test_function_that_is_given_the_other_tenant_does_nothing(lines: list[Tenant]) -> None:
    tenant, other = lines
    talk = begin(tenant, "hello")
    begin(other, "hello")
    ((segment,),) = owner_rows(
        "default", "SELECT id FROM chat_segment WHERE conversation_id = %s", talk
    )
    before, soon = everything(), clock.now() + timedelta(minutes=1)

    post = (
        "SELECT * FROM chat_post(ARRAY[%s]::int[], ARRAY[%s]::uuid[], ARRAY[%s]::smallint[],"
        " ARRAY[NULL]::uuid[], ARRAY[%s]::uuid[], ARRAY[%s]::uuid[], ARRAY[%s]::bytea[])"
    )
    words = [Author.VISITOR, uuid4(), segment, b"sealed"]
    assert asked(post, other.pk, talk, *words) == []
    assert asked("SELECT chat_end(%s, %s, 'system', %s, 'D5')", other.pk, talk, soon) == [(False,)]
    assert asked("SELECT chat_erase(%s, %s, %s, 'D6')", other.pk, talk, uuid4()) == [(None,)]
    asked("SELECT chat_expire(%s, %s, %s, 'D5')", other.pk, talk, soon)
    asked("SELECT chat_expire_keyless(%s, ARRAY[%s]::uuid[])", other.pk, segment)
    pulse = "SELECT * FROM chat_pulse(ARRAY[%s]::int[], ARRAY[%s]::uuid[])"
    assert asked(pulse, other.pk, talk) == []
    assert everything() == before

    # With its own tenant each of them does what it is for.
    assert [row[:3] for row in asked(post, tenant.pk, talk, *words)] == [(1, 0, 2)]
    assert [row[1] for row in asked(pulse, tenant.pk, talk)] == [2]
    assert asked("SELECT chat_erase(%s, %s, %s, 'D6')", tenant.pk, talk, uuid4()) == [(2,)]
    assert asked("SELECT chat_end(%s, %s, 'system', %s, 'D5')", tenant.pk, talk, soon) == [(True,)]
