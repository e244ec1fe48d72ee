"""The table, the ratios and the file of one run."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.run import Row, Run

RESULTS = Path(__file__).resolve().parent / "results"
FLOORS = {
    "ours_over_plain": ">= 25",
    "ours_over_echo": ">= 0.14",
    "ours_over_no_database": ">= 0.42",
    "cpu_over_echo": "<= 7.5",
    "two_processes_over_one_one_core": ">= 0.75",
    "two_processes_over_one_two_cores": "> 1",
    "p50_over_echo_at_20": "<= 3.5",
    "p99_over_echo_at_500": "<= 4",
    "busy_500_over_25": ">= 0.8",
    "neighbour_p50": "<= 1.5",
    "idle_kib": "<= 36",
    "storm_seconds": "<= 15",
    "claim_p95_ms": "<= 20",
    "desk_p95_ms": "<= 100",
    "search_p95_ms": "< 50",
    "purge_seconds_keys": "<= 20",
    "purge_seconds_rows": "<= 600",
    "purge_p99": "<= 1.5",
    "purge_cost_10x": "<= 1.2",
}


def ratios(run: Run) -> dict[str, float | None]:
    """Return each figure that has a floor: the median over rounds of the ratio within a round."""
    few, many, most = run.size.talks
    busy = _Rounds(run.rows, "busy", "variant", "talks")
    opened = _Rounds(run.rows, "open", "variant", "rate")
    beside = _Rounds(run.rows, "neighbour", "variant", "kind")
    found = {
        "ours_over_plain": busy.ratio(("ours", few), ("plain_daphne", few)),
        "ours_over_plain_uvicorn": busy.ratio(("ours", few), ("plain_uvicorn", few)),
        "ours_over_daphne": busy.ratio(("ours", many), ("ours_daphne", many)),
        "cpu_ours_over_daphne": busy.ratio(("ours", many), ("ours_daphne", many), "cpu_us_total"),
        "ours_over_echo": busy.ratio(("ours", many), ("echo", many)),
        "ours_over_echo_25": busy.ratio(("ours", few), ("echo", few)),
        "ours_over_no_database": busy.ratio(("ours", many), ("without_database", many)),
        "ours_over_no_database_25": busy.ratio(("ours", few), ("without_database", few)),
        "cpu_over_echo": busy.ratio(("ours", many), ("echo", many), "cpu_us_total"),
        "cpu_over_echo_25": busy.ratio(("ours", few), ("echo", few), "cpu_us_total"),
        "two_processes_over_one_one_core": busy.ratio(("split", many), ("ours", many)),
        "two_processes_over_one_two_cores": busy.ratio(("split_two_cores", many), ("ours", many)),
        "two_processes_over_one_both_on_two_cores": busy.ratio(
            ("split_two_cores", many), ("ours_two_cores", many)
        ),
        "p50_over_echo_at_20": opened.ratio(("ours", "slow"), ("echo", "slow"), "p50_ms"),
        "p50_over_stored_echo_at_20": opened.ratio(
            ("ours", "slow"), ("echo_stored", "slow"), "p50_ms"
        ),
        "p50_stored_echo_over_echo_at_20": opened.ratio(
            ("echo_stored", "slow"), ("echo", "slow"), "p50_ms"
        ),
        "p99_over_echo_at_20": opened.ratio(("ours", "slow"), ("echo", "slow"), "p99_ms"),
        "p50_over_echo_at_500": opened.ratio(("ours", "fast"), ("echo", "fast"), "p50_ms"),
        "p99_over_echo_at_500": opened.ratio(("ours", "fast"), ("echo", "fast"), "p99_ms"),
        "busy_500_over_25": busy.ratio(("ours", most), ("ours", few)),
        "neighbour_p50": beside.ratio(("ours", "beside"), ("ours", "alone"), "p50_ms"),
        "neighbour_p50_plain": beside.ratio(
            ("plain_daphne", "beside"), ("plain_daphne", "alone"), "p50_ms"
        ),
        **_single(run.rows),
    }
    return {name: value for name, value in found.items() if value is not None}


class _Rounds:
    """The rows of one kind by round and two fields."""

    def __init__(self, rows: Iterable[Row], kind: str, *fields: str) -> None:
        self._found: dict[tuple[Any, ...], dict[int, Row]] = {}
        for row in rows:
            if row["row"] == kind:
                key = tuple(row[name] for name in fields)
                self._found.setdefault(key, {})[row["round"]] = row

    def ratio(
        self, ours: tuple[Any, ...], other: tuple[Any, ...], what: str = "per_second"
    ) -> float | None:
        one, two = self._found.get(ours, {}), self._found.get(other, {})
        values = [one[n][what] / two[n][what] for n in one.keys() & two.keys() if two[n][what]]
        return round(statistics.median(values), 3) if values else None


def _single(rows: list[Row]) -> dict[str, float | None]:
    """Return the figures of what is measured once a run."""

    def by(kind: str) -> list[Row]:
        return [row for row in rows if row["row"] == kind]

    found: dict[str, float | None] = {}
    for row in by("memory"):
        name = "idle_kib" if row["variant"] == "ours" else "idle_kib_echo"
        found[name] = row["pss_kib"]
    for row in by("storm"):
        found["storm_seconds"] = row["seconds_all_caught_up"]
    for row in by("claims"):
        found["claim_p95_ms"] = row["claim_p95_ms"]
    for row in by("desk"):
        # Whatever is done at the desk, the slowest kind of it.
        found["desk_p95_ms"] = max(row[name] for name in row if name.endswith("_p95_ms"))
    for row in by("handbook"):
        found["search_p95_ms"] = row["search_p95_ms"]
    purges = by("purge")
    if purges:
        last = purges[-1]
        found["purge_seconds_keys"] = last["seconds_keys"]
        found["purge_seconds_rows"] = last["seconds_rows"]
        found["purge_p99"] = round(last["live_p99_ms_meanwhile"] / last["live_p99_ms_before"], 3)
        found["purge_cost_10x"] = round(last["ms_a_talk"] / purges[0]["ms_a_talk"], 3)
        cpu = [sum(row["cpu_us_a_talk"].values()) for row in purges]
        found["purge_cpu_10x"] = round(cpu[-1] / cpu[0], 3) if cpu[0] else None
    return found


def write(run: Run, about: dict[str, Any]) -> Path:
    """Write every row and the ratios to a file of the run's own."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    whole = {**about, "ratios": ratios(run), "rows": run.rows}
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return path


