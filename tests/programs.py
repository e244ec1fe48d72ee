"""Programs that some tests need and no wheel brings."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Program:
    """``variable`` may name it; else it is the first of ``names`` that is found."""

    what: str
    package: str
    variable: str
    names: tuple[str, ...]

    def find(self) -> str | None:
        named = os.environ.get(self.variable)
        if named:
            return named
        return next((path for path in map(shutil.which, self.names) if path), None)

    def needed(self) -> str:
        """The program to run. Without it the test fails in CI, and is left out elsewhere."""
        found = self.find()
        if found is None:
            text = (
                f"No {self.what} found. Install it (Debian: apt-get install {self.package})"
                f" or set {self.variable}."
            )
            if os.environ.get("CI") == "true":
                pytest.fail(text)
            pytest.skip(text)
        return found


# All of it, for what a browser does besides showing pages: open the tabs of yesterday again.
CHROMIUM = Program(
    "Chromium", "chromium", "CHROMIUM", ("chromium", "chromium-browser", "google-chrome")
)
# The same engine without windows, bars and menus around it, which are half the work of a test.
CHROMIUM_SHELL = Program(
    "Chromium's shell", "chromium-headless-shell", "CHROMIUM_SHELL", ("chromium-headless-shell",)
)
# Debian puts it where only root's PATH looks.
PGBOUNCER = Program("PgBouncer", "pgbouncer", "PGBOUNCER", ("pgbouncer", "/usr/sbin/pgbouncer"))
