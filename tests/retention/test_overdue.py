from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from chat.conversations import end_conversation
from chat.models import Conversation
from chat.states import By
from retention import clock
from retention.overdue import LATE, Overdue, overdue
from retention.purge import purge
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.talks import begin, owner_rows
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)


def ended(tenant: Tenant, count: int) -> None:
    for _ in range(count):
        assert end_conversation(tenant, begin(tenant, "hej"), by=By.VISITOR)


def test_what_is_due_is_overdue_until_the_purge_has_been(other: Tenant) -> None:
    ended(other, 2)
    begin(other, "goes on")
    with tenant_scope(other):
        ends = Conversation.objects.filter(ended_at__isnull=False).values_list(
            "expires_at", flat=True
        )
        first, last = min(ends), max(ends)
        # That the charter's policy was published stands in the trail.
        trail = AuditEntry.objects.values_list("expires_at", flat=True).get()
    assert overdue(other, now=clock.now()) == []

    move_clock(last)
    assert [one for one in overdue(other, now=clock.now()) if one.kind == "conversation"] == [
        Overdue("conversation", 2, first)
    ]

    move_clock(trail)
    assert {one.kind: one.count for one in overdue(other, now=clock.now())} == {
        "conversation": 3, "farewell": 2, "audit": 1,
    }  # fmt: skip

    purge()
    assert overdue(other, now=clock.now()) == []


def test_late_is_what_the_purge_has_passed_over(other: Tenant) -> None:
    ended(other, 1)
    with tenant_scope(other):
        due = Conversation.objects.values_list("expires_at", flat=True).get()
    move_clock(due + LATE - timedelta(seconds=1))

    now = due + LATE - timedelta(seconds=1)
    early = [one.kind for one in overdue(other, now=now, late=LATE)]
    late = [one for one in overdue(other, now=due + LATE, late=LATE) if one.kind == "conversation"]

    assert early == ["farewell"]
    assert late == [Overdue("conversation", 1, due)]


def test_what_is_held_is_not_overdue_and_nothing_is_of_another_tenant(
    tenant: Tenant, other: Tenant
) -> None:
    ended(other, 1)
    move_clock(clock.now() + timedelta(days=123))
    assert {one.kind for one in overdue(other, now=clock.now())} == {"conversation", "farewell"}
    assert overdue(tenant, now=clock.now()) == []

    owner_rows("default", "UPDATE chat_conversation SET held = true")
    owner_rows("default", "UPDATE chat_segment SET held = true")

    assert {one.kind for one in overdue(other, now=clock.now())} == {"farewell"}


def test_looking_changes_nothing_for_who_goes_on_in_the_scope(other: Tenant) -> None:
    with tenant_scope(other), connection.cursor() as cursor:
        overdue(other, now=clock.now())
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("helpline_app",)
