"""The third wall as PostgreSQL has it, and the second as every model meets it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connection, models, transaction
from django.db.utils import DatabaseError, IntegrityError

from chat.models import Conversation, Segment
from retention import clock
from tenants.errors import CrossTenant, Unscoped
from tenants.models import Hours, Tenant
from tenants.scope import TenantModel, database_role, tenant_scope
from tenants.wall import APP, HOLD, OWNER, PURGE, WRITER
from tests import world
from tests.talks import begin, owner_rows, texts_in

pytestmark = pytest.mark.django_db(transaction=True)

# Models that belong to no tenant. Whoever adds one says so here.
PLATFORM = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "admin.LogEntry",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "chat.Process",
    "contenttypes.ContentType",
    "django_celery_beat.ClockedSchedule",
    "django_celery_beat.CrontabSchedule",
    "django_celery_beat.IntervalSchedule",
    "django_celery_beat.PeriodicTask",
    "django_celery_beat.PeriodicTasks",
    "django_celery_beat.SolarSchedule",
    "mfa.Authenticator",
    "retention.VaultPerson",
    "sessions.Session",
    "tenants.AccountLink",
    "tenants.AccountNews",
    "tenants.JobRun",
    "tenants.Operator",
    "tenants.StaffSession",
    "tenants.Tenant",
    "tenants.TenantHost",
    "tenants.User",
    "tenants.User_groups",
    "tenants.User_user_permissions",
}
MODELS = apps.get_models(include_auto_created=True)
OWNED = [model for model in MODELS if issubclass(model, TenantModel)]
PERSONAL = [
    "chat_conversation", "chat_segment", "chat_message", "chat_farewell",
    "retention_addressrecord", "retention_vaultrequest",
]  # fmt: skip


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


def counted(table: str) -> int:
    """Count what the application sees of a table past every manager."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name of ours
        (count,) = cursor.fetchone()
    return int(count)


def refused(statement: str, *values: Any) -> str:
    """Return why PostgreSQL refuses the application this statement; fail if it does not."""
    with (
        pytest.raises(DatabaseError) as problem,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(problem.value).partition("\n")[0]


def test_every_model_is_a_tenants_or_on_the_list() -> None:
    assert {model._meta.label for model in MODELS if model not in OWNED} == PLATFORM


READS: list[Callable[[models.Manager[Any]], Any]] = [
    lambda rows: list(rows.all()),
    lambda rows: rows.count(),
    lambda rows: rows.exists(),
    lambda rows: rows.first(),
    lambda rows: rows.filter(pk=None).update(tenant=None),
    lambda rows: rows.values_list("tenant", flat=True)[:1],
    lambda rows: rows.bulk_create([]),
    lambda rows: rows.create(),
]


async def every(rows: models.Manager[Any]) -> list[Any]:
    return [row async for row in rows.all()]


ASYNC_READS: list[Callable[[models.Manager[Any]], Awaitable[Any]]] = [
    every,
    lambda rows: rows.acount(),
    lambda rows: rows.aexists(),
    lambda rows: rows.afirst(),
    lambda rows: rows.select_related("tenant").aget(),
]


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
async def test_model_refuses_outside_a_scope(model: type[TenantModel], lines: list[Tenant]) -> None:
    for read in READS:
        with pytest.raises(Unscoped):
            await sync_to_async(read)(model.objects)
    for ask in ASYNC_READS:
        with pytest.raises(Unscoped):
            await ask(model.objects)


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_row_security_is_forced_and_keys_hold_the_tenant(model: type[TenantModel]) -> None:
    table = model._meta.db_table

    ((enabled, forced),) = owner_rows(
        "default",
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s",
        table,
    )
    roles = {row[0] for row in owner_rows("default", POLICIES, table)}
    keys = owner_rows("default", KEYS_BETWEEN_TENANTS, table)

    assert (enabled, forced) == (True, True)
    assert {OWNER, APP} <= roles <= {OWNER, APP, PURGE, HOLD, WRITER}
    assert [name for name, columns in keys if "tenant_id" not in columns] == []
    inside = [
        field.name
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in OWNED
    ]
    # One composite key may stand for several fields, as a message's does.
    assert bool(keys) == bool(inside)


POLICIES = """SELECT unnest(roles)::text FROM pg_policies WHERE tablename = %s"""
KEYS_BETWEEN_TENANTS = """
SELECT c.conname, array_agg(a.attname::text)
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
JOIN pg_class target ON target.oid = c.confrelid
WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND target.relrowsecurity
GROUP BY c.conname
"""


def test_no_role_of_ours_is_above_row_security() -> None:
    rows = owner_rows(
        "default",
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles"
        " WHERE rolname LIKE 'helpline\\_%%' AND rolname NOT LIKE '%%keys%%' ORDER BY rolname",
    )

    assert rows == [
        (APP, False, False, True),
        (HOLD, False, False, False),
        (OWNER, False, False, True),
        (PURGE, False, False, False),
        (WRITER, False, False, False),
    ]


def test_application_inherits_nothing_and_enters_purge_and_hold_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user::text, rolinherit FROM pg_roles WHERE rolname = %s", [APP]
        )
        who, inherits = cursor.fetchone()

    assert (who, inherits) == (APP, False)
    for role in (OWNER, WRITER, "postgres"):
        assert "permission denied to set role" in refused(f"SET LOCAL ROLE {role}")
    for role in (PURGE, HOLD):
        with transaction.atomic(), database_role(role), connection.cursor() as cursor:
            cursor.execute("SELECT current_user::text")
            assert cursor.fetchone() == (role,)


