"""The vault in time: nothing opens after day seven, a request and an answer have their hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from retention import clock
from retention.purge import purge
from retention.vault import days, openings, store
from retention.vault.lives import DAY, begin_of
from retention.vault.openings import Over
from tenants.errors import NotFound
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests import vault
from tests.talks import ledger_of, owner_rows
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def test_nothing_opens_after_day_seven_though_every_job_has_stopped(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    """Rule: D7"""
    officer, operator = two
    day = clock.now().date()
    waiting = vault.ask_for(tenant, officer, talk)
    end = begin_of(day) + 7 * DAY
    move_clock(end - MINUTE)
    assert vault.records_of(tenant) == [talk]
    late, agreed = (vault.ask_for(tenant, officer, talk) for _ in range(2))
    vault.agree_to(tenant, operator, agreed)
    assert vault.shown_to(tenant, officer, agreed).until == end

    move_clock(end)

    steps: list[Callable[[], object]] = [
        lambda: vault.ask_for(tenant, officer, talk),
        lambda: vault.agree_to(tenant, operator, late),
        lambda: vault.agree_to(tenant, operator, waiting),
        lambda: vault.shown_to(tenant, officer, agreed),
    ]
    for step in steps:
        with pytest.raises((NotFound, Over)):
            step()
    assert vault.records_of(tenant) == []
    for user in two:
        assert store.read_share(tenant.pk, day, user.pk) is None
        assert store.passed_to(user.pk, opening=late.pk, tenant=tenant.pk) is None
    assert store.holders_of(tenant.pk, day) == set()
    assert store.show_answer(agreed.pk, tenant=tenant.pk) is None
    # It was all still there, and the purge takes it away.
    assert counts(day) == (1, 2, 3, 1)
    purge()
    assert counts(day) == (0, 0, 0, 0)
    assert ("address", "D7", 1, 1) in ledger_of(tenant)


def counts(day: object) -> tuple[int, ...]:
    """Count what stands in both instances of one day: day, shares, openings, records."""
    queries = (
        ("keys", "SELECT 1 FROM vault_day WHERE day = %s"),
        ("keys", "SELECT 1 FROM vault_share WHERE day = %s"),
        ("keys", "SELECT 1 FROM vault_opening WHERE day = %s"),
        ("default", "SELECT 1 FROM retention_addressrecord WHERE day = %s"),
    )
    return tuple(len(owner_rows(alias, query, day)) for alias, query in queries)


def test_request_is_over_after_an_hour(tenant: Tenant, two: tuple[User, User], talk: UUID) -> None:
    officer, operator = two
    request = vault.ask_for(tenant, officer, talk)

    move_clock(clock.now() + 60 * MINUTE)

    with pytest.raises(Over):
        vault.agree_to(tenant, operator, request)


def test_answer_that_nobody_looks_at_is_over_after_half_an_hour(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    officer, operator = two
    request = vault.ask_for(tenant, officer, talk)
    vault.agree_to(tenant, operator, request)

    move_clock(clock.now() + 30 * MINUTE)

    with pytest.raises(Over):
        vault.shown_to(tenant, officer, request)


def test_address_is_shown_for_half_an_hour_from_the_first_time(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    officer, operator = two
    request = vault.ask_for(tenant, officer, talk)
    vault.agree_to(tenant, operator, request)
    move_clock(clock.now() + 29 * MINUTE)

    first = vault.shown_to(tenant, officer, request)
    move_clock(clock.now() + 29 * MINUTE)
    again = vault.shown_to(tenant, officer, request)
    move_clock(first.until)

    assert again == first
    with pytest.raises(Over):
        vault.shown_to(tenant, officer, request)


def test_asker_can_destroy_it_before(tenant: Tenant, two: tuple[User, User], talk: UUID) -> None:
    officer, operator = two
    request = vault.ask_for(tenant, officer, talk)
    vault.agree_to(tenant, operator, request)
    with tenant_scope(tenant), pytest.raises(NotFound):
        openings.finish(tenant, openings.opener(tenant, operator), request.pk)

    with tenant_scope(tenant):
        openings.finish(tenant, openings.opener(tenant, officer), request.pk)

    with pytest.raises(Over):
        vault.shown_to(tenant, officer, request)
    assert owner_rows("keys", "SELECT 1 FROM vault_opening") == []


def test_later_stricter_promise_shortens_and_a_looser_one_does_not_lengthen(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    today = clock.now().date()

    def lives() -> set[int]:
        """Return the days that a record and its day's key have, from the day's begin."""
        rows = owner_rows("default", "SELECT expires_at FROM retention_addressrecord")
        rows += owner_rows("keys", "SELECT expires_at FROM vault_day WHERE day = %s", today)
        return {(ends - begin_of(today)).days for (ends,) in rows}

    found = [lives()]
    for kept in (10, 3, 9):
        with tenant_scope(tenant):
            vault.publish_days(tenant, kept)
        found.append(lives())

    assert found == [{7}, {7}, {3}, {3}]


def test_address_that_comes_before_an_announced_promise_ends_with_it(
    tenant: Tenant, two: tuple[User, User]
) -> None:
    with tenant_scope(tenant):
        vault.publish_days(tenant, None, ahead=2 * DAY)

    talk = vault.begun(tenant)

    announced = owner_rows("default", "SELECT max(begins_at) FROM tenants_policy")
    assert owner_rows("default", "SELECT expires_at FROM retention_addressrecord") == announced
    assert vault.records_of(tenant) == [talk]
    move_clock(announced[0][0])
    assert vault.records_of(tenant) == []


def test_promise_to_keep_none_ends_what_is_kept_at_its_beginning(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    request = vault.ask_for(tenant, two[0], talk)

    with tenant_scope(tenant):
        vault.publish_days(tenant, None)

    assert vault.records_of(tenant) == []
    assert store.read_share(tenant.pk, clock.now().date(), two[0].pk) is None
    with pytest.raises((NotFound, Over)):
        vault.agree_to(tenant, two[1], request)
    assert days.make_days() == 0
