"""Busy talks: in a closed loop for what a server can do, in an open one for how long it takes."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from bench.machine import Processes, cpu_microseconds
from bench.wire import Line

TEXT = ("Jeg vet ikke helt hvor jeg skal begynne. " * 8)[:300].encode()
DRAIN_SECONDS = 20.0
_ids = count()
_run = uuid4().hex


def fresh_id() -> bytes:
    """Return a uuid that nobody has had."""
    number = f"{next(_ids):012x}"
    return f"{_run[:8]}-{_run[8:12]}-4{_run[13:16]}-8{_run[17:20]}-{number}".encode()


@dataclass
class Heard:
    """What a stretch of load has brought."""

    delivered: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    errors: int = 0


class Talk:
    """One talk and its one, two or more sockets; each message comes from the other side in turn."""

    def __init__(self, lines: Sequence[Line], before: Sequence[bytes]) -> None:
        self.lines, self.before = lines, before
        self.left = 0
        self.turn = 0
        self.heard = Heard()
        self.when_idle: Callable[[Talk], None] | None = None
        self._sent: list[deque[float]] = [deque() for _ in lines]
        self._unanswered: list[deque[float]] = [deque() for _ in lines]
        for side, line in enumerate(lines):
            line.heard = self._hearing(side)

    def say(self) -> None:
        side = self.turn
        self.turn = (side + 1) % len(self.lines)
        self.left += 2
        now = time.perf_counter()
        self._sent[side].append(now)
        self._unanswered[side].append(now)
        self.lines[side].say(self.before[side] + fresh_id() + b'","text":"' + TEXT + b'"}')

    def _hearing(self, side: int) -> Callable[[bytes], None]:
        unanswered, sent = self._unanswered[side], self._sent[1 - side]

        def hear(frame: bytes) -> None:
            # Cheaper than reading JSON: the type is the first field of each frame.
            kind = frame[:20]
            if b'"said"' in kind:
                self.heard.answered.append(time.perf_counter() - unanswered.popleft())
            elif b'"message"' in kind:
                self.heard.delivered.append(time.perf_counter() - sent.popleft())
            else:
                self.heard.errors += b'"error"' in kind
                return
            self.left -= 1
            if not self.left:
                self._idle()

        return hear

    def _idle(self) -> None:
        if self.when_idle:
            self.when_idle(self)


class EchoTalk(Talk):
    """The bare server's: one socket, and what comes back is the delivery."""

    def _hearing(self, side: int) -> Callable[[bytes], None]:
        sent = self._sent[side]

        def hear(frame: bytes) -> None:
            took = time.perf_counter() - sent.popleft()
            self.heard.delivered.append(took)
            self.heard.answered.append(took)
            self.left -= 2
            if not self.left:
                self._idle()

        return hear


@dataclass(frozen=True)
class Measured:
    """One stretch of load. Times in milliseconds, CPU in microseconds a message."""

    per_second: float
    p50: float
    p99: float
    count: int
    errors: int
    cpu: dict[str, float]

    def row(self) -> dict[str, object]:
        cpu = {name: round(value, 1) for name, value in self.cpu.items()}
        return {
            "per_second": round(self.per_second, 1),
            "p50_ms": round(self.p50, 3),
            "p99_ms": round(self.p99, 3),
            "count": self.count,
            "errors": self.errors,
            "cpu_us": cpu,
            "cpu_us_total": round(sum(self.cpu.values()), 1),
        }


async def closed_loop(
    talks: Sequence[Talk], processes: Processes, *, seconds: float, warm: float = 0.5
) -> Measured:
    """Keep one message on its way in each talk."""
    for talk in talks:
        talk.heard = Heard()
        talk.when_idle = Talk.say
        talk.say()
    await asyncio.sleep(warm)
    stretch = _Stretch(talks, processes)
    await asyncio.sleep(seconds)
    measured = stretch.end()
    for talk in talks:
        talk.when_idle = None
    await drained(talks)
    return measured


async def open_loop(
    talks: Sequence[Talk], processes: Processes, *, rate: float, seconds: float
) -> Measured:
    """Send ``rate`` messages a second, whatever comes back, spread over the talks."""
    stretch = _Stretch(talks, processes)
    loop = asyncio.get_running_loop()
    begin, sent, total = loop.time(), 0, int(rate * seconds)
    while sent < total:
        due = min(total, int((loop.time() - begin) * rate) + 1)
        while sent < due:
            talks[sent % len(talks)].say()
            sent += 1
        await asyncio.sleep(max(0.0005, begin + sent / rate - loop.time()))
    await drained(talks)
    return stretch.end()


async def drained(talks: Sequence[Talk]) -> None:
    """Wait until everything has been answered. Raises RuntimeError if that does not happen."""
    end = time.monotonic() + DRAIN_SECONDS
    while any(talk.left for talk in talks):
        if time.monotonic() > end:
            open_talks = sum(bool(talk.left) for talk in talks)
            gone = sum(line.lost is not None for talk in talks for line in talk.lines)
            raise RuntimeError(f"{open_talks} talks got no answer; {gone} lines are gone")
        await asyncio.sleep(0.02)


class _Stretch:
    """From when it is made until ``end``."""

    def __init__(self, talks: Sequence[Talk], processes: Processes) -> None:
        gc.collect()
        gc.disable()
        self.processes = processes
        self.heard = Heard()
        for talk in talks:
            talk.heard = self.heard
        self.cpu = cpu_microseconds(processes)
        self.begin = time.perf_counter()

    def end(self) -> Measured:
        took = time.perf_counter() - self.begin
        cpu = cpu_microseconds(self.processes)
        gc.enable()
        # A message counts when its sender and the other side have both been told.
        many = min(len(self.heard.delivered), len(self.heard.answered))
        return Measured(
            per_second=many / took,
            p50=percentile(self.heard.delivered, 50) * 1000,
            p99=percentile(self.heard.delivered, 99) * 1000,
            count=many,
            errors=self.heard.errors,
            cpu={name: (cpu[name] - self.cpu[name]) / max(1, many) for name in cpu},
        )


def percentile(values: Sequence[float], which: int) -> float:
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]
