"""Where a web process spends its time: its stack, sampled by a timer of its own CPU time.

SIGUSR1 begins, SIGUSR2 ends and writes. A sample that falls into a C function is counted for the
Python function that called it, on the line of the call.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

EVERY_SECONDS = 0.001
_ROOT = Path(__file__).resolve().parent.parent


def listen(path: str) -> None:
    """Be ready to sample this process."""
    sampler = _Sampler(Path(path))
    signal.signal(signal.SIGUSR1, sampler.begin)
    signal.signal(signal.SIGUSR2, sampler.end)
    signal.signal(signal.SIGPROF, sampler.sample)


def lines(path: Path, most: int) -> list[tuple[str, float]]:
    """Return the lines on which most of the time is spent, with their share."""
    return _shares(path, "own", most)


def functions(path: Path, most: int) -> list[tuple[str, float]]:
    """Return the functions in which, and below which, most of the time is spent."""
    return _shares(path, "within", most)


def _shares(path: Path, which: str, most: int) -> list[tuple[str, float]]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    total = max(1, found["samples"])
    counted = sorted(found[which].items(), key=lambda item: -item[1])[:most]
    return [(name, count / total) for name, count in counted]


class _Sampler:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        self.own: Counter[str] = Counter()
        self.within: Counter[str] = Counter()

    def begin(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)

    def end(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        found = {"samples": self.samples, "own": self.own, "within": self.within}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(found), encoding="utf-8")
        fresh.rename(self.path)

    def sample(self, number: int, frame: FrameType | None) -> None:
        self.samples += 1
        if frame is None:
            return
        self.own[f"{_name(frame.f_code)}:{frame.f_lineno}"] += 1
        seen = set()
        above: FrameType | None = frame
        while above is not None:
            seen.add(_name(above.f_code))
            above = above.f_back
        self.within.update(seen)


@cache
def _name(code: CodeType) -> str:
    path = Path(code.co_filename)
    place = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(*path.parts[-2:])
    return f"{place} {code.co_qualname}"
