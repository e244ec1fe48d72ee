"""A place that begins many talks is slowed by proofs of work, and never shut out."""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import Iterator
from time import time
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from chat import proofs
from chat.calls import call
from chat.starts import LEAST_WORK, MOST_WORK, Starts
from tenants.models import Tenant
from tests.clients import ask, host_of
from tests.proofs import number_of, proof_of

pytestmark = pytest.mark.django_db(transaction=True)

SCHOOL = ("203.0.113.41", 50_000)
HOME = ("203.0.113.42", 50_000)
# What an old telephone does in a second; measured far below what any does that still gets updates.
HASHES_PER_SECOND = 100_000
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def narrow() -> Iterator[None]:
    """Let two talks be begun from one place at once, and then one in a quarter of an hour."""
    with override_settings(START_BURST=2, START_PER_MINUTE=1 / 15):
        yield


@pytest.fixture
def school() -> tuple[str, int]:
    """An address that no test has begun from: the process counts on from test to test."""
    return (f"198.51.100.{next(_numbers)}", 50_000)


async def begin(tenant: Tenant, client: tuple[str, int], body: str = "{}") -> tuple[int, Any]:
    headers = [(b"content-type", b"application/json")]
    answer = await ask(
        "POST",
        host_of(tenant),
        "/api/conversations",
        body=body.encode(),
        headers=headers,
        client=client,
    )
    return answer.status, answer.json()


async def begin_proven(tenant: Tenant, client: tuple[str, int], proof: str) -> tuple[int, Any]:
    return await begin(tenant, client, f'{{"proof": "{proof}"}}')


async def challenge_at(tenant: Tenant, client: tuple[str, int]) -> dict[str, Any]:
    """Begin from one place until it costs something; return what."""
    for _ in range(3):
        status, said = await begin(tenant, client)
    assert (status, said["error"]) == (428, "proof_required")
    challenge: dict[str, Any] = said["challenge"]
    return challenge


async def test_class_behind_one_address_begins_within_seconds_each_and_a_home_for_nothing(
    tenant: Tenant, school: tuple[str, int]
) -> None:
    pupils = 40
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(queue_cap=500))
    asked: list[int] = []

    async def pupil() -> int:
        status, said = await begin(tenant, school)
        while status == 428:
            asked.append(said["challenge"]["maxnumber"])
            proof = await asyncio.to_thread(proof_of, said["challenge"])
            status, said = await begin_proven(tenant, school, proof)
        return status

    with override_settings(START_BURST=20):
        statuses = await asyncio.gather(*(pupil() for _ in range(pupils)))
        home = await begin(tenant, HOME)

    assert statuses == [201] * pupils
    # Each solved one and was let in with it; what it cost is some seconds on the slowest machine.
    assert len(asked) == pupils - 20
    assert max(asked) > 3 * min(asked)
    assert max(asked) <= 10 * HASHES_PER_SECOND
    assert home[0] == 201


async def test_proof_is_good_once_for_one_line_and_for_a_while(
    tenant: Tenant, other: Tenant, school: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = await challenge_at(tenant, school)
    proof = proof_of(challenge)
    elsewhere = await challenge_at(other, school)

    with monkeypatch.context() as late:
        now = time()
        late.setattr(proofs, "time", lambda: now + proofs.GOOD_SECONDS)
        too_late = (await begin_proven(tenant, school, proof))[0]
    answers = [
        await begin_proven(other, school, proof),
        await begin_proven(tenant, school, proof_of(elsewhere)),
        await begin_proven(tenant, school, proof),
        await begin_proven(tenant, school, proof),
    ]

    assert (too_late, [status for status, _ in answers]) == (428, [428, 428, 201, 428])


async def test_proof_is_good_once_though_valkey_is_away(
    tenant: Tenant, school: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = proof_of(await challenge_at(tenant, school))
    proofs.valkey.cache_clear()
    with monkeypatch.context() as away:
        away.setattr(settings, "REDIS_URL", "unix:///nowhere/valkey.sock")
        answers = [await begin_proven(tenant, school, proof) for _ in range(2)]
    proofs.valkey.cache_clear()

    assert [status for status, _ in answers] == [201, 428]


async def test_what_is_no_proof_is_asked_again(tenant: Tenant, school: tuple[str, int]) -> None:
    challenge = await challenge_at(tenant, school)
    number, salt = number_of(challenge), challenge["salt"]
    later = salt.replace("expires=", "expires=9")[:-2] + "&"
    forged = [
        "",
        "no base64",
        *(base64.b64encode(text).decode() for text in (b"", b"[]", b"7", b"{}", b"\xff", b"[" * 3_000)),
        *(proof_of(challenge, number=wrong) for wrong in (number + 1, -1, str(number), True, 1e3)),
        *(proof_of(challenge, number=number, salt=other) for other in (later, salt[:-1], "", 7)),
        *(proof_of(challenge, number=number, signature=one) for one in ("0" * 64, "é", None)),
        # The digits between the time and the number belong where they are.
        proof_of(challenge, number=int(str(number)[1:] or 0), salt=f"{salt[:-1]}{str(number)[:1]}&"),
    ]  # fmt: skip

    answers = [await begin_proven(tenant, school, proof) for proof in forged]

    assert [status for status, _ in answers] == [428] * len(forged)
    assert (await begin_proven(tenant, school, proof_of(challenge)))[0] == 201


async def test_nobody_works_for_a_line_that_takes_nobody(
    tenant: Tenant, school: tuple[str, int]
) -> None:
    await challenge_at(tenant, school)
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(queue_cap=1))

    status, said = await begin(tenant, school)

    assert (status, said) == (409, {"error": "full", "text": said["text"]})


def test_price_rises_with_what_was_begun_and_with_the_queue_and_is_nothing_in_quiet_times(
    tenant: Tenant,
) -> None:
    def work(begun: int, load: float) -> int:
        counted = Starts()
        for _ in range(begun):
            price = counted.take(tenant, (b"here", b"-"), load=load)
        return price.work if price else 0

    with override_settings(START_BURST=100, START_PER_MINUTE=0):
        by_count = [work(begun, 0) for begun in (1, 100, 101, 150, 200, 900)]
        by_load = [work(60, load) for load in (0, 0.5, 0.75, 0.9, 1)]
        alone_in_the_rush = work(1, 1)

    assert by_count[:2] == [0, 0]
    assert LEAST_WORK < by_count[2] < by_count[3] < by_count[4] == by_count[5] <= MOST_WORK
    assert by_load[:2] == [0, 0]
    assert LEAST_WORK < by_load[2] < by_load[3] < by_load[4] <= MOST_WORK
    assert alone_in_the_rush == 0
