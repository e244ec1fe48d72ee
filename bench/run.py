"""One run: its stage, what it may take, and the rows that it has brought so far."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.seed import Seed
from bench.stage import Stage

Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much of each thing; ``--quick`` is for trying out, its figures say little."""

    rounds: int
    seconds: float
    slow_seconds: float
    talks: tuple[int, int, int]
    idle: tuple[int, int]
    storm: int
    waiting: int
    claims: int
    starts: int
    starts_seconds: float
    due: int
    purge_limit_seconds: float


FULL = Size(
    rounds=5, seconds=2.0, slow_seconds=4.0, talks=(25, 100, 500), idle=(2_000, 5_000), storm=2_000,
    waiting=1_000, claims=100, starts=2_000, starts_seconds=10.0, due=100_000,
    purge_limit_seconds=300.0,
)  # fmt: skip
QUICK = Size(
    rounds=1, seconds=1.5, slow_seconds=2.5, talks=(25, 100, 200), idle=(200, 400), storm=200,
    waiting=200, claims=30, starts=200, starts_seconds=2.0, due=5_000,
    purge_limit_seconds=60.0,
)  # fmt: skip


@dataclass
class Run:
    stage: Stage
    seed: Seed
    size: Size
    rows: list[Row] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, row: str, **fields: Any) -> Row:
        """Keep one measurement."""
        found: Row = {"row": row, **fields}
        self.rows.append(found)
        return found

    def say(self, text: str) -> None:
        """Tell who waits at the terminal."""
        print(f"[{time.monotonic() - self.began:6.1f} s] {text}", file=sys.stderr, flush=True)


def rotated(steps: list[Callable[..., Any]], number: int) -> list[Callable[..., Any]]:
    """Return ``steps`` beginning at another one each round: no place in the row is the best."""
    start = number % len(steps)
    return steps[start:] + steps[:start]
