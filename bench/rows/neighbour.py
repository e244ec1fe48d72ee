"""A neighbour on the same process whose every query takes 100 ms, and what talks notice of it.

The neighbour is real traffic of the application under test: at Helpline a desk that says `ready`
on and off, where a trigger on that one row sleeps; at the plain application a frame that asks a
slow query through ``database_sync_to_async``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from bench.load import Talk, open_loop
from bench.people import busy_talks, desk, plain_talks
from bench.rows.path import FEW, OURS, PLAIN
from bench.run import Run
from bench.servers import Server
from bench.wire import Line, open_line

RATES = {"ours": 100, "plain_daphne": 20}
Ask = Callable[[int], Awaitable[object]]


async def measure(run: Run) -> None:
    with (
        run.stage.serving("neighbour", OURS) as ours,
        run.stage.serving("plain_neighbour", PLAIN, kind="daphne") as plain,
    ):
        talks = await busy_talks(ours, ours, run.seed.talks(run.seed.seats(FEW), FEW))
        plain_ones = await plain_talks(plain, run.seed.baseline(FEW))
        slow = await _slow_desk(run, ours)
        slow_plain = await open_line(plain.port, "/ws/counsellor", "localhost")
        for number in range(run.size.rounds):
            run.say(f"neighbour: round {number + 1}")
            await _visit(run, "ours", ours, talks, partial(_ready, slow), number)
            await _visit(
                run, "plain_daphne", plain, plain_ones, partial(_report, slow_plain), number
            )


async def _visit(
    run: Run, name: str, server: Server, talks: list[Talk], ask: Ask, number: int
) -> None:
    for kind in ("alone", "beside"):
        asked: list[int] = []
        asking = asyncio.create_task(_keep_asking(ask, asked)) if kind == "beside" else None
        found = await open_loop(
            talks, run.stage.processes(server), rate=RATES[name], seconds=run.size.slow_seconds / 2
        )
        if asking:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            await asyncio.sleep(0.3)
        run.add(
            "neighbour", variant=name, kind=kind, round=number, queries=len(asked), **found.row()
        )


async def _keep_asking(ask: Ask, asked: list[int]) -> None:
    while True:
        await ask(len(asked))
        asked.append(1)


async def _ready(line: Line, number: int) -> None:
    await line.ask({"type": "ready", "value": bool(number % 2)}, "ready")


async def _report(line: Line, number: int) -> None:
    await line.ask({"type": "report"}, "report")


async def _slow_desk(run: Run, server: Server) -> Line:
    seat = run.seed.seats(1)[0]
    line, _ = await desk(server, seat)
    _slow_down(run, seat.membership)
    return line


def _slow_down(run: Run, membership: UUID) -> None:
    with run.stage.main() as main:
        main.execute(
            "CREATE FUNCTION bench_sleep() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END'"
        )
        main.execute(
            "CREATE TRIGGER bench_slow BEFORE UPDATE ON chat_presence FOR EACH ROW"
            f" WHEN (NEW.membership_id = '{membership}') EXECUTE FUNCTION bench_sleep()".encode()
        )
