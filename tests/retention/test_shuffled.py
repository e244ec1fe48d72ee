"""Pools: packed anew each time, poured when enough are in them, and dropped when not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from chat.evaluation import EVALUATION
from retention import clock, keys, shuffled, tokens
from retention.models import Pool, SpentTokens
from retention.purge import expire_keyless, purge
from tenants.drafts import publish_draft, write_draft
from tenants.errors import Invalid, NotFound, Unavailable
from tenants.models import Tenant
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope
from tests.answers import pass_the_night
from tests.talks import ledger_of, owner_rows
from tests.world import move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    return open_tenants("sexogsamfunn")[0]


def put(tenant: Tenant, *lines: str) -> None:
    for line in lines:
        with tenant_scope(tenant):
            token = tokens.issue(tenant, "evaluation", day=clock.now().date())
            shuffled.put(EVALUATION, tenant, line, token=token)


def answers(count: int, at: int = 0) -> list[str]:
    return [json.dumps([1, {"helped": 1 + (at + n) % 5}]) for n in range(count)]


def pools(tenant: Tenant, *, poured: bool) -> list[Pool]:
    with tenant_scope(tenant):
        return list(Pool.objects.filter(poured=poured, size__gt=0).order_by("on", "size"))


def opened(tenant: Tenant, pool: Pool) -> Sequence[str]:
    found = keys.open_keys(tenant, conversation=pool.pk, segments=[pool.segment])
    text = found[pool.segment].sealer.open(bytes(pool.body), author=0, message=pool.pk)
    return text.split("\n")


def living_keys(tenant: Tenant) -> int:
    query = "SELECT count(*) FROM segment_key WHERE tenant = %s"
    ((count,),) = owner_rows("keys", query, tenant.pk)
    return int(count)


def test_pool_is_the_same_in_whatever_order_it_was_filled(tenant: Tenant) -> None:
    lines = ['[1,{"words":"a"}]', '[1,{"words":"b, longer"}]', '[1,{"words":"c"}]']
    found = []
    for order in (lines, lines[::-1], [lines[1], lines[2], lines[0]]):
        put(tenant, *order)
        (pool,) = pools(tenant, poured=False)
        found.append(opened(tenant, pool))
        move_clock(pool.expires_at)
        purge()

    assert found[0] == found[1] == found[2]
    assert {len(line) for line in found[0]} == {shuffled.LINE_BYTES}


def test_each_line_takes_a_new_key_and_destroys_the_one_before(tenant: Tenant) -> None:
    seen = []
    for line in answers(3):
        put(tenant, line)
        (pool,) = pools(tenant, poured=False)
        seen.append((pool.pk, pool.segment, living_keys(tenant)))

    assert len({row for row, _, _ in seen}) == 1
    assert len({segment for _, segment, _ in seen}) == 3
    assert [count for _, _, count in seen] == [1, 1, 1]


def test_key_that_a_crash_has_left_goes_with_the_next_pouring(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, *answers(4))

    def dies(*_: object) -> None:
        raise OSError("killed")

    def put_one() -> None:
        put(tenant, *answers(1))

    def pour() -> None:
        move_clock(clock.now() + timedelta(days=1))
        with tenant_scope(tenant):
            shuffled.pour(EVALUATION, tenant)

    for crashing in (put_one, pour):
        with monkeypatch.context() as patch:
            patch.setattr(keys, "destroy_keys", dies)
            with pytest.raises(OSError, match="killed"):
                crashing()
        before = living_keys(tenant)
        shuffled.pour_all()
        assert (before, living_keys(tenant)) == (2, 1)


def test_what_is_rolled_back_has_spent_no_token_and_lost_no_line(tenant: Tenant) -> None:
    put(tenant, *answers(2))
    token = tokens.issue(tenant, "evaluation", day=clock.now().date())
    (line,) = answers(1)
    with tenant_scope(tenant):
        shuffled.put(EVALUATION, tenant, line, token=token)
        transaction.set_rollback(True)

    (pool,) = pools(tenant, poured=False)
    assert len(opened(tenant, pool)) == 2
    with tenant_scope(tenant):
        shuffled.put(EVALUATION, tenant, line, token=token)
    with tenant_scope(tenant), pytest.raises(NotFound):
        shuffled.put(EVALUATION, tenant, line, token=token)
    (pool,) = pools(tenant, poured=False)
    assert pool.size == 3


def test_a_line_that_never_sleeps_is_poured_all_the_same(tenant: Tenant) -> None:
    """What comes after midnight and before the job is of the new day."""
    put(tenant, *answers(5))
    move_clock(clock.now() + timedelta(days=1))
    put(tenant, *answers(3, at=5))
    shuffled.pour_all()

    assert [pool.size for pool in pools(tenant, poured=True)] == [5]
    assert [pool.size for pool in pools(tenant, poured=False)] == [3]
    pass_the_night()
    put(tenant, *answers(2))
    shuffled.pour_all()
    assert [pool.size for pool in pools(tenant, poured=False)] == [5]
    pass_the_night()
    assert [pool.size for pool in pools(tenant, poured=True)] == [5, 5]


def test_a_full_pool_takes_no_more(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffled, "FULL", 6)
    put(tenant, *answers(8))

    assert [pool.size for pool in pools(tenant, poured=False)] == [2, 6]
    pass_the_night()
    assert [pool.size for pool in pools(tenant, poured=True)] == [6]
    assert [pool.size for pool in pools(tenant, poured=False)] == [2]


def test_a_pool_without_a_key_is_not_added_to_and_goes(tenant: Tenant) -> None:
    put(tenant, *answers(4))
    (lost,) = pools(tenant, poured=False)
    keys.destroy_keys(tenant, [lost.segment])
    put(tenant, *answers(1))
    shuffled.pour_all()
    expire_keyless()
    purge()

    (left,) = pools(tenant, poured=False)
    assert (left.size, left.pk == lost.pk) == (1, False)
    assert ("evaluation", "ours", 4, 4) in ledger_of(tenant)


def test_an_empty_shell_goes_and_stands_in_no_ledger(tenant: Tenant) -> None:
    put(tenant, *answers(5))
    pass_the_night()
    expire_keyless()
    purge()

    assert owner_rows("default", "SELECT poured, size FROM retention_pool") == [(True, 5)]
    assert [entry for entry in ledger_of(tenant) if entry[0] == "evaluation"] == []


def test_policy_that_asks_no_more_ends_what_was_answered(tenant: Tenant) -> None:
    put(tenant, *answers(5))
    pass_the_night()
    put(tenant, *answers(2))
    with tenant_scope(tenant):
        terms = terms_of(current_policy(tenant))
        silent = {
            **vars(terms),
            "evaluation": False,
            "keep": tuple(each for each in terms.keep if each.kind != "evaluation"),
        }
        write_draft(tenant, type(terms)(**silent))
        now = clock.now()
        publish_draft(tenant, begins_at=now, now=now)

    assert pools(tenant, poured=True) == pools(tenant, poured=False) == []
    expire_keyless()
    purge()
    assert owner_rows("default", "SELECT count(*) FROM retention_pool") == [(0,)]
    assert living_keys(tenant) == 0
    with tenant_scope(tenant), pytest.raises(Unavailable):
        put(tenant, *answers(1))


def test_stricter_policy_shortens_what_is_there(tenant: Tenant) -> None:
    put(tenant, *answers(5))
    pass_the_night()
    with tenant_scope(tenant):
        terms = terms_of(current_policy(tenant))
        keep = [
            type(each)(**{**vars(each), "amount": 1}) if each.starts == "pooled" else each
            for each in terms.keep
        ]
        write_draft(tenant, type(terms)(**{**vars(terms), "keep": tuple(keep)}))
        now = clock.now()
        publish_draft(tenant, begins_at=now, now=now)
    (pool,) = pools(tenant, poured=True)

    assert pool.expires_at < clock.now() + timedelta(days=32)
    move_clock(pool.expires_at)
    assert purge().keys >= 1
    assert pools(tenant, poured=True) == []


def test_a_line_has_its_length_and_no_second_one(tenant: Tenant) -> None:
    for line in ("a" * (shuffled.LINE_BYTES + 1), "a\nb"):
        with pytest.raises(Invalid):
            put(tenant, line)


def test_spent_tokens_are_forgotten_with_their_days(tenant: Tenant) -> None:
    put(tenant, *answers(1))
    move_clock(clock.now() + timedelta(days=1))
    shuffled.pour_all()
    with tenant_scope(tenant):
        before = SpentTokens.objects.count()
    move_clock(clock.now() + timedelta(days=1))
    shuffled.pour_all()
    with tenant_scope(tenant):
        assert (before, SpentTokens.objects.count()) == (1, 0)


def test_every_master_key_knows_the_tokens_that_it_signed(tenant: Tenant) -> None:
    now, old, new = clock.now(), list(settings.HELPLINE_MASTER_KEYS), "A" * 43 + "="
    one, other = (tokens.issue(tenant, "evaluation", day=now.date()) for _ in range(2))

    with override_settings(HELPLINE_MASTER_KEYS=[new, *old]), tenant_scope(tenant):
        tokens.spend(tenant, "evaluation", one, now=now)
    with (
        override_settings(HELPLINE_MASTER_KEYS=[new]),
        tenant_scope(tenant),
        pytest.raises(NotFound),
    ):
        tokens.spend(tenant, "evaluation", other, now=now)
