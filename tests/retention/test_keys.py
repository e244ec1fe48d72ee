from __future__ import annotations

import base64
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import override_settings

from retention import clock, keys
from tenants.models import Tenant
from tests.talks import owner_rows
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
TALK = uuid4()
NEW_MASTER = base64.b64encode(b"n" * 32).decode()
# What PostgreSQL gives to everybody and the application needs: the clock.
OPEN_TO_ALL = {("retention_now", "EXECUTE")}
DOORS = {
    "retention_keep_clock",
    "key_create",
    "key_read",
    "key_shorten",
    "key_shorten_each",
    "key_destroy",
    "key_destroy_due",
    "key_compact",
    "key_missing",
    "key_hold",
    "key_release",
    "key_held",
    "key_read_held",
    "tenant_key_read",
    "tenant_key_create",
    "tenant_key_destroy",
    "vault_compact",
    "vault_day_make",
    "vault_day_people",
    "vault_day_public",
    "vault_day_shorten",
    "vault_destroy_due",
    "vault_opening_answer",
    "vault_opening_ask",
    "vault_opening_end",
    "vault_opening_passed",
    "vault_opening_show",
    "vault_share_read",
}


def given(tenant: Tenant, *segments: UUID) -> set[UUID]:
    """Return the segments whose keys are given out."""
    return set(keys.open_keys(tenant, conversation=TALK, segments=segments))


def stored(*segments: UUID) -> dict[UUID, datetime]:
    query = "SELECT segment, expires_at FROM segment_key WHERE segment = ANY (%s)"
    return dict(owner_rows("keys", query, list(segments)))


def hold(segment: UUID) -> None:
    owner_rows("keys", "UPDATE segment_key SET held = true WHERE segment = %s", segment)


def test_key_past_its_time_is_not_given_out_though_nobody_destroyed_it(tenant: Tenant) -> None:
    now = clock.now()
    short = keys.create_key(tenant, expires_at=now + HOUR)
    long = keys.create_key(tenant, expires_at=now + 3 * HOUR)
    assert given(tenant, short, long) == {short, long}

    move_clock(now + HOUR)

    assert given(tenant, short, long) == {long}
    assert set(stored(short, long)) == {short, long}


def test_key_is_given_to_its_own_tenant_alone(tenant: Tenant, other: Tenant) -> None:
    segment = keys.create_key(tenant, expires_at=clock.now() + HOUR)

    assert given(other, segment) == set()
    assert keys.missing_keys(other, [segment]) == {segment}
    assert keys.destroy_keys(other, [segment]) == set()
    keys.shorten_keys(other, [segment], expires_at=clock.now())
    assert given(tenant, segment) == {segment}


def test_life_is_only_ever_shortened(tenant: Tenant) -> None:
    now = clock.now()
    segment = keys.create_key(tenant, expires_at=now + 2 * HOUR)

    lives = []
    for hours in (3, 1, 2):
        keys.shorten_keys(tenant, [segment], expires_at=now + hours * HOUR)
        lives.append(stored(segment)[segment] - now)

    assert lives == [2 * HOUR, HOUR, HOUR]


def test_destroyed_key_is_gone_for_good(tenant: Tenant) -> None:
    one, two = (keys.create_key(tenant, expires_at=clock.now() + HOUR) for _ in range(2))

    assert keys.destroy_keys(tenant, [one]) == {one}
    assert keys.destroy_keys(tenant, [one]) == set()

    assert given(tenant, one, two) == {two}
    assert keys.missing_keys(tenant, [one, two]) == {one}
    assert set(stored(one, two)) == {two}


def test_held_key_is_destroyed_neither_by_name_nor_by_its_time(tenant: Tenant) -> None:
    now = clock.now()
    held, free = (keys.create_key(tenant, expires_at=now + HOUR) for _ in range(2))
    hold(held)

    assert keys.destroy_keys(tenant, [held]) == set()
    move_clock(now + 2 * HOUR)

    assert keys.destroy_due_keys() == 1
    assert set(stored(held, free)) == {held}