@pytest.mark.parametrize("table", PERSONAL)
def test_application_cannot_delete_what_is_personal(lines: list[Tenant], table: str) -> None:
    begin(lines[0], "hello")

    with tenant_scope(lines[0]):
        for verb in ("DELETE FROM", "TRUNCATE"):
            assert refused(f"{verb} {table}") == f"permission denied for table {table}"


def test_application_cannot_lengthen_a_life_or_write_past_the_functions(
    lines: list[Tenant],
) -> None:
    tenant = lines[0]
    talk = begin(tenant, "hello")
    later = clock.now() + timedelta(days=400)

    with tenant_scope(tenant):
        before = Conversation.objects.values_list("expires_at", flat=True).get(pk=talk)
        for statement in (
            "UPDATE chat_conversation SET expires_at = %s",
            "UPDATE chat_segment SET expires_at = %s",
            "UPDATE chat_conversation SET last_seq = 9 WHERE began_at < %s",
            "UPDATE chat_message SET at = %s",
            "INSERT INTO chat_message (at) VALUES (%s)",
            "UPDATE retention_clock SET moved_to = %s",
            "SELECT retention_move_clock(%s)",
        ):
            assert refused(statement, later).startswith("permission denied"), statement
        with connection.cursor() as cursor:
            cursor.execute("SELECT chat_expire(%s, %s, %s, 'T9')", [tenant.pk, talk, later])
        assert Conversation.objects.values_list("expires_at", flat=True).get(pk=talk) == before


def test_expired_row_is_not_there_for_the_application(lines: list[Tenant]) -> None:
    tenant = lines[1]
    talk = begin(tenant, "hello")
    with tenant_scope(tenant):
        expires_at = Conversation.objects.values_list("expires_at", flat=True).get(pk=talk)
    assert texts_in(tenant, talk) == ["hello"]

    world.move_clock(expires_at - timedelta(seconds=1))
    assert texts_in(tenant, talk) == ["hello"]
    world.move_clock(expires_at)
    assert texts_in(tenant, talk) is None
    with tenant_scope(tenant):
        assert [counted(table) for table in PERSONAL[:3]] == [0, 0, 0]


def test_row_of_the_other_tenant_is_not_there_and_cannot_be_pointed_at(
    lines: list[Tenant],
) -> None:
    tenant, other = lines
    own, foreign = begin(tenant, "mine"), begin(other, "theirs")

    with tenant_scope(tenant):
        assert list(Conversation.objects.values_list("pk", flat=True)) == [own]
        with connection.cursor() as cursor:
            # Past the manager: what a forgotten filter would ask.
            cursor.execute("SELECT id FROM chat_conversation")
            assert cursor.fetchall() == [(own,)]
        assert counted("chat_message") == 1
        with (
            pytest.raises(IntegrityError, match="chat_segment_conversation_in_tenant"),
            transaction.atomic(),
        ):
            _segment(tenant, foreign)
        assert "row-level security" in _refused_row(lambda: _segment(other, foreign))
        assert "row-level security" in _refused_row(lambda: _hours(other))


def _segment(tenant: Tenant, conversation: UUID) -> None:
    Segment(
        id=uuid4(),
        tenant=tenant,
        conversation_id=conversation,
        expires_at=clock.now() + timedelta(hours=1),
        expiry_rule="ours",
    ).save(force_insert=True)


def _hours(tenant: Tenant) -> None:
    noon = clock.now().time().replace(microsecond=0)
    Hours(tenant=tenant, weekday=0, opens=noon, closes=noon, rule="ours").save(force_insert=True)


def _refused_row(write: Callable[[], None]) -> str:
    with pytest.raises(DatabaseError) as problem, transaction.atomic():
        write()
    return str(problem.value)


def test_without_a_tenant_there_is_nothing(lines: list[Tenant]) -> None:
    begin(lines[0], "hello")

    assert {model._meta.label: counted(model._meta.db_table) for model in OWNED} == {
        model._meta.label: 0 for model in OWNED
    }


def test_scope_ends_with_itself(lines: list[Tenant]) -> None:
    tenant, other = lines
    with transaction.atomic():
        for one in (tenant, other, tenant):
            with tenant_scope(one):
                assert {row.tenant_id for row in Hours.objects.all()} == {one.pk}
            assert counted("tenants_hours") == 0
    with (
        tenant_scope(tenant),
        tenant_scope(tenant),
        pytest.raises(CrossTenant),
        tenant_scope(other),
    ):
        raise AssertionError("a second tenant's scope was opened inside the first")
