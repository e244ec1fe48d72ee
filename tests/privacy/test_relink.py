"""Who said what after which talk: asked of everything that the platform has written down.

The attacker has every row of both instances with its place and its transaction, every key, every
token that was given out, and knows of each talk when it ended and that its visitor answered at once.
Of ``NIGHTS`` batches of ``TALKS`` each it lays the order of the ends beside every order that it
finds. By chance one answer of a batch falls to its own talk, whatever the size of the batch, and half
of all pairs stand the right way round; more than ``SIGMAS`` standard deviations from that is a leak.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pytest

from retention import keys
from retention.models import Pool, SpentTokens
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.answers import asked, pass_the_night, send
from tests.talks import owner_rows
from tests.world import open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

NIGHTS, TALKS = 12, 10
SIGMAS = 4.5


@dataclass
class Batch:
    """What the attacker knows of one night, and the orders of the answers that it has found."""

    tokens: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)

    def mark(self, token: str) -> str:
        nonce = base64.urlsafe_b64decode(token + "==")[:16]
        return hashlib.sha256(nonce).hexdigest()


def told(*, right: int, pairs: int) -> bool:
    """Say whether so many answers and pairs of them in the right place are more than chance."""
    chance = NIGHTS * math.comb(TALKS, 2) / 2
    spread = NIGHTS * TALKS * (TALKS - 1) * (2 * TALKS + 5) / 72
    return abs(right - NIGHTS) > SIGMAS * math.sqrt(NIGHTS) or abs(
        pairs - chance
    ) > SIGMAS * math.sqrt(spread)


def tells(truth: Sequence[Sequence[str]], found: Sequence[Sequence[str]]) -> bool:
    """Say whether an order that was found leads from the talks to the answers."""
    right = pairs = 0
    for ended, guess in zip(truth, found, strict=True):
        assert sorted(ended) == sorted(guess)
        place = {one: at for at, one in enumerate(guess)}
        right += sum(one == other for one, other in zip(ended, guess, strict=True))
        pairs += sum(place[one] < place[other] for one, other in combinations(ended, 2))
    return told(right=right, pairs=pairs)


def words_in(tenant: Tenant, pool: Pool) -> list[str]:
    """Open a pool with its own key, and return what was written, in the order that it lies in."""
    opened = keys.open_keys(tenant, conversation=pool.pk, segments=[pool.segment])
    text = opened[pool.segment].sealer.open(bytes(pool.body), author=0, message=pool.pk)
    lines = [json.loads(line) for line in text.split("\n")]
    if pool.poured:
        return list(lines[0]["1"]["words"])
    return [given["words"] for _, given in lines]


def everything(alias: str) -> Iterator[tuple[str, list[str]]]:
    """Give every table of an instance and its rows as they lie there, with place and transaction."""
    tables = owner_rows(alias, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        row = "t.ctid::text || t.xmin::text || t::text"
        query = f'SELECT {row} FROM "{table}" t ORDER BY t.ctid'  # noqa: S608  # its own table
        yield table, [row[0] for row in owner_rows(alias, query)]


def an_evening(tenant: Tenant) -> Batch:
    """Let ``TALKS`` talks end one after the other, and each visitor answer at once."""
    batch = Batch()
    for _ in range(TALKS):
        _, token = asked(tenant)
        batch.tokens.append(token)
        batch.words.append(random.randbytes(12).hex())
        answers = {"words": batch.words[-1], "helped": 5}
        assert send(tenant, {"token": token, "answers": answers}).status_code == 204
    return batch


def look_into(tenant: Tenant, batch: Batch) -> None:
    with tenant_scope(tenant):
        waiting = Pool.objects.get(poured=False, size__gt=0)
        batch.found["waiting"] = words_in(tenant, waiting)
        marks = bytes(SpentTokens.objects.latest("day").marks).hex()
    batch.found["marks"] = [marks[at : at + 64] for at in range(0, len(marks), 64)]


def look_after(tenant: Tenant, batch: Batch) -> None:
    with tenant_scope(tenant):
        newest = next(
            pool
            for pool in Pool.objects.filter(poured=True)
            if batch.words[0] in words_in(tenant, pool)
        )
        batch.found["poured"] = words_in(tenant, newest)


def test_attacker_with_everything_finds_answers_no_better_than_by_chance() -> None:
    """Rule: S9"""
    (tenant,) = open_tenants("sexogsamfunn")
    batches, written = [], ""
    for _ in range(NIGHTS):
        batches.append(an_evening(tenant))
        look_into(tenant, batches[-1])
        dump = {**dict(everything("default")), **dict(everything("keys"))}
        written += "".join(row for rows in dump.values() for row in rows)
        # No row of a single answer, and so no place, time or id of one: a row of used tokens for
        # each of two days, and of answers one that waits, the shell before it, and one a night.
        assert len(dump["retention_spenttokens"]) <= 2
        assert len(dump["retention_pool"]) <= 2 * len(batches)
        pass_the_night()
        look_after(tenant, batches[-1])

    talks = [batch.words for batch in batches]
    spent = [[batch.mark(token) for token in batch.tokens] for batch in batches]
    orders = {
        "waiting": tells(talks, [batch.found["waiting"] for batch in batches]),
        "poured": tells(talks, [batch.found["poured"] for batch in batches]),
        "marks": tells(spent, [batch.found["marks"] for batch in batches]),
    }
    assert orders == dict.fromkeys(orders, False)
    assert tells(talks, talks)
    assert len(owner_rows("default", "SELECT 1 FROM retention_pool WHERE poured")) == NIGHTS
    # Neither what was written nor a token, in any table of either instance, at any time.
    lost = [
        one
        for batch in batches
        for one in (*batch.words, *batch.tokens)
        if one in written or one.encode().hex() in written
    ]
    assert lost == []
