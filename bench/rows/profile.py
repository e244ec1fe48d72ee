"""Where the web process, PostgreSQL and the rest spend their time at full load; for development."""

from __future__ import annotations

import asyncio
import os
import signal

from bench import profiling
from bench.load import closed_loop
from bench.people import busy_talks
from bench.rows.path import OURS
from bench.run import Run

SECONDS = 10.0
SHOWN = 45


async def measure(run: Run) -> None:
    many = run.size.talks[1]
    path = run.stage.directory / "profile.json"
    with run.stage.serving("profile", OURS, BENCH_PROFILE=str(path)) as server:
        talks = await busy_talks(server, server, run.seed.talks(run.seed.seats(many), many))
        quiet = await closed_loop(talks, run.stage.processes(server), seconds=SECONDS / 2)
        os.kill(server.pid, signal.SIGUSR1)
        sampled = await closed_loop(talks, run.stage.processes(server), seconds=SECONDS)
        os.kill(server.pid, signal.SIGUSR2)
        # It is written by the handler of the signal.
        await asyncio.sleep(1)
    print(f"\n{many} talks, without sampling: {quiet.row()}")
    print(f"{many} talks, sampled: {sampled.row()}\n")
    for name, own in profiling.lines(path, SHOWN):
        print(f"{own:7.1%}  {name}")
    print("\n  within, with what they call")
    for name, within in profiling.functions(path, SHOWN):
        print(f"{within:7.1%}  {name}")
