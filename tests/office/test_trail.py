"""Who did what: read by officers, never changed by anybody."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection, transaction

from tenants import audit
from tenants.audit import record
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests.holds import ended, hold
from tests.office.doors import Door
from tests.talks import owner_rows
from tests.world import hire

pytestmark = pytest.mark.django_db(transaction=True)

TRAIL = "/desk/office/trail/"
ASKED = "Somebody has asked to read it"


def rows_of(door: Door, **query: str) -> list[list[str]]:
    page = door.get(TRAIL, **query).content.decode()
    rows = re.findall(r"<tr>(<td>.*?)</tr>", page)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row.split("</td>")[:-1]] for row in rows]


def test_officer_reads_who_did_what_to_the_hour(tenant: Tenant, officer: Door) -> None:
    talk = ended(tenant, "hej")
    hold(tenant, talk, reason="access")
    with tenant_scope(tenant):
        record(tenant, actor=None, action="hold.review_due", subject=talk, basis="access: a, 1")

    rows = rows_of(officer, lang="en")

    # The last one was written when the line's promise was loaded.
    assert [row[1:] for row in rows[:-1]] == [
        ["The platform", "A review of a hold was due", str(talk)[:8], f"{ASKED}: a, 1"],
        [
            "administrator 2",
            "Confirmed a hold as the second person",
            str(talk)[:8],
            f"{ASKED}: Politiet, Oslo, 2031/77",
        ],
        ["officer 1", "Placed a hold", str(talk)[:8], f"{ASKED}: Politiet, Oslo, 2031/77"],
    ]
    assert all(re.fullmatch(r"\d+ \w+ \d{4} \d\d:00", row[0]) for row in rows)
    chosen = rows_of(officer, action="hold.placed")
    assert [row[2] for row in chosen] == ["Placed a hold"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("nb", "Holdt en samtale tilbake"), ("sv", "Höll kvar ett samtal"), ("en", "Placed a hold")],
)
def test_trail_speaks_the_members_language(
    tenant: Tenant, officer: Door, language: str, said: str
) -> None:
    hold(tenant, ended(tenant, "hej"), reason="access")

    assert rows_of(officer, action="hold.placed", lang=language)[0][2] == said


def test_trail_is_paged_newest_first(
    tenant: Tenant, officer: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    with tenant_scope(tenant):
        for number in range(5):
            record(tenant, actor=officer.member, action="test", subject=None, basis=str(number))

    pages = [[row[4] for row in rows_of(officer, action="test", page=page)] for page in "1234x"]

    assert pages == [["4", "3"], ["2", "1"], ["0"], [], ["4", "3"]]
    assert "?action=&amp;page=2" in officer.get(TRAIL).content.decode()
    assert "page=4" not in officer.get(TRAIL, action="test", page="3").content.decode()


def test_nobody_but_officers_reads_the_trail(tenant: Tenant, other: Tenant, officer: Door) -> None:
    with tenant_scope(tenant):
        record(tenant, actor=None, action="test", subject=None, basis="ours alone")
    assert [row[4] for row in rows_of(officer, action="test")] == ["ours alone"]

    for role in (Role.COUNSELLOR, Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert Door.of(tenant, role).get(TRAIL).status_code == 404
    assert rows_of(Door.of(other, Role.OFFICER), action="test") == []


def test_who_has_gone_is_not_taken_for_the_platform(tenant: Tenant, officer: Door) -> None:
    gone = hire(tenant, Role.OFFICER, 9)
    with tenant_scope(tenant):
        record(tenant, actor=gone, action="test", subject=None, basis="x")
    owner_rows("default", "DELETE FROM tenants_qualification WHERE membership_id = %s", gone.pk)
    owner_rows("default", "DELETE FROM tenants_membership WHERE id = %s", gone.pk)

    assert rows_of(officer, lang="en")[0][1] == "A former member"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_auditentry SET basis = 'nothing'",
        "DELETE FROM tenants_auditentry",
        "TRUNCATE tenants_auditentry",
    ],
)
def test_application_cannot_change_what_has_been_written(tenant: Tenant, statement: str) -> None:
    with tenant_scope(tenant):
        record(tenant, actor=None, action="test", subject=None, basis="x")
        with (
            pytest.raises(DatabaseError, match="permission denied for table tenants_auditentry"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert owner_rows("default", "SELECT basis FROM tenants_auditentry WHERE action = 'test'") == [
        ("x",)
    ]
