"""Measure on this machine: ``make bench``, or ``python -m bench --help``."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import platform
import signal
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import uvloop

from bench import report
from bench.machine import CORES, LOAD, SERVER, sync_microseconds
from bench.rows import costs, desk, handbook, idle, neighbour, path, profile, purge, queue
from bench.run import FULL, QUICK, Run
from bench.seed import Seed
from bench.stage import Stage

ROWS: dict[str, Callable[[Run], Awaitable[None]]] = {
    "path": path.measure,
    "costs": costs.measure,
    "neighbour": neighbour.measure,
    "claims": queue.claims,
    "bell": queue.bell,
    "idle": idle.measure,
    "purge": purge.measure,
    "desk": desk.measure,
    "handbook": handbook.measure,
}


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell that starts this in the background has told it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    names = ["profile"] if options.profile else options.only.split(",")
    with Stage() as stage:
        seed = Seed(stage)
        os.sched_setaffinity(0, {LOAD})
        size = QUICK if options.quick else FULL
        if options.rounds:
            size = dataclasses.replace(size, rounds=options.rounds)
        run = Run(stage, seed, size)
        about = _about(stage)
        try:
            uvloop.run(_measure(run, names))
        except (KeyboardInterrupt, asyncio.CancelledError):
            run.say("interrupted: what has been measured so far follows")
        except Exception:
            for server in stage.servers:
                run.say(f"{server.name} said: {server.said(1_000)}")
            raise
        if options.profile:
            return
        report.show(run, about)
        print(f"\nwritten: {report.write(run, about)}")


async def _measure(run: Run, names: list[str]) -> None:
    task = asyncio.current_task()
    assert task is not None
    # Raised in a callback it would be lost there; Ctrl-C is seen to by the runner.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    for name in names:
        run.say(name)
        await (profile.measure if name == "profile" else ROWS[name])(run)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default 5; 1 when quick)")
    parser.add_argument("--quick", action="store_true", help="small and fast, to try the bench")
    parser.add_argument(
        "--only", default=",".join(ROWS), metavar="ROW,…", help=f"of {', '.join(ROWS)}"
    )
    parser.add_argument("--profile", action="store_true", help="where the web process spends time")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - ROWS.keys()
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return options


def _about(stage: Stage) -> dict[str, Any]:
    alone = "" if SERVER != LOAD else " (ONE core for both: figures are not comparable)"
    return {
        "cores": f"{len(CORES)}, servers on {SERVER}, load on {LOAD}{alone}",
        "python": platform.python_version(),
        "fdatasync_us": round(sync_microseconds(stage.directory)),
    }


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
