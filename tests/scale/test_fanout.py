"""Many processes at one fan-out: each hears what concerns it, once, and pays for nothing else."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from uuid import uuid4

import pytest

from chat import exchange, fanout
from chat.calls import call
from chat.fanout import Event, FanoutLayer
from tests import valkeys
from tests.valkeys import Server
from tests.world import PATIENCE_SECONDS, POLL_SECONDS

PROCESSES, GROUPS = 8, 40


@pytest.fixture(params=["one", "two", "cluster"])
def hosts(request: pytest.FixtureRequest) -> Iterator[list[Server]]:
    """One Valkey, two that share the work, three nodes of a cluster."""
    with ExitStack() as stack:
        if request.param == "cluster":
            yield stack.enter_context(valkeys.cluster())
        else:
            count = 1 if request.param == "one" else 2
            yield [stack.enter_context(valkeys.server()) for _ in range(count)]


@pytest.fixture
def host() -> Iterator[Server]:
    with valkeys.server() as found:
        yield found


class Process:
    """One process's part: members of groups, and what each of these groups has heard."""

    def __init__(self, hosts: Sequence[Server], prefix: str) -> None:
        self.layer = FanoutLayer([host.url for host in hosts], prefix=prefix)
        self.heard: dict[str, list[int]] = defaultdict(list)

    def join(self, group: str) -> None:
        self.layer.attach(f"member.{group}", lambda event: self.heard[group].append(event["n"]))
        self.layer.here.join(group, f"member.{group}")

    def leave(self, group: str) -> None:
        self.layer.detach(f"member.{group}")

    def has(self, group: str) -> bool:
        return group in self.layer.here.groups

    def knows(self, group: str) -> set[str]:
        """The other processes that it thinks have members."""
        return set(self.layer.here.groups[group].elsewhere)


@asynccontextmanager
async def processes(
    hosts: Sequence[Server], count: int = PROCESSES
) -> AsyncIterator[list[Process]]:
    prefix = f"test-{uuid4().hex}"
    found = [Process(hosts, prefix) for _ in range(count)]
    try:
        yield found
    finally:
        for one in found:
            await one.layer.flush()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110  # what comes over Valkey sets no event here
            await asyncio.sleep(POLL_SECONDS)


def all_know(them: Sequence[Process], group: str) -> bool:
    """Does everybody who has members know of everybody else, and of nobody besides?"""
    members = {one.layer.here.process for one in them if one.has(group)}
    return all(
        one.knows(group) == members - {one.layer.here.process} for one in them if one.has(group)
    )


@dataclass
class Crowd:
    """Processes with members of groups at random, and how many events each group was sent."""

    them: list[Process]
    groups: list[str]
    sent: Counter[str] = field(default_factory=Counter)

    def join(self, chance: random.Random) -> None:
        for group in self.groups:
            for one in chance.sample(self.them, chance.randrange(1, 5)):
                one.join(group)

    async def send_from_all(self) -> None:
        """To each group from its members, from others who have a loop, and from who has none."""
        for group in self.groups:
            for one in self.them:
                one.layer.here.group_send(group, self.next(group))
            await call(self.them[0].layer.broadcast, group, self.next(group))

    def next(self, group: str) -> Event:
        self.sent[group] += 1
        return {"n": self.sent[group]}

    def members(self) -> Iterator[tuple[Process, str]]:
        return ((one, group) for one in self.them for group in self.groups if one.has(group))

    def heard_all(self) -> bool:
        return all(len(one.heard[group]) >= self.sent[group] for one, group in self.members())

    def learning_is_over(self) -> None:
        for one in self.them:
            for found in one.layer.here.groups.values():
                found.knows_from = 0


async def test_everybody_hears_each_event_once(
    hosts: list[Server], request: pytest.FixtureRequest
) -> None:
    async with processes(hosts) as them:
        crowd = Crowd(them, [f"group.{n}" for n in range(GROUPS)])
        crowd.join(random.Random(request.config.getoption("randomly_seed", 1)))
        await until(lambda: all(all_know(them, group) for group in crowd.groups))

        await crowd.send_from_all()
        # The same when everybody knows, and speaks to those alone whom it concerns.
        crowd.learning_is_over()
        await crowd.send_from_all()

        await until(crowd.heard_all)
        members = set(crowd.members())
        for one, group in product(them, crowd.groups):
            expected = range(1, crowd.sent[group] + 1) if (one, group) in members else ()
            assert sorted(one.heard[group]) == list(expected)


