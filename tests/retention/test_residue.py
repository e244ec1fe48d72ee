from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from retention import clock, keys
from retention.vault import store
from retention.vault.lives import DAY, begin_of
from tenants.models import Tenant
from tests import vault
from tests.engines import Harness
from tests.talks import owner_rows
from tests.traces import compact, count_at_once
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)


def where_found(harness: Harness, secret: bytes) -> set[str]:
    """Return the parts of the instance's data directory whose files hold ``secret``."""
    with psycopg.connect(harness.run.keys, autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
        row = superuser.execute("SHOW data_directory").fetchone()
    assert row
    root = Path(row[0])
    return {
        path.relative_to(root).parts[0]
        for path in root.rglob("*")
        if path.is_file() and secret in path.read_bytes()
    }


def cycle_wal(harness: Harness) -> None:
    """Do at once what the instance does by itself within a minute."""
    with psycopg.connect(harness.run.keys, autocommit=True) as superuser:
        for _ in range(2):
            superuser.execute("SELECT pg_switch_wal()")
            superuser.execute("CHECKPOINT")


def test_destroyed_key_leaves_nothing_on_disk(tenant: Tenant, harness: Harness) -> None:
    segment = keys.create_key(tenant, expires_at=clock.now() + timedelta(hours=1))
    alive = keys.create_key(tenant, expires_at=clock.now() + timedelta(hours=1))
    [(secret,)] = owner_rows("keys", "SELECT secret FROM segment_key WHERE segment = %s", segment)
    assert where_found(harness, bytes(secret)) >= {"base"}

    keys.destroy_keys(tenant, [segment])
    compact(keys)
    cycle_wal(harness)

    assert where_found(harness, bytes(secret)) == set()
    assert set(keys.open_keys(tenant, conversation=segment, segments=[segment, alive])) == {alive}
    assert keys.compact() is False


def test_destroyed_key_that_an_older_look_may_see_goes_with_the_next_run(
    tenant: Tenant, harness: Harness
) -> None:
    segment = keys.create_key(tenant, expires_at=clock.now() + timedelta(hours=1))
    [(secret,)] = owner_rows("keys", "SELECT secret FROM segment_key WHERE segment = %s", segment)

    with psycopg.connect(settings.DATABASE_OWNER_URLS["keys"]) as older:
        older.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        older.execute("SELECT")
        keys.destroy_keys(tenant, [segment])
        count_at_once()
        assert keys.compact() is False
    compact(keys)
    cycle_wal(harness)

    assert where_found(harness, bytes(secret)) == set()


def test_day_of_the_vault_leaves_nothing_on_disk(tenant: Tenant, harness: Harness) -> None:
    """Rule: D7"""
    vault.furnish(tenant)
    today = clock.now().date()
    query = "SELECT box FROM vault_share WHERE day = %s"
    shares = [bytes(box) for (box,) in owner_rows("keys", query, today)]
    assert [bool(where_found(harness, box)) for box in shares] == [True, True]

    move_clock(begin_of(today) + 7 * DAY)
    assert store.destroy_due() == 1
    compact(store)
    cycle_wal(harness)

    assert [where_found(harness, box) for box in shares] == [set(), set()]
    assert len(store.holders_of(tenant.pk, today + DAY)) == 2
