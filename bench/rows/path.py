"""The message path beside what it is made of: messages a second, delivery, CPU a message.

All variants stand ready at once, and every round visits each of them, beginning elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bench.load import Measured, Talk, closed_loop, open_loop
from bench.machine import LOAD, SERVER, pin
from bench.people import busy_talks, echoes, plain_talks
from bench.run import Run, rotated
from bench.servers import Server

OURS = "bench.applications.ours:application"
WITHOUT_DATABASE = "bench.applications.without_database:application"
ECHO = "bench.applications.echo:application"
STORED = "bench.applications.echo_stored:application"
PLAIN = "bench.baseline.asgi:application"
FEW = 10
SLOW_RATE, FAST_RATE = 20, 500


@dataclass(frozen=True)
class Variant:
    """Servers of one kind and the talks that are open at them."""

    name: str
    servers: tuple[Server, ...]
    talks: list[Talk]
    busy: tuple[int, ...]
    rates: tuple[str, ...] = ()


async def measure(run: Run) -> None:
    variants = await _variants(run)
    for number in range(run.size.rounds):
        run.say(f"message path: round {number + 1} of {run.size.rounds}")
        steps = [partial(_visit, run, variant, number) for variant in variants]
        for step in rotated(list(steps), number):
            await step()
    for variant in variants:
        for talk in variant.talks:
            for line in talk.lines:
                line.drop()
    await asyncio.sleep(1)
    for variant in variants:
        for server in variant.servers:
            server.stop()


async def _variants(run: Run) -> list[Variant]:
    few, many, most = run.size.talks
    stage, seed = run.stage, run.seed
    run.say("message path: opening talks")

    async def ours(
        name: str, count: int, *at: Server, busy: tuple[int, ...] = (), **more: str
    ) -> Variant:
        servers = at or (stage.server(name, OURS, **more),)
        talks = seed.talks(seed.seats(count), count)
        opened = await busy_talks(servers[0], servers[-1], talks)
        return Variant(name, servers, opened, busy or (few, many), ("slow", "fast", "half"))

    echo, stored = stage.server("echo", ECHO), stage.server("echo_stored", STORED)
    without = stage.server("without_database", WITHOUT_DATABASE)
    one = {"HELPLINE_CHANNEL_PREFIX": "bench-split"}
    split = [stage.server(f"split_{side}", OURS, **one) for side in ("visitors", "desks")]
    variants = [
        Variant("echo", (echo,), await echoes(echo, many), (few, many), ("slow", "fast", "half")),
        Variant("echo_stored", (stored,), await echoes(stored, few), (few,), ("slow",)),
        await ours("without_database", many, without),
        await ours("ours", most, busy=(few, many, most)),
        await ours("ours_daphne", many, kind="daphne"),
        await ours("split", many, *split),
    ]
    for kind in ("daphne", "uvicorn"):
        server = stage.server(f"plain_{kind}", PLAIN, kind=kind)
        talks = await plain_talks(server, seed.baseline(few))
        variants.append(Variant(server.name, (server,), talks, (few,), ("slow", "half")))
    return variants


async def _visit(run: Run, variant: Variant, number: int) -> None:
    processes = run.stage.processes(*variant.servers)
    measured: dict[int, Measured] = {}
    for talks in variant.busy:
        measured[talks] = await closed_loop(
            variant.talks[:talks], processes, seconds=run.size.seconds
        )
        run.add("busy", variant=variant.name, talks=talks, round=number, **measured[talks].row())
    if variant.name in ("ours", "split"):
        await _two_cores(run, variant, number)
    if variant.name in ("ours_daphne", "split"):
        return
    half = measured[variant.busy[0]].per_second / 2
    open_loops: dict[str, Callable[[], Awaitable[Measured]]] = {
        "slow": partial(_open, run, variant, variant.busy[0], SLOW_RATE, run.size.slow_seconds),
        "fast": partial(_open, run, variant, FEW, FAST_RATE, run.size.seconds),
        "half": partial(_open, run, variant, variant.busy[0], half, run.size.seconds),
    }
    for rate in variant.rates:
        found = await open_loops[rate]()
        run.add("open", variant=variant.name, rate=rate, round=number, **found.row())


async def _open(run: Run, variant: Variant, talks: int, rate: float, seconds: float) -> Measured:
    processes = run.stage.processes(*variant.servers)
    return await open_loop(variant.talks[:talks], processes, rate=rate, seconds=seconds)


async def _two_cores(run: Run, variant: Variant, number: int) -> None:
    """The same with the server's side free on both cores. The load is on one of them, as always."""
    if SERVER == LOAD:
        return
    processes = run.stage.processes(*variant.servers)
    everybody = [pid for group in processes.values() for pid in group]
    talks = run.size.talks[1]
    pin(everybody, SERVER, LOAD)
    try:
        found = await closed_loop(variant.talks[:talks], processes, seconds=run.size.seconds)
    finally:
        pin(everybody, SERVER)
    name = f"{variant.name}_two_cores"
    run.add("busy", variant=name, talks=talks, round=number, **found.row())
