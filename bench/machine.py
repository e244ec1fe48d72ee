"""The machine: which core does what, and what each process has cost."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = CORES[0], CORES[-1]
_TICK_MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")

Processes = Mapping[str, Iterable[int]]


@contextmanager
def on(*cores: int) -> Iterator[None]:
    """Let what is started inside run on ``cores``."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pin(processes: Iterable[int], *cores: int) -> None:
    """Move running processes, their children and all their threads to ``cores``."""
    for pid in family(processes):
        for task in _tasks(pid):
            try:
                os.sched_setaffinity(task, cores)
            except ProcessLookupError:
                continue


def family(parents: Iterable[int]) -> set[int]:
    """Return ``parents`` and their children."""
    wanted = set(parents)
    return wanted | {pid for pid, parent in _parents().items() if parent in wanted}


def cpu_microseconds(processes: Processes) -> dict[str, float]:
    """Return what each group of processes has used so far, with children that live or are gone."""
    parents = _parents()
    return {
        name: sum(
            _used(pid, reaped=True)
            + sum(_used(child, reaped=False) for child, parent in parents.items() if parent == pid)
            for pid in group
        )
        for name, group in processes.items()
    }


def memory_kib(pid: int) -> dict[str, int]:
    """Return the resident and the proportional set size of one process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    fields = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return {"rss": int(fields["Rss"]), "pss": int(fields["Pss"])}


def sync_microseconds(directory: Path, times: int = 50) -> float:
    """Return the median time of one small write that reaches the disk here."""
    taken = []
    path = directory / "sync"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            file.seek(0)
            file.write(bytes(8192))
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begin)
    path.unlink()
    return statistics.median(taken) * 1e6


def _stat(pid: int) -> list[str]:
    # After the name, which may hold anything: state is the first field.
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _used(pid: int, *, reaped: bool) -> float:
    try:
        fields = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11 : 15 if reaped else 13])) * _TICK_MICROSECONDS


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int(_stat(int(entry.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _tasks(pid: int) -> list[int]:
    try:
        return [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
