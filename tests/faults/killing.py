"""kill -9 of a program with everything that it has started, and freezing of the same."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path


def tree_of(pid: int) -> list[int]:
    """Return ``pid`` and all its descendants, parents first."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name before it stands in parentheses and may hold anything.
            parent = entry.read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            children[int(parent)].append(int(entry.parent.name))
    found = [pid]
    for one in found:
        found.extend(children[one])
    return found


def kill_tree(pid: int) -> None:
    """End ``pid`` and its descendants at one stroke, as a machine that fails does.

    All are stopped before the first one dies, so that nobody starts anybody again.
    """
    own = os.getpid()
    signal_tree(pid, signal.SIGSTOP, but=own)
    signal_tree(pid, signal.SIGKILL)


def signal_tree(pid: int, number: signal.Signals, *, but: int = 0) -> None:
    """Send ``number`` to ``pid`` and its descendants, to this process last."""
    for one in sorted(tree_of(pid), key=lambda one: one == os.getpid()):
        if one != but:
            with suppress(ProcessLookupError):
                os.kill(one, number)
