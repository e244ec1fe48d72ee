"""PostgreSQL behind a pooler that lends a connection for one transaction at a time."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from uuid import UUID

import psycopg
import pytest

from chat.calls import call
from tenants.models import Tenant
from tests.engines import Harness
from tests.fleet import running
from tests.pooler import SERVER_CONNECTIONS, pooler
from tests.scale.talking import TwoEnds, talk
from tests.stack import PROJECT
from tests.talks import GONE, seen, segments_of

pytestmark = pytest.mark.django_db(transaction=True)

TALKS = 6


@pytest.fixture
def pooled(lines: list[Tenant], harness: Harness) -> Iterator[dict[str, str]]:
    with pooler(harness.run) as addresses:
        yield addresses


async def test_talks_of_two_lines_go_on_through_a_pooler(
    pooled: dict[str, str], tenant: Tenant, other: Tenant, harness: Harness
) -> None:
    with running(harness, pooled, pooled) as fleet:
        async with AsyncExitStack() as stack:
            talks: list[TwoEnds] = [
                await stack.enter_async_context(
                    talk(fleet, line, visitor_at=n % 2, desk_at=1 - n % 2, number=n + 1)
                )
                for n in range(TALKS // 2)
                for line in (tenant, other)
            ]

            await asyncio.gather(*(one.exchange(5, name=f"{n}") for n, one in enumerate(talks)))

            # The outsider sees nobody of the other line, whoever's connection it gets.
            for number, line in enumerate((tenant, other), start=1):
                async with fleet.visitor(0, line) as waiting, fleet.desk(1, line, 9) as desk:
                    names = [one["conversation"] for one in desk.welcome["waiting"]]
                    assert names == [waiting.conversation], number
            await check_ends(talks[0], kept=False)
            await check_ends(talks[1], kept=True)
            await call(check_nothing_is_left_on, pooled["DATABASE_URL"])
        # Nothing went wrong that was made good behind everybody's back.
        for process in fleet.processes:
            assert "failed" not in process.log.read_text("utf-8")
            assert "commit_retried" not in process.log.read_text("utf-8")


async def check_ends(ends: TwoEnds, *, kept: bool) -> None:
    """The end is told to both, and forgets what it promises to forget."""
    talk_id = UUID(ends.visitor.talk)
    segments = await call(segments_of, talk_id)
    await ends.visitor.wire.send({"type": "leave"})
    for end in (ends.visitor, ends.counsellor):
        assert (await end.wire.receive("ended"))["by"] == "visitor"
    assert ((await call(seen, talk_id, segments)) != GONE) is kept


def check_nothing_is_left_on(url: str) -> None:
    """On none of the pooler's connections is there a tenant, a role or somebody's row."""
    query = (
        "SELECT pg_backend_pid(), current_user, coalesce(current_setting('app.tenant', true), ''),"
        " (SELECT count(*) FROM chat_conversation)"
    )
    with ExitStack() as stack:
        found = []
        for _ in range(SERVER_CONNECTIONS):
            # Left open, so that the next one is lent another.
            client = stack.enter_context(psycopg.connect(url, prepare_threshold=None))
            found.append(client.execute(query.encode()).fetchone())

    assert len({row[0] for row in found if row}) == SERVER_CONNECTIONS
    assert {row[1:] for row in found if row} == {("helpline_app", "", 0)}


def test_purge_runs_through_a_pooler(pooled: dict[str, str], harness: Harness) -> None:
    run = harness.run
    environment = {**os.environ, **run.variables(run.database), **pooled}

    done = subprocess.run(
        [sys.executable, "manage.py", "purge"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
