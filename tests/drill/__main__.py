"""Run the drill and print what it counted; the exit code is 1 if a promise was broken."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

import django

from tests.engines import Harness

if TYPE_CHECKING:
    from tests.drill.course import Count


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--each", type=int, default=5, help="how many talks of every fate")
    each = parser.parse_args(arguments).each
    # Engines of its own, whatever the environment names: it is nothing to try on living data.
    for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    harness = Harness()
    try:
        harness.start()
        harness.run.make_databases()
        counts = _drilled(harness, each)
    finally:
        harness.stop()
    sys.stdout.write(told(counts))
    return 0 if all(count.ok for count in counts) else 1


def _drilled(harness: Harness, each: int) -> list[Count]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
    django.setup()
    from django.db import connections

    from tests.drill.course import drill

    try:
        return drill(harness.run, each=each)
    finally:
        for connection in connections.all():
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's alone


def told(counts: list[Count]) -> str:
    """Return the counts as a table, and the one number that must be nought."""
    lines = [f"{'':<30}{'':<14}{'talks':>6}{'readable':>10}{'after purge':>13}  must be"]
    for count in counts:
        must = "gone" if count.gone else "there"
        lines.append(
            f"{count.group:<30}{count.copy:<14}{count.talks:>6}{count.readable:>10}"
            f"{count.readable_healed:>13}  {must}{'' if count.ok else '   <-- is not'}"
        )
    bad = sum(count.readable + count.readable_healed for count in counts if count.gone)
    lost = sum(
        2 * count.talks - count.readable - count.readable_healed
        for count in counts
        if not count.gone
    )
    return "\n".join([*lines, "", f"{bad} purged things readable, {lost} living things lost.", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