def show(run: Run, about: dict[str, Any]) -> None:
    """Print the one table."""
    print("\n" + "  ".join(f"{name} {value}" for name, value in about.items()))
    for kind, fields in (
        ("busy", ("variant", "talks")), ("open", ("variant", "rate")), ("cost", ("variant", "talks")),
        ("neighbour", ("variant", "kind")),
    ):  # fmt: skip
        _show_rounds(kind, [row for row in run.rows if row["row"] == kind], fields)
    for row in run.rows:
        if "round" not in row:
            said = (f"{name} {value}" for name, value in row.items() if name != "row")
            print(f"\n{row['row']}: " + ", ".join(said))
    print("\nratio or figure                               measured   floor")
    for name, value in ratios(run).items():
        print(f"  {name:42} {value:>10}   {FLOORS.get(name, '')}")


def _show_rounds(kind: str, rows: list[Row], fields: tuple[str, str]) -> None:
    if not rows:
        return
    print(
        f"\n{kind:28} messages/s (min-max)         p50 / p99 ms       CPU us a message:"
        " all = web + postgres + keys + valkey"
    )
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in fields), []).append(row)
    for key, group in groups.items():
        name = " ".join(map(str, key))
        each = [row["per_second"] for row in group]
        cpu = " + ".join(
            f"{statistics.median(row['cpu_us'][part] for row in group):.0f}"
            for part in group[0]["cpu_us"]
        )
        print(
            f"{name:28} {_middle(group, 'per_second'):>9.0f} ({min(each):.0f}-{max(each):.0f})".ljust(
                58
            )
            + f"{_middle(group, 'p50_ms'):7.2f} /{_middle(group, 'p99_ms'):8.2f}   "
            + f"{_middle(group, 'cpu_us_total'):7.0f} = {cpu}"
            + (
                f"   ERRORS {sum(row['errors'] for row in group)}"
                if any(r["errors"] for r in group)
                else ""
            )
        )


def _middle(group: list[Row], what: str) -> float:
    return float(statistics.median(row[what] for row in group))
