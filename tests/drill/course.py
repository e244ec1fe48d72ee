"""The course of the drill: talks that come to every end, two backups of the middle, and the count."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

import psycopg

from chat.conversations import end_conversation, erase_conversation
from chat.states import By
from retention import clock
from retention.purge import purge
from tenants.models import Tenant
from tenants.trial import open_line
from tests.drill.copies import BaseBackup, Copy, Dump, Environment
from tests.engines import Run
from tests.talks import begin, texts_in
from tests.world import move_clock, open_tenants

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = ["jeg er redd", "hva har skjedd?"]
FORTNIGHT = timedelta(days=14)
COPIES: tuple[type[BaseBackup | Dump], ...] = (BaseBackup, Dump)


@dataclass(frozen=True)
class Group:
    """Talks with one fate: whether they must be gone after it, and which they are."""

    name: str
    tenant: Tenant
    gone: bool
    talks: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class Count:
    """What became of one group in one copy: talks that can be read, and bodies that lie in it."""

    group: str
    copy: str
    talks: int
    gone: bool
    lies_there: int
    readable: int
    lies_there_healed: int
    readable_healed: int

    @property
    def ok(self) -> bool:
        """Was it all in the copy, and is it then unreadable and healed away, or readable?"""
        whole = self.lies_there == self.talks * len(TEXTS)
        if self.gone:
            return whole and self.readable == self.readable_healed == self.lies_there_healed == 0
        return whole and self.readable == self.readable_healed == self.talks


def drill(run: Run, *, each: int) -> list[Count]:
    """Do all of it with ``each`` talks of every fate, on an empty pair of databases."""
    groups = _talks_begin(each)
    directory = Path(mkdtemp(prefix="drill-", dir=run.directory))
    directory.chmod(0o711)
    copies: list[Copy] = [kind(run, directory / kind.__name__.lower()) for kind in COPIES]
    for copy in copies:
        copy.take()
    _talks_end(groups)
    return [count for copy in copies for count in look_into(copy, groups)]


def _talks_begin(each: int) -> list[Group]:
    lines = open_tenants("detfinneshjelp", "tidaholm", "urph")
    for tenant in lines:
        tenant.queue_cap = 10 * each
        tenant.save(update_fields=["queue_cap"])
    at_close, kept, fortnight = lines
    groups = [
        Group("ended, deleted at close", at_close, gone=True),
        Group("erased, and gone on", at_close, gone=True),
        Group("kept until its time was over", fortnight, gone=True),
        Group("kept for three months", kept, gone=False),
        Group("alive", at_close, gone=False),
    ]
    for group in groups[2:4]:
        _begin(group, each)
        for talk in group.talks:
            assert end_conversation(group.tenant, talk, by=By.VISITOR)
    # The middle of their lives: an hour before the fortnight is over.
    move_clock(clock.now() + FORTNIGHT - timedelta(hours=1))
    open_line(at_close, now=clock.now(), hours=8)
    for group in (groups[0], groups[1], groups[4]):
        _begin(group, each)
    return groups


def _begin(group: Group, each: int) -> None:
    group.talks.extend(begin(group.tenant, *TEXTS) for _ in range(each))


def _talks_end(groups: Sequence[Group]) -> None:
    """Let everything come to its end that must, and check that the original knows it."""
    ended, erased, *_ = groups
    for talk in ended.talks:
        assert end_conversation(ended.tenant, talk, by=By.VISITOR)
    for talk in erased.talks:
        assert erase_conversation(erased.tenant, talk)
    move_clock(clock.now() + timedelta(hours=2))
    purge()
    for group in groups:
        read = [texts_in(group.tenant, talk) for talk in group.talks]
        assert all(not texts if group.gone else texts == TEXTS for texts in read), group.name


def look_into(copy: Copy, groups: Sequence[Group]) -> Iterator[Count]:
    """Restore ``copy``, count what can be read, let it heal, and count again."""
    with copy.restored() as environment:
        before = [_seen(environment, group) for group in groups]
        purged_in(environment)
        after = [_seen(environment, group) for group in groups]
    for group, (lies, readable), (lies_healed, readable_healed) in zip(
        groups, before, after, strict=True
    ):
        yield Count(
            group.name, copy.name, len(group.talks), group.gone,
            lies, readable, lies_healed, readable_healed,
        )  # fmt: skip


def _seen(environment: Environment, group: Group) -> tuple[int, int]:
    read = read_in(environment, group.tenant, *map(str, group.talks))
    return bodies_in(environment, *map(str, group.talks)), sum(map(bool, read))


def purged_in(environment: Environment) -> str:
    """Do what docs/backup.md says comes before anything serves; return what it says."""
    command = [sys.executable, "manage.py", "purge"]
    said = subprocess.run(
        command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True
    )
    return said.stdout


def read_in(environment: Environment, tenant: Tenant, *talks: str) -> list[list[str] | None]:
    """Return what the application reads of each talk; None where it sees none."""
    command = [sys.executable, "-m", "tests.privacy.readback", tenant.slug, *talks]
    said = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    found: list[list[str] | None] = json.loads(said.stdout)
    return found


def bodies_in(environment: Environment, *talks: str) -> int:
    """Count the sealed bodies that lie in a copy, past row security."""
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        query = "SELECT count(body) FROM chat_message WHERE conversation_id = ANY (%s::uuid[])"
        row = connection.execute(query, [list(talks)]).fetchone()
    assert row is not None
    return int(row[0])
