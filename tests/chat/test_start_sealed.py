"""The start of a talk from an address: what is kept of it, where, and how fast it may go."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest
from django.test import override_settings

from chat import starts
from chat.calls import call, scoped_call
from chat.starts import Starts
from retention import clock
from retention.models import AddressRecord
from tenants.models import Tenant
from tests import vault, world
from tests.talks import owner_rows
from tests.vault import IP, PORT, begin_from

pytestmark = pytest.mark.django_db(transaction=True)

SILENT = ["sexogsamfunn", "urph", "tidaholm", "snakkompsyken", "snakkommobbing", "alarmtelefonen"]
LIE = (b"x-forwarded-for", b"198.51.100.1")


async def kept_at(tenant: Tenant) -> list[UUID]:
    def look() -> list[UUID]:
        return list(AddressRecord.objects.values_list("conversation", flat=True))

    return await scoped_call(tenant, look)


async def test_address_is_sealed_with_its_port_and_moment_and_opens_for_two(tenant: Tenant) -> None:
    """Rule: D7"""
    officer, operator = await call(vault.furnish, tenant)
    before = await call(clock.now)

    status, said = await begin_from(tenant, headers=[LIE])

    talk = UUID(str(said["conversation"]))
    assert (status, await kept_at(tenant)) == (201, [talk])
    request = await call(vault.ask_for, tenant, officer, talk)
    await call(vault.agree_to, tenant, operator, request)
    found = (await call(vault.shown_to, tenant, officer, request)).address
    assert (found.ip, found.port) == (IP, PORT)
    assert before.replace(microsecond=0) <= found.at <= await call(clock.now)


async def test_address_is_the_proxys_word_where_its_header_is_named(tenant: Tenant) -> None:
    officer, operator = await call(vault.furnish, tenant)
    header = (b"x-peer", b"[2001:db8::7]:50123")

    with override_settings(ADDRESS_HEADER="X-Peer"):
        _, said = await begin_from(tenant, ("127.0.0.1", 9), headers=[LIE, header])

    talk = UUID(str(said["conversation"]))
    request = await call(vault.ask_for, tenant, officer, talk)
    await call(vault.agree_to, tenant, operator, request)
    found = (await call(vault.shown_to, tenant, officer, request)).address
    assert (found.ip, found.port) == ("2001:db8::7", 50_123)


async def test_six_lines_keep_no_address(transactional_db: None) -> None:
    """Rule: S7, U3, B8"""
    lines = await call(world.open_tenants, *SILENT, "detfinneshjelp")
    await call(vault.furnish, lines[-1])
    for line in lines[:-1]:
        await call(vault.officer, line)

    statuses = [(await begin_from(line))[0] for line in lines]

    assert statuses == [201] * 7
    assert [len(await kept_at(line)) for line in lines] == [0] * 6 + [1]


@pytest.mark.parametrize("client", [(IP, PORT), None], ids=["no key", "no address"])
async def test_address_that_cannot_be_sealed_is_dropped_and_told_of(
    tenant: Tenant, client: tuple[str, int] | None, caplog: pytest.LogCaptureFixture
) -> None:
    if client is None:
        await call(vault.furnish, tenant)

    with caplog.at_level(logging.ERROR, logger="helpline"):
        status, _ = await begin_from(tenant, client)

    assert (status, await kept_at(tenant)) == (201, [])
    told = [record.message for record in caplog.records]
    assert told == (["vault_without_key"] if client else ["address_unknown"])


async def test_address_sealed_under_a_promise_that_has_just_ended_is_not_kept(
    tenant: Tenant,
) -> None:
    """The door knows a key for five seconds; the promise holds from its first moment."""
    await call(vault.furnish, tenant)
    assert (await begin_from(tenant))[0] == 201
    assert len(await kept_at(tenant)) == 1

    await scoped_call(tenant, vault.publish_days, tenant, None)

    assert (await begin_from(tenant))[0] == 201
    assert await kept_at(tenant) == []
    assert len(await call(owner_rows, "default", "SELECT 1 FROM retention_addressrecord")) == 1


# How fast.


async def test_one_place_is_slowed_down_and_others_are_not(tenant: Tenant, other: Tenant) -> None:
    place, next_door = ("203.0.113.78", PORT), ("203.0.113.79", PORT)
    with override_settings(START_BURST=2, START_PER_MINUTE=1):
        answers = [await begin_from(tenant, place) for _ in range(3)]
        elsewhere = await begin_from(tenant, next_door)
        other_line = await begin_from(other, place)
        unknown = [(await begin_from(tenant, None))[0] for _ in range(3)]

    said = answers[2][1]
    assert [status for status, _ in answers] == [201, 201, 428]
    assert said == {
        "error": "proof_required",
        "text": "many talks were begun from here: solve the challenge, or wait",
        "challenge": said["challenge"],
        "retry_seconds": 120,
    }
    assert (elsewhere[0], other_line[0], unknown) == (201, 201, [201] * 3)


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr("chat.starts.monotonic", lambda: now[0])
    return now


@override_settings(START_BURST=2, START_PER_MINUTE=6)
def test_count_follows_a_place_to_its_next_bucket_and_is_forgotten(
    tenant: Tenant, clocked: list[float]
) -> None:
    counted = Starts()
    for _ in range(2):
        assert counted.take(tenant, (b"old", b"older"), load=0) is None
    price = counted.take(tenant, (b"new", b"old"), load=0)
    assert price is not None
    assert price.retry_seconds == 20

    clocked[0] += 20
    assert counted.take(tenant, (b"new", b"old"), load=0) is None
    assert list(counted._left) == [(tenant.pk, b"new")]
    clocked[0] += 20
    counted.take(tenant, (b"somebody", b"else"), load=0)
    assert list(counted._left) == [(tenant.pk, b"somebody")]


@override_settings(START_BURST=2, START_PER_MINUTE=6)
def test_no_more_places_are_remembered_than_fit(
    tenant: Tenant, clocked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "MOST_PLACES", 3)
    counted = Starts()

    for number in range(5):
        counted.take(tenant, (b"%d" % number, b"-"), load=0)

    assert [place for _, place in counted._left] == [b"2", b"3", b"4"]
