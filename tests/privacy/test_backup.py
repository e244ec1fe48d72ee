"""A stolen or restored copy of main, with all its WAL, does not bring back what has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from chat.calls import call
from helpline.binaries import engine_account, find_binaries, reachable_binaries
from helpline.cluster import Cluster
from helpline.processes import wait_until
from helpline.provision import APP, OWNER, derived_password
from tenants.models import Tenant
from tests import clients
from tests.engines import Harness
from tests.talks import segments_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]

PROJECT = Path(__file__).resolve().parents[2]
SENT, ALIVE = ["jeg er redd", "hva har skjedd?"], ["dette går fortsatt", "og dette"]


class Copy:
    """A physical base backup of main, and the second cluster that it is restored as."""

    def __init__(self, harness: Harness, directory: Path) -> None:
        self.run = harness.run
        self.account = engine_account()
        binaries = find_binaries()
        self.binaries = reachable_binaries(binaries, self.account, self.run.directory / "engines")
        for path in (directory, directory / "sockets"):
            path.mkdir(mode=0o700)
            self.account.own(path)
        self.cluster = Cluster(
            "main",
            directory=directory,
            sockets=directory / "sockets",
            binaries=self.binaries,
            account=self.account,
            log=self.run.directory / "log" / f"{directory.name}.log",
            password="",
            durable=False,
        )

    def take(self) -> None:
        """Copy the data files and the WAL that was written meanwhile."""
        command = [
            self.binaries.program("pg_basebackup"), f"--dbname={self.run.main}",
            f"--pgdata={self.cluster.data}", "--wal-method=stream", "--checkpoint=fast",
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd="/", **self.account.run_as())

    @contextmanager
    def restored(self) -> Iterator[dict[str, str]]:
        """Start it; give the environment of a process that works on it and on today's keys."""
        self.cluster.start()
        try:
            assert wait_until(self.cluster.is_ready, seconds=60)
            yield {
                **os.environ,
                "DATABASE_URL": self.url(APP),
                "DATABASE_OWNER_URL": self.url(OWNER),
            }
        finally:
            self.cluster.stop()

    def url(self, role: str) -> str:
        return self.cluster.url(role, derived_password(self.run.main, role), self.run.database)


def read_in(environment: dict[str, str], tenant: Tenant, *talks: str) -> list[list[str] | None]:
    command = [sys.executable, "-m", "tests.privacy.readback", tenant.slug, *talks]
    said = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    found: list[list[str] | None] = json.loads(said.stdout)
    return found


def bodies_in(environment: dict[str, str], talk: str) -> int:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        query = "SELECT count(body) FROM chat_message WHERE conversation_id = %s"
        row = connection.execute(query, [talk]).fetchone()
    assert row is not None
    return int(row[0])


def look_into(copy: Copy, tenant: Tenant, ended: str, alive: str) -> None:
    with copy.restored() as environment:
        # Everything is there, and today's keys open what is alive and nothing else.
        assert bodies_in(environment, ended) == len(SENT)
        assert read_in(environment, tenant, ended, alive) == [[], ALIVE]

        # A restore heals: what has no key any more is due at once.
        purge = [sys.executable, "manage.py", "purge"]
        said = subprocess.run(
            purge, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True
        )
        assert said.stdout.startswith("1 segments had lost their key; 0 keys destroyed")
        assert bodies_in(environment, ended) == 0
        assert read_in(environment, tenant, ended, alive) == [None, ALIVE]


async def test_backup_taken_mid_talk_is_unreadable_once_the_visitor_has_left(
    tenant: Tenant, harness: Harness
) -> None:
    """Rule: D5"""
    copy = Copy(harness, harness.run.directory / f"copy-of-{harness.run.database}")
    async with clients.talk(tenant) as going, clients.visitor(tenant) as other_tab:
        ended, alive = going.conversation, other_tab.conversation
        await going.visitor.say(SENT[0])
        await going.desk.say(ended, SENT[1])
        for text in ALIVE:
            await other_tab.say(text)
        assert len(await call(segments_of, UUID(ended))) == 1

        await call(copy.take)
        assert (await going.visitor.leave())["type"] == "ended"

        await call(look_into, copy, tenant, ended, alive)
        assert (await other_tab.say("fortsatt her"))["seq"] == len(ALIVE) + 1


async def test_backup_of_a_talk_that_goes_on_can_be_read(tenant: Tenant, harness: Harness) -> None:
    """What the test above looks for is there to be found as long as the key is."""
    copy = Copy(harness, harness.run.directory / f"live-copy-of-{harness.run.database}")
    async with clients.talk(tenant) as going:
        for text in SENT:
            await going.visitor.say(text)

        await call(copy.take)

        with copy.restored() as environment:
            read = await call(read_in, environment, tenant, going.conversation)
        assert read == [SENT]
