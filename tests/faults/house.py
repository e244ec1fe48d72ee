"""A whole Helpline of the tests of faults: every part a process, killed and started at will.

Two web processes behind one address, a worker, beat, and engines that nobody else uses. Where
this process may mount, their data lies on a small file system of its own, which can be full.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import psycopg

from helpline import local
from helpline.binaries import EngineError
from helpline.children import BEAT, WORKER, Child
from helpline.engines import Engines
from helpline.processes import kill_group, wait_until
from helpline.state import State
from tests.engines import PROJECT
from tests.faults.killing import kill_tree, signal_tree
from tests.stack import LiveStack

R = TypeVar("R")

BASE = "localhost:8000"
START_SECONDS = 60
# Room for the engines' data and one page more than a ballast needs.
DISK = "size=420m,mode=711"
FROM_THE_HARNESS = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "KEYS_DATABASE_URL", "KEYS_DATABASE_OWNER_URL",
    "REDIS_URL", "SECRET_KEY", "HELPLINE_MASTER_KEYS", "HELPLINE_CHANNEL_PREFIX",
    "HELPLINE_STATIC_ROOT", "HELPLINE_STATE", "HELPLINE_TEST_RUN",
)  # fmt: skip


class Web(LiveStack):
    """One web process behind the common address, with traps in it."""

    program: ClassVar[tuple[str, ...]] = ("-m", "tests.faults.trap")

    def __init__(self, variables: Mapping[str, str], directory: Path, name: str) -> None:
        super().__init__(variables, directory)
        self.base = BASE
        self.log = directory / f"{name}.log"
        self.armed = directory / f"{name}.trap"
        self.environment |= {"HELPLINE_BASE": BASE, "HELPLINE_TEST_TRAP": str(self.armed)}

    def arm(self, step: str, when: str, pid: int = 0) -> None:
        """Lay a trap: at ``step`` the tree of ``pid`` dies, by default this process."""
        fresh = self.armed.with_suffix(".new")
        fresh.write_text(json.dumps({"step": step, "when": when, "pid": pid}), encoding="utf-8")
        fresh.replace(self.armed)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


class House:
    """Everything under one roof; ``start`` and ``stop`` frame its life."""

    prepare: ClassVar[tuple[str, ...]] = ("-m", "helpline.prepare")

    def __init__(self, directory: Path, *, preload: Mapping[str, str] | None = None) -> None:
        self.state = State(directory)
        self.preload = dict(preload or {})
        self.mounted = os.geteuid() == 0 and self._mount()
        kept = local.secrets_of(self.state)
        self.log = self.state.root / "log"
        self.engines = Engines(
            self.state.engines,
            passwords=local.engine_passwords(kept),
            log=self.log,
            durable=False,
        )
        self.variables = kept
        self.webs: list[Web] = []
        self.jobs: dict[str, Child] = {}
        self.cookies: dict[str, str] = {}
        # Processes die with the thread that started them: this one lives as long as the house.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="house")

    async def do(self, work: Callable[..., R], *args: Any) -> R:
        """Run what blocks beside the talks that go on."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    # Its life.

    def start(self) -> None:
        self._thread.submit(self._start).result()

    def _start(self) -> None:
        self.engines.start()
        addresses = local.private_addresses(self.engines, self.variables)
        self.variables |= {
            **addresses.variables(),
            **local.demo_variables(8000, self.state),
            **self.preload,
            "HELPLINE_CHANNEL_PREFIX": "helpline",
            "HELPLINE_SAY_BURST": "100000",
            "HELPLINE_SAY_PER_SECOND": "100000",
        }
        self.run("manage.py", "collectstatic", "--noinput", "-v0")
        self.run(*self.prepare, str(self.state.root / "demo.json"), "--open")
        # Counsellors take one talk after another here, and none of it is about their rests.
        self.rows("UPDATE tenants_tenant SET wrap_up_seconds = 0")
        served = local.without_owners(self.variables)
        self.webs = [Web(served, self.log, f"web-{number}") for number in (1, 2)]
        for web in self.webs:
            web.start()

    def stop(self) -> None:
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def _stop(self) -> None:
        for job in self.jobs.values():
            job.stop(hurry=True)
        for web in self.webs:
            web.stop()
        self.engines.stop()
        if self.mounted:
            subprocess.run(["/bin/umount", "--lazy", str(self.state.engines)], check=True)

    def purge(self, armed: Path) -> int:
        """Run the purge once in a process of its own with traps in it; return its exit code."""
        served = self._environment(
            {**local.without_owners(self.variables), "HELPLINE_TEST_TRAP": str(armed)}
        )
        command = [sys.executable, "-m", "tests.faults.trap", "purge"]
        with (self.log / "purge.log").open("ab") as log:
            ended = subprocess.run(
                command, cwd=PROJECT, env=served, check=False, stdout=log, stderr=log
            )
        return ended.returncode

    def heal_with_patience(self) -> None:
        """The same where an engine may need several attempts, as the supervisor makes them."""

        def healed() -> bool:
            with suppress(EngineError):
                self.heal()
            return not self.engines.dead()

        if not wait_until(healed, seconds=START_SECONDS):
            raise RuntimeError(f"the engines do not start; see {self.log}")

    def heal(self) -> None:
        """Start again what has ended, as the supervisor does (tests/helpline/test_up.py)."""
        for name in self.engines.dead():
            self.engines.restart(name)
        for web in self.webs:
            web.armed.unlink(missing_ok=True)
            if not web.runs:
                web.start()
        for job in self.jobs.values():
            job.tend()
            job.delay = 0.0
            job.retry_at = 0.0

    # Faults.

    def engine_pid(self, name: str) -> int:
        process = getattr(self.engines, name).process
        assert process is not None
        return int(process.pid)

    def crash(self, name: str) -> None:
        """kill -9 of an engine with all its processes."""
        kill_tree(self.engine_pid(name))
        getattr(self.engines, name).process.wait()

    def freeze(self, name: str) -> None:
        signal_tree(self.engine_pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        signal_tree(self.engine_pid(name), signal.SIGCONT)

    def kill_job(self, name: str) -> None:
        process = self.jobs[name].process
        assert process is not None
        kill_group(process)

    async def sprung(self, web: Web) -> None:
        """Wait until an engine has died in the trap that was laid in ``web``."""
        async with asyncio.timeout(START_SECONDS):
            while web.armed.exists() or not self.engines.dead():  # noqa: ASYNC110  # whoever dies there sets no event
                await asyncio.sleep(0.02)

    # Jobs.

    def start_jobs(self) -> None:
        """Start the worker and beat, if they do not run; return when both serve."""
        for name, command in (("worker", WORKER), ("beat", BEAT)):
            if name not in self.jobs:
                ready = self.state.root / "run" / f"{name}.ready"
                ready.unlink(missing_ok=True)
                served = self._environment(
                    {**local.without_owners(self.variables), "HELPLINE_READY_FILE": str(ready)}
                )
                self.jobs[name] = Child(
                    name,
                    command,
                    served,
                    self.log / f"{name}.log",
                    on_orphaned=signal.SIGKILL,
                    stop_seconds=5,
                )
                self.jobs[name].start()
        for name in self.jobs:
            ready = self.state.root / "run" / f"{name}.ready"
            if not wait_until(ready.exists, seconds=START_SECONDS):
                raise RuntimeError(f"{name} did not start; see {self.log}")

    def stop_jobs(self) -> None:
        for job in self.jobs.values():
            job.stop(hurry=True)
        self.jobs.clear()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run one command of ours to its end. Raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self._environment(self.variables),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    # What lies in it.

    def rows(self, query: str, *values: object, alias: str = "main") -> list[tuple[Any, ...]]:
        """Ask an instance past every wall, as nobody in the product can."""
        name = f"HELPLINE_{alias.upper()}_SUPERUSER_URL"
        with psycopg.connect(self.variables[name], connect_timeout=5) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def demo(self, slug: str) -> dict[str, Any]:
        """Return a line with its logins."""
        demo = json.loads((self.state.root / "demo.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = next(one for one in demo["tenants"] if one["slug"] == slug)
        return found

    def logged(self, name: str) -> list[str]:
        """Return the events that one process has written down."""
        text = (self.log / f"{name}.log").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return [line["event"] for line in lines if "event" in line]

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in FROM_THE_HARNESS}
        return {**kept, **variables, "DATABASE_POOL": "0"}

    def _mount(self) -> bool:
        place = self.state.engines
        place.mkdir(exist_ok=True)
        command = ["/bin/mount", "-t", "tmpfs", "-o", DISK, "tmpfs", str(place)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
