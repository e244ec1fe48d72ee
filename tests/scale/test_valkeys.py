"""The Valkeys of the fan-out: several that share the work, a cluster's, and a master that dies."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import celery
import pytest

from chat.calls import call
from chat.models import Process
from chat.valkeys import home_of
from helpline import broker
from helpline.children import WORKER, Child
from helpline.processes import wait_until
from retention import clock
from tenants.models import Tenant
from tests import valkeys
from tests.engines import Harness
from tests.fleet import running
from tests.scale.talking import TwoEnds, talk
from tests.stack import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

# A worker takes its time to start on a loaded machine.
FAILOVER_SECONDS = 60
LONG_AGO = timedelta(hours=1)


@asynccontextmanager
async def talks_over(
    harness: Harness, tenant: Tenant, hosts: Sequence[str]
) -> AsyncIterator[list[TwoEnds]]:
    """Two talks between two processes, one in each direction, over these hosts."""
    environment = {"HELPLINE_CHANNEL_HOSTS": " ".join(hosts)}
    with running(harness, environment, environment) as fleet:
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    talk(fleet, tenant, visitor_at=at, desk_at=1 - at, number=at + 1)
                )
                for at in range(2)
            ]


async def all_go_on(talks: list[TwoEnds], name: str) -> None:
    await asyncio.gather(*(ends.exchange(5, name=name) for ends in talks))


async def all_hear(talks: list[TwoEnds]) -> None:
    await asyncio.gather(*(ends.hear_typing() for ends in talks))


async def test_two_hosts_share_the_talks(tenant: Tenant, harness: Harness) -> None:
    with valkeys.server() as one, valkeys.server() as two:
        async with talks_over(harness, tenant, [one.url, two.url]) as talks:
            await all_go_on(talks, "shared")
            await all_hear(talks)
            two.kill()
            # What had its home there comes from the database, later.
            await all_go_on(talks, "by halves")


def test_names_are_spread_evenly_over_the_hosts() -> None:
    homes = Counter(home_of(f"talk.{uuid4().hex}", range(4)) for _ in range(4_000))

    assert min(homes[host] for host in range(4)) > 800


async def test_nodes_of_a_cluster_serve_as_hosts(tenant: Tenant, harness: Harness) -> None:
    with valkeys.cluster() as nodes:
        async with talks_over(harness, tenant, [node.url for node in nodes]) as talks:
            await all_go_on(talks, "in a cluster")
            await all_hear(talks)


async def test_talks_outlive_the_master_and_the_fan_out_is_back_by_itself(
    tenant: Tenant, harness: Harness
) -> None:
    with valkeys.under_sentinel() as watched:
        async with talks_over(harness, tenant, [watched.url]) as talks:
            await all_go_on(talks, "before")

            watched.master.kill()

            await all_go_on(talks, "meanwhile")
            assert await call(wait_until, watched.is_promoted, seconds=FAILOVER_SECONDS)
            await all_hear(talks)
            await all_go_on(talks, "after")
            assert watched.replica.ask("PUBSUB", "CHANNELS") != []


# The broker.


def tend(url: str, worker: Child) -> bool:
    """Ask ``worker`` to look after the talks; say whether it has: an old process is forgotten.

    It is started again when it ends, as the supervisor does (tests/helpline/test_up.py): where a
    master dies before a task has been acknowledged, Celery's worker gives up.
    """
    address, options = broker.of(url)
    old = Process.objects.create(pk=uuid4(), beat_at=clock.now() - LONG_AGO)
    with celery.Celery(broker=address, set_as_current=False) as sender:
        sender.conf.broker_transport_options = options
        sender.send_task("chat.tend_talks", queue="sentinel-tasks", retry=True)

    def is_forgotten() -> bool:
        worker.tend()
        return not Process.objects.filter(pk=old.pk).exists()

    return wait_until(is_forgotten, seconds=FAILOVER_SECONDS)


def test_tasks_follow_sentinel_to_the_new_master(tenant: Tenant, harness: Harness) -> None:
    run = harness.run
    with valkeys.under_sentinel() as watched:
        environment = {
            **run.variables(run.database),
            "REDIS_URL": watched.url,
            "HELPLINE_CHANNEL_PREFIX": "sentinel",
            "DATABASE_POOL": "0",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "HELPLINE_READY_FILE": str(run.directory / "worker.ready"),
        }
        worker = Child(
            "worker",
            WORKER,
            environment,
            run.directory / "worker.log",
            on_orphaned=signal.SIGKILL,
            stop_seconds=5,
        )
        try:
            before = tend(watched.url, worker)
            watched.master.kill()
            assert wait_until(watched.is_promoted, seconds=FAILOVER_SECONDS)
            after = tend(watched.url, worker)
        finally:
            worker.stop(hurry=True)

    assert (before, after) == (True, True)
