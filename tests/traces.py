"""Traces of what was destroyed, removed at once."""

from __future__ import annotations

import time
from types import ModuleType

from django.db import connections

PATIENCE_SECONDS = 30


def count_at_once() -> None:
    """Have PostgreSQL count what this test has deleted, as it does by itself within a second."""
    with connections["keys"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")


def compact(of: ModuleType) -> None:
    """Have the traces removed, as the job does with each run."""
    count_at_once()
    limit = time.monotonic() + PATIENCE_SECONDS
    while not of.compact():
        assert time.monotonic() < limit
