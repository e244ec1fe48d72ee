"""Many who only listen: what each costs in memory, and what happens when all of them are cut off.

The storm is the worst kind: while the visitors are away, each is sent a message. Who is back has
seen it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from bench.load import fresh_id, open_loop
from bench.machine import memory_kib
from bench.people import busy_talks, desk, echoes, gathered, visitor
from bench.rows.path import ECHO, OURS
from bench.run import Run
from bench.seed import Seeded
from bench.servers import Server
from bench.wire import Line, Lost

WARM_UP = 50
TALKS_PER_DESK = 50
STORM_LIMIT_SECONDS = 90.0
BACK_OFF_SECONDS = 0.25
LIVE_RATE = 100


async def measure(run: Run) -> None:
    await _bare(run)
    with run.stage.serving("idle", OURS) as server:
        seats = run.seed.seats(run.size.idle[1] // TALKS_PER_DESK)
        talks = run.seed.talks(seats, run.size.idle[1])
        visitors = await _memory(run, server, talks)
        await _live(run, server, visitors)
        await _storm(run, server, talks, visitors)


async def _bare(run: Run) -> None:
    with run.stage.serving("idle_echo", ECHO) as server:
        for talk in await echoes(server, WARM_UP):
            talk.lines[0].drop()
        await asyncio.sleep(1)
        before, here = memory_kib(server.pid), 0
        for count in run.size.idle:
            await echoes(server, count - here)
            here = count
            _note_memory(run, "echo", server, before, count)


async def _memory(run: Run, server: Server, talks: list[Seeded]) -> list[Line]:
    for line in await gathered(partial(_come, server), talks[:WARM_UP]):
        line.drop()
    await asyncio.sleep(2)
    before = memory_kib(server.pid)
    lines: list[Line] = []
    for count in run.size.idle:
        begin = time.monotonic()
        lines += await gathered(partial(_come, server), talks[len(lines) : count])
        run.say(f"idle: {count} visitors are in ({time.monotonic() - begin:.1f} s)")
        await asyncio.sleep(3)
        _note_memory(run, "ours", server, before, count)
    return lines


def _note_memory(
    run: Run, variant: str, server: Server, before: dict[str, int], count: int
) -> None:
    after = memory_kib(server.pid)
    each = {f"{name}_kib": round((after[name] - before[name]) / count, 2) for name in after}
    base = {f"base_{name}_kib": before[name] for name in before}
    run.add("memory", variant=variant, sockets=count, **each, **base)


async def _live(run: Run, server: Server, idle: list[Line]) -> None:
    """Talks go on while everybody else is there."""
    many = run.size.talks[0]
    talks = await busy_talks(server, server, run.seed.talks(run.seed.seats(many), many))
    found = await open_loop(
        talks, run.stage.processes(server), rate=LIVE_RATE, seconds=run.size.slow_seconds * 2
    )
    held = sum(line.lost is None for line in idle)
    run.add("live_among_idle", variant="ours", sockets=len(idle), held=held, **found.row())


@dataclass
class _Back:
    """One who was cut off: seconds until the line stood, and until nothing was missing."""

    connected: float = 0.0
    caught_up: float = 0.0
    tries: int = 0
    failures: list[str] = field(default_factory=list)


async def _storm(run: Run, server: Server, talks: list[Seeded], lines: list[Line]) -> None:
    many = run.size.storm
    desks = await _desks(run, server, talks[:many])
    run.say(f"storm: {many} lines are cut")
    begin = time.monotonic()
    for line in lines[:many]:
        line.drop()
    for talk in talks[:many]:
        say = {"type": "say", "conversation": str(talk.conversation), "text": "Er du der?"}
        assert talk.seat is not None
        desks[talk.seat.cookie].say(orjson.dumps({**say, "id": fresh_id().decode()}))
    back = await gathered(partial(_return, server, begin), talks[:many], at_once=many)
    seen = [one for one in back if one.caught_up]
    row: dict[str, Any] = {
        "cut_off": many,
        "back": sum(one.connected > 0 for one in back),
        "caught_up": len(seen),
        "tries": sum(one.tries for one in back),
        "failures": dict(Counter(why for one in back for why in one.failures)),
        "seconds_half_back": round(sorted(one.caught_up for one in back)[many // 2], 2),
        "seconds_all_back": round(max(one.connected for one in back), 2),
        "seconds_all_caught_up": round(max(one.caught_up for one in back), 2),
    }
    run.add("storm", variant="ours", **row)


async def _desks(run: Run, server: Server, talks: list[Seeded]) -> dict[str, Line]:
    seats = {talk.seat.cookie: talk.seat for talk in talks if talk.seat}
    opened = await gathered(partial(desk, server), seats.values(), at_once=4)
    return {cookie: line for cookie, (line, _) in zip(seats, opened, strict=True)}


async def _return(server: Server, begin: float, talk: Seeded) -> _Back:
    """Come back as a client does: at once, and again a little later where that fails."""
    back = _Back()
    while time.monotonic() - begin < STORM_LIMIT_SECONDS:
        back.tries += 1
        try:
            line, welcome = await visitor(server, talk)
        except (Lost, OSError, TimeoutError) as problem:
            back.failures.append(str(problem) or type(problem).__name__)
            await asyncio.sleep(BACK_OFF_SECONDS)
            continue
        back.connected = time.monotonic() - begin
        if welcome["messages"] or await _first_message(line, begin):
            back.caught_up = time.monotonic() - begin
        break
    return back


async def _first_message(line: Line, begin: float) -> bool:
    came = asyncio.Event()

    def hear(frame: bytes) -> None:
        if b'"message"' in frame[:20]:
            came.set()

    line.heard = hear
    with suppress(TimeoutError):
        async with asyncio.timeout(max(1, begin + STORM_LIMIT_SECONDS - time.monotonic())):
            await came.wait()
    return came.is_set()


async def _come(server: Server, talk: Seeded) -> Line:
    line, _ = await visitor(server, talk)
    return line
