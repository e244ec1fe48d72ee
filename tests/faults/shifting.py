"""A house whose wall clock can be set: that of PostgreSQL, and that of each of our processes.

PostgreSQL runs under libfaketime, which reads the shift from a file at each look at the clock.
Our own processes are shifted by time-machine when they are told (SIGUSR1), from the same file.
The time since the start of the machine stays what it is, as it does when a clock is set.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.engines import PROJECT
from tests.faults.house import House

LIBRARIES = (
    *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"),
    *Path("/usr/lib").glob("faketime/libfaketimeMT.so.1"),
)
WRAPPER = """#!/bin/sh
export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={file} FAKETIME_NO_CACHE=1
export FAKETIME_DONT_FAKE_MONOTONIC=1
exec {program} "$@"
"""


class ShiftedHouse(House):
    """``seconds`` is by how much its clock is ahead when it starts."""

    prepare = ("-m", "tests.faults.trap", "prepare")

    def __init__(self, directory: Path, seconds: float) -> None:
        super().__init__(directory)
        self.shift = self.engines.directory / "shift"
        self.write(seconds)
        if not LIBRARIES:
            pytest.fail(
                "A clock that jumps needs libfaketime. Install it: apt-get install faketime."
            )
        for cluster in (self.engines.main, self.engines.keys):
            cluster.binaries = replace(cluster.binaries, postgres=self._wrapped())
        self.preload = {
            "HELPLINE_TEST_SHIFT": str(self.shift),
            "HELPLINE_TEST_TRAP": str(self.shift.with_suffix(".trap")),
        }
        self.job: subprocess.Popen[str] | None = None

    def write(self, seconds: float) -> None:
        fresh = self.shift.with_suffix(".new")
        fresh.write_text(f"{seconds:+.3f}\n", encoding="ascii")
        fresh.chmod(0o644)
        fresh.replace(self.shift)

    def jump(self, seconds: float) -> None:
        """Set every wall clock to be ``seconds`` ahead of the real one."""
        self.write(seconds)
        for web in self.webs:
            if web.process is not None:
                web.process.send_signal(signal.SIGUSR1)
        self.tell_job("shift")

    def tell_job(self, what: str) -> None:
        """Let the process that has been working all along do one thing: tend, purge."""
        if self.job is None:
            log = (self.log / "job.log").open("ab")
            self.job = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.trap", "job"],
                cwd=PROJECT,
                env=self._environment(self.variables),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            log.close()
        assert self.job.stdin is not None
        assert self.job.stdout is not None
        self.job.stdin.write(f"{what}\n")
        self.job.stdin.flush()
        answer = self.job.stdout.readline()
        if answer != "done\n":
            self.end_job()
            said = (self.log / "job.log").read_text(encoding="utf-8")
            raise AssertionError(f"{what}: the job answered {answer!r}\n{said[-4_000:]}")

    def end_job(self) -> None:
        if self.job is not None:
            assert self.job.stdin is not None
            assert self.job.stdout is not None
            self.job.stdin.close()
            self.job.stdout.close()
            self.job.wait()
            self.job = None

    def restart(self, seconds: float) -> None:
        """Stop everything, and start it at another time."""
        self.end_job()
        for web in self.webs:
            web.end(signal.SIGKILL)
        for name in ("main", "keys"):
            getattr(self.engines, name).stop()
        self.write(seconds)
        for name in ("main", "keys"):
            self.engines.restart(name)
        self.run("-m", "tests.faults.trap", "open_lines")
        self.heal()
        self.cookies.clear()

    def _stop(self) -> None:
        self.end_job()
        super()._stop()

    def _wrapped(self) -> Path:
        real = self.engines.binaries.postgres
        place = self.engines.directory / "shifted"
        if not place.exists():
            place.mkdir(mode=0o755)
            (place / "initdb").symlink_to(real / "initdb")
            wrapper = place / "postgres"
            words = {"library": LIBRARIES[0], "file": self.shift, "program": real / "postgres"}
            wrapper.write_text(WRAPPER.format(**words), encoding="utf-8")
            wrapper.chmod(0o755)
        return place


def follow_shift() -> None:
    """In a process of ours: go by the shifted clock from now on, and whenever told."""
    going: list[time_machine.travel] = []

    def follow(*_: object) -> None:
        while going:
            going.pop().stop()
        seconds = float(Path(os.environ["HELPLINE_TEST_SHIFT"]).read_text(encoding="ascii"))
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        going.append(time_machine.travel(moment, tick=True))
        going[0].start()

    follow()
    signal.signal(signal.SIGUSR1, follow)


def shift_to(moment: datetime) -> float:
    """Return by how much a clock that shows ``moment`` now is ahead."""
    return (moment - datetime.now(UTC)).total_seconds()