async def test_nobody_hears_a_channel_in_which_it_has_no_part(host: Server) -> None:
    async with processes([host], 20) as them:
        for number, one in enumerate(them):
            one.join(f"alone.{number}")
            one.join(f"pair.{number // 2}")
        await until(lambda: all(all_know(them, f"pair.{n}") for n in range(10)))

        channels = host.ask("PUBSUB", "CHANNELS")
        ears = host.ask("PUBSUB", "NUMSUB", *channels)
        counts = Counter(ears.values() if isinstance(ears, dict) else ears[1::2])

    # One channel of each process and each who is alone, and ten that two hear: none that all do.
    assert counts == {1: 40, 2: 10}


def published(host: Server) -> int:
    """How often anybody has published anything there."""
    return int(host.info("commandstats").get("cmdstat_publish", {"calls": 0})["calls"])


async def test_coming_and_going_costs_those_it_concerns(host: Server) -> None:
    async with processes([host], 10) as them:
        for number, one in enumerate(them):
            one.join(f"alone.{number}")
        # Each has said that it is there, and nobody had an answer.
        await until(lambda: published(host) == 10)

        them[0].join("pair")
        await until(lambda: published(host) == 11)
        them[1].join("pair")
        await until(lambda: all_know(them[:2], "pair"))
        them[1].leave("pair")
        await until(lambda: them[0].knows("pair") == set())

    # I am here; I am here; so am I; I am gone. The eight others were told nothing.
    assert published(host) == 14


async def test_who_was_killed_is_forgotten_by_the_next_event(
    host: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "LEARN_SECONDS", 0)
    async with processes([host], 3) as them:
        for one in them:
            one.join("group")
        await until(lambda: all_know(them, "group"))
        # As a killed process goes: without a word.
        await them[2].layer.flush()

        for number in range(2):
            them[0].layer.here.group_send("group", {"n": number})
            await until(lambda: them[0].knows("group") == {them[1].layer.here.process})

        await until(lambda: them[1].heard["group"] == [0, 1])


async def test_a_cut_line_to_valkey_is_made_good(host: Server) -> None:
    async with processes([host], 3) as them:
        for one in them:
            one.join("group")
        await until(lambda: all_know(them, "group"))

        host.ask("CLIENT", "KILL", "TYPE", "pubsub")
        # Joined while nobody can be heard.
        for one in them[:2]:
            one.join("later")
        them[2].leave("group")

        await until(lambda: all_know(them, "later"))
        await until(lambda: all(one.layer.here.connected for one in them))
        them[1].layer.here.group_send("later", {"n": 7})
        await until(lambda: them[0].heard["later"] == [7])
        them[1].layer.here.group_send("group", {"n": 8})
        await until(lambda: them[0].heard["group"] == [8])
        assert them[2].heard == {}


async def test_a_line_that_is_cut_as_it_is_used_is_made_anew_by_one_alone(
    host: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with processes([host], 3) as them:
        for name in map(str, range(20)):
            host.ask("CLIENT", "KILL", "TYPE", "pubsub")
            # Each is written to in the moment in which whoever reads finds it gone.
            for one in them:
                one.join(name)
            await until(partial(all_know, them, name))

    assert "never retrieved" not in caplog.text


async def test_who_came_while_one_was_away_is_known_afterwards(
    host: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Away for long enough that the other has come and spoken to nobody.
    monkeypatch.setattr(exchange, "RETRY_SECONDS", (1.0,))
    async with processes([host], 2) as (one, two):
        one.join("group")
        await until(lambda: published(host) == 1)
        host.ask("CLIENT", "KILL", "TYPE", "pubsub")
        two.join("group")
        await until(lambda: published(host) == 2)
        assert not one.layer.here.connected

        await until(lambda: all_know([one, two], "group"))
