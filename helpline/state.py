"""The directory in which one machine keeps its private Helpline: ``.helpline``.

    env          addresses and secrets, 0600, made once
    lock         held (flock) by the `manage.py up` that runs
    demo.json    where to go and how to sign in
    mail/        what would have been sent
    engines/     data of PostgreSQL and Valkey; a link when it has to lie elsewhere (binaries.py)
    log/ static/ run/

Only the standard library: `make clean` runs this file with any Python.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

MADE_BY_US = ("env", "lock", "demo.json", "engines", "log", "mail", "static", "run")


class InUse(Exception):
    """Another `manage.py up` holds the directory."""


class State:
    """One state directory; making the object makes the directory."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        # The engines' account must be able to pass through; what is in it is closed file by file.
        self.root.chmod(0o711)
        for name in ("log", "mail", "run"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)

    @property
    def engines(self) -> Path:
        return self.root / "engines"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    def read_env(self) -> dict[str, str]:
        """What ``env`` says, empty when there is none yet."""
        return read_env_file(self.root / "env")

    def write_env(self, values: Mapping[str, str]) -> None:
        """Put ``values`` in place of the old ``env`` in one step, readable by the owner alone."""
        lines = (f"{key}={value}\n" for key, value in values.items())
        write_private(self.root / "env", "".join(lines))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory; raises InUse, with the other's process id, if somebody does."""
        with (self.root / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise InUse(
                    f"Helpline already runs in {self.root} (process {file.read().strip() or '?'})."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def remove(self) -> None:
        """Delete the directory and all the data in it; raises InUse while it runs."""
        with self.lock():
            for link in (self.engines / "sock", self.engines):
                if link.is_symlink():
                    shutil.rmtree(link.resolve(), ignore_errors=True)
                    link.unlink(missing_ok=True)
            shutil.rmtree(self.root)


def write_private(path: Path, text: str) -> None:
    """Put ``text`` in the place of a file in one step, readable by its owner alone."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_env_file(path: Path) -> dict[str, str]:
    """The ``KEY=value`` lines of a file; empty when there is no such file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _main(arguments: list[str]) -> int:
    match arguments:
        case ["--remove", directory]:
            return _remove(Path(directory))
    sys.stderr.write("usage: state.py --remove DIRECTORY\n")
    return 2


def _remove(directory: Path) -> int:
    if not directory.is_dir():
        sys.stdout.write(f"{directory}: nothing to remove.\n")
        return 0
    foreign = sorted({entry.name for entry in directory.iterdir()} - {*MADE_BY_US, "env.new"})
    if foreign:
        sys.stderr.write(f"{directory} holds {', '.join(foreign)}, not made here: left alone.\n")
        return 1
    try:
        State(directory).remove()
    except InUse as error:
        sys.stderr.write(f"{error} Stop it first (Ctrl-C).\n")
        return 1
    sys.stdout.write(f"Removed {directory} with all its data.\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