def test_due_keys_go_oldest_first_and_no_more_than_asked(tenant: Tenant) -> None:
    now = clock.now()
    made = [keys.create_key(tenant, expires_at=now + n * HOUR) for n in (3, 1, 2, 9)]
    move_clock(now + 4 * HOUR)

    counts = []
    left = []
    for _ in range(3):
        counts.append(keys.destroy_due_keys(limit=2))
        left.append(set(stored(*made)))

    assert counts == [2, 1, 0]
    assert left == [{made[0], made[3]}, {made[3]}, {made[3]}]


def test_tenant_key_is_stored_wrapped_and_stays_the_same(tenant: Tenant, other: Tenant) -> None:
    key = keys.tenant_key(tenant)

    ((wrapped,),) = owner_rows(
        "keys", "SELECT wrapped FROM tenant_key WHERE tenant = %s", tenant.pk
    )
    assert len(key) == 32
    assert key not in wrapped
    assert keys.tenant_key(tenant) == key
    assert keys.tenant_key(other) != key


def test_wrapped_key_of_one_tenant_does_not_serve_another(tenant: Tenant, other: Tenant) -> None:
    keys.tenant_key(tenant), keys.tenant_key(other)
    owner_rows(
        "keys",
        "UPDATE tenant_key SET wrapped = (SELECT wrapped FROM tenant_key WHERE tenant = %s)"
        " WHERE tenant = %s",
        tenant.pk,
        other.pk,
    )

    with pytest.raises(ImproperlyConfigured):
        keys.tenant_key(other)


def test_every_master_key_unwraps_and_the_first_wraps(tenant: Tenant, other: Tenant) -> None:
    key = keys.tenant_key(tenant)

    with override_settings(HELPLINE_MASTER_KEYS=[NEW_MASTER, *settings.HELPLINE_MASTER_KEYS]):
        assert keys.tenant_key(tenant) == key
        newer = keys.tenant_key(other)

    with override_settings(HELPLINE_MASTER_KEYS=[NEW_MASTER]):
        assert keys.tenant_key(other) == newer
        with pytest.raises(ImproperlyConfigured, match=r"HELPLINE_MASTER_KEYS.*detfinneshjelp"):
            keys.tenant_key(tenant)


def test_without_a_master_key_it_is_said_what_is_missing(tenant: Tenant) -> None:
    with (
        override_settings(HELPLINE_MASTER_KEYS=[]),
        pytest.raises(ImproperlyConfigured, match="HELPLINE_MASTER_KEYS is empty"),
    ):
        keys.tenant_key(tenant)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM segment_key",
        "SELECT * FROM tenant_key",
        "UPDATE segment_key SET held = false",
        "DELETE FROM segment_key",
        "TRUNCATE tenant_key",
        "INSERT INTO tenant_key VALUES (1, '')",
        "UPDATE retention_clock SET moved_to = now()",
        "SELECT retention_move_clock(now())",
        "SET ROLE helpline_keys_owner",
        "CREATE TABLE copy AS SELECT 1",
    ],
)
def test_application_may_not_reach_behind_the_functions(tenant: Tenant, statement: str) -> None:
    keys.create_key(tenant, expires_at=clock.now() + HOUR)

    with (
        psycopg.connect(settings_url("keys")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_application_may_call_the_functions_and_nothing_else() -> None:
    query = (
        "SELECT p.proname, CASE WHEN p.prosecdef THEN 'OWNER' ELSE 'EXECUTE' END FROM pg_proc p"
        " WHERE p.pronamespace = 'public'::regnamespace"
        " AND has_function_privilege('helpline_keys_app', p.oid, 'EXECUTE')"
    )

    assert set(owner_rows("keys", query)) == OPEN_TO_ALL | {(door, "OWNER") for door in DOORS}


def settings_url(alias: str) -> str:
    """Return the application's own address of an instance."""
    parameters = connections[alias].get_connection_params()
    kept = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname")}
    assert kept["user"] != settings.DATABASE_OWNER_URLS[alias]
    return psycopg.conninfo.make_conninfo(**kept)
