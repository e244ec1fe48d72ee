"""Who has left is out at once, and forgotten when the charter says so.  Rule: ours"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from chat.calls import scoped_call
from chat.conversations import end_conversation
from chat.models import Conversation, Presence
from chat.queue import claim
from chat.states import By
from retention import clock
from retention.purge import purge
from retention.watchdog import standing
from tenants import drafts, staff
from tenants.durations import deadline
from tenants.errors import NotFound
from tenants.models import AuditEntry, Membership, Qualification, Role, Tenant, User
from tenants.policies import current_policy, terms_of
from tenants.rota import plan_shift
from tenants.scope import tenant_scope
from tests import web
from tests.talks import begin, ledger_of, owner_rows
from tests.world import address_of, hire, move_clock, stop_runtime

pytestmark = pytest.mark.django_db(transaction=True)


def let_go(tenant: Tenant, member: Membership) -> datetime:
    """Let ``member`` go and return until when they are known."""
    with tenant_scope(tenant):
        left = staff.leave(tenant, member.pk, actor=None)
    assert left.expires_at is not None
    return left.expires_at


def there(member: Membership) -> tuple[int, ...]:
    """Count what is left of a member: place, qualifications, presence, person."""
    counts = [
        owner_rows("default", f"SELECT count(*) FROM {table} WHERE {column} = %s", value)[0][0]  # noqa: S608  # names of ours
        for table, column, value in (
            ("tenants_membership", "id", member.pk),
            ("tenants_qualification", "membership_id", member.pk),
            ("chat_presence", "membership_id", member.pk),
            ("tenants_user", "id", member.user_id),
        )
    ]
    return tuple(counts)


def present(tenant: Tenant, member: Membership) -> None:
    with tenant_scope(tenant):
        Presence.objects.create(tenant=tenant, membership=member)


def keep_accounts(tenant: Tenant, days: int) -> None:
    with tenant_scope(tenant):
        terms = terms_of(current_policy(tenant))
        keep = tuple(
            replace(one, amount=days, unit="days") if one.kind == "account" else one
            for one in terms.keep
        )
        drafts.write_draft(tenant, replace(terms, keep=keep))
        now = clock.now()
        drafts.publish_draft(tenant, begins_at=now, now=now)


def test_who_has_left_is_forgotten_at_the_moment_that_was_promised_and_not_before(
    other: Tenant,
) -> None:
    member, stays = hire(other), hire(other, number=2)
    present(other, member)
    before = there(member)
    assert before == (1, there(stays)[1], 1, 1)
    assert before[1] > 0

    until = let_go(other, member)

    assert until == deadline(
        _left_at(other, member), amount=3, unit="months", zone=other.zone, country=other.country
    )
    move_clock(until - timedelta(seconds=1))
    purge()
    assert there(member) == before
    move_clock(until)
    purge()
    assert there(member) == (0, 0, 0, 0)
    assert there(stays)[0::3] == (1, 1)
    assert ledger_of(other) == [("account", "ours", 1, 1)]


def _left_at(tenant: Tenant, member: Membership) -> datetime:
    with tenant_scope(tenant):
        left_at = Membership.objects.values_list("left_at", flat=True).get(pk=member.pk)
    assert left_at is not None
    return left_at


def test_shifts_of_who_has_left_go_with_them(other: Tenant) -> None:
    member, stays = hire(other), hire(other, number=2)
    for one in (member, stays):
        now = clock.now()
        with tenant_scope(other):
            plan_shift(other, one, begins_at=now, ends_at=now + timedelta(hours=8), now=now)
    shifts = "SELECT membership_id FROM tenants_shift"
    assert {row[0] for row in owner_rows("default", shifts)} == {member.pk, stays.pk}

    move_clock(let_go(other, member))
    purge()

    assert owner_rows("default", shifts) == [(stays.pk,)]


async def test_who_has_left_is_let_in_nowhere_and_the_trail_tells(
    tenant: Tenant, other: Tenant
) -> None:
    member = await scoped_call(tenant, hire, tenant)
    boss = await scoped_call(tenant, hire, tenant, Role.ADMINISTRATOR)
    cookie = await web.sign_in(tenant, address_of(tenant, "counsellor", 1))
    assert cookie
    desk = [(b"cookie", cookie.encode())]
    host = web.host_of(tenant, "desk")
    assert (await web.ask("GET", host, "/desk/", headers=desk)).status == 200

    def leave() -> list[tuple[object, ...]]:
        staff.leave(tenant, member.pk, actor=boss)
        # Once more counts for nothing.
        staff.leave(tenant, member.pk, actor=boss)
        return list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "subject"))

    trail = await scoped_call(tenant, leave)

    assert trail[-1] == ("member.left", boss.pk, member.pk)
    assert [entry[0] for entry in trail].count("member.left") == 1
    assert (await web.ask("GET", host, "/desk/", headers=desk)).status == 302
    assert await web.sign_in(tenant, address_of(tenant, "counsellor", 1)) is None
    # Other processes have been told, from this event loop.
    await stop_runtime()


def test_nobody_lets_go_a_member_of_another_tenant(tenant: Tenant, other: Tenant) -> None:
    foreign = hire(other)

    with tenant_scope(tenant):
        for member in (foreign.pk, uuid4()):
            with pytest.raises(NotFound):
                staff.leave(tenant, member, actor=None)

    with tenant_scope(other):
        assert Membership.objects.get(pk=foreign.pk).left_at is None


def test_person_with_a_place_elsewhere_or_an_operator_stays(tenant: Tenant, other: Tenant) -> None:
    member, operator = hire(other), hire(other, Role.OFFICER)
    User.objects.filter(pk=operator.user_id).update(is_staff=True)
    with tenant_scope(tenant):
        elsewhere = Membership.objects.create(tenant=tenant, user=member.user, role=Role.OFFICER)
    move_clock(max(let_go(other, member), let_go(other, operator)))

    purge()

    assert there(member) == (0, 0, 0, 1)
    assert there(operator) == (0, 0, 0, 1)
    with tenant_scope(tenant):
        assert Membership.objects.get().pk == elsewhere.pk
    # The last place that they have: now the person goes as well.
    move_clock(let_go(tenant, elsewhere))
    purge()
    assert there(member) == (0, 0, 0, 0)


def test_talk_that_is_kept_keeps_who_had_it_and_nothing_is_late(other: Tenant) -> None:
    member = hire(other)
    present(other, member)
    with tenant_scope(other):
        Presence.objects.update(ready=True)
    keep_accounts(other, days=1)
    talk = begin(other, "hej")
    with tenant_scope(other):
        claim(other, member, talk, then=str)
    assert end_conversation(other, talk, by=By.COUNSELLOR)
    move_clock(let_go(other, member) + timedelta(hours=1))

    purge()

    assert there(member)[0::3] == (1, 1)
    with tenant_scope(other):
        kept = Conversation.objects.select_related("counsellor").get(pk=talk)
        assert kept.counsellor_id == member.pk
    assert [late.kind for late in standing(other, now=clock.now()).overdue] == []
    assert [entry[0] for entry in ledger_of(other)] == ["farewell"]

    move_clock(kept.expires_at)
    purge()

    assert there(member) == (0, 0, 0, 0)
    assert [entry[0] for entry in ledger_of(other)] == ["farewell", "conversation", "account"]


def test_shorter_promise_forgets_who_has_left_sooner_and_a_longer_one_not_later(
    other: Tenant,
) -> None:
    member = hire(other)
    first = let_go(other, member)

    keep_accounts(other, days=400)
    with tenant_scope(other):
        assert Membership.objects.get(pk=member.pk).expires_at == first

    keep_accounts(other, days=2)
    with tenant_scope(other):
        found = Membership.objects.get(pk=member.pk)
    assert found.left_at
    assert found.expires_at == found.left_at + timedelta(days=2)
    move_clock(found.expires_at)
    purge()
    assert there(member) == (0, 0, 0, 0)
    with tenant_scope(other):
        assert Qualification.objects.filter(membership_id=member.pk).count() == 0
