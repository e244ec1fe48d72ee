"""Checks a published ledger from its text alone: no database, no secret, nobody to believe.

What it shows: the days follow one another without a gap, each is bound to all before it, and every
count that is told is the one that was sealed on its day. With an earlier download beside it: that
nothing of what was published then has been changed since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retention.chain import FORMAT, Row, beginning, hash_of_day


class Broken(Exception):
    """A ledger that does not hold; says on which day and what."""


@dataclass(frozen=True)
class Day:
    """One day of a published ledger, read."""

    on: date
    previous: bytes
    commitments: tuple[bytes, ...]
    counts: tuple[Row, ...]
    digest: bytes


@dataclass(frozen=True)
class Ledger:
    tenant: str
    days: tuple[Day, ...]


def read_ledger(text: str) -> Ledger:
    """Return what the file says, unchecked. Raises Broken where it is no such file."""
    try:
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise Broken(f"the file is not of the format {FORMAT}")
        return Ledger(str(said["tenant"]), tuple(_read_day(day) for day in said["days"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise Broken(f"the file cannot be read: {type(problem).__name__} {problem}") from None


def _read_day(said: Mapping[str, str | Sequence[str] | Sequence[Mapping[str, str]]]) -> Day:
    counts = [
        Row(one["kind"], one["rule"], one["due"], one["done"], bytes.fromhex(one["salt"]))  # type: ignore[index,arg-type]  # whatever does not fit is refused by read_ledger or the commitment
        for one in said["counts"]
    ]
    return Day(
        on=date.fromisoformat(str(said["on"])),
        previous=bytes.fromhex(str(said["previous"])),
        commitments=tuple(bytes.fromhex(str(one)) for one in said["commitments"]),
        counts=tuple(counts),
        digest=bytes.fromhex(str(said["hash"])),
    )


def check_ledger(ledger: Ledger) -> None:
    """Raise Broken with the first day that does not hold."""
    previous, expected = beginning(ledger.tenant), None
    for day in ledger.days:
        if expected and day.on != expected:
            raise Broken(f"{day.on}: stands where {expected} should; a day is missing or doubled")
        if day.previous != previous:
            raise Broken(f"{day.on}: does not follow from the day before")
        if day.digest != hash_of_day(previous, day.on, day.commitments):
            raise Broken(f"{day.on}: its hash is not that of its commitments")
        _check_counts(day)
        previous, expected = day.digest, day.on + timedelta(days=1)


def _check_counts(day: Day) -> None:
    unused = list(day.commitments)
    for row in day.counts:
        if row.commitment not in unused:
            raise Broken(
                f"{day.on}: {row.done} of {row.due} of kind {row.kind} by rule {row.rule} is not"
                " what was sealed"
            )
        unused.remove(row.commitment)


def check_since(old: Ledger, new: Ledger) -> None:
    """Raise Broken unless ``new`` begins with all the days of ``old``, unchanged.

    Both have been checked. Counts are not compared: they are bound by the commitments.
    """
    if old.tenant != new.tenant:
        raise Broken(f"the earlier file is of {old.tenant} and this one of {new.tenant}")
    later = {day.on: day for day in new.days}
    for day in old.days:
        if day.on not in later:
            raise Broken(f"{day.on}: was published earlier and is missing now")
        if later[day.on].digest != day.digest:
            raise Broken(f"{day.on}: was published earlier with other contents")
    if old.days and new.days[0].on != old.days[0].on:
        raise Broken(f"{new.days[0].on}: was put before what was published earlier")
