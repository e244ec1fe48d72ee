"""The restore drill, small: what has ended stays unreadable, and the drill would tell if not."""

from __future__ import annotations

import pytest

from tests.drill import course
from tests.drill.__main__ import told
from tests.drill.copies import BaseBackup, Dump
from tests.drill.course import Count, drill
from tests.engines import Harness
from tests.talks import owner_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]

GONE = ["ended, deleted at close", "erased, and gone on", "kept until its time was over"]
THERE = ["kept for three months", "alive"]


def counted(group: str, copy: str, *, gone: bool) -> Count:
    """Return what must have become of a group of one talk with two messages."""
    left = 0 if gone else 1
    return Count(group, copy, 1, gone, 2, left, 2 * left, left)


def test_no_copy_of_main_brings_back_what_has_ended(
    transactional_db: None, harness: Harness
) -> None:
    """Rule: D5, D6, T9"""
    counts = drill(harness.run, each=1)

    expected = [
        counted(group, copy, gone=gone)
        for copy in (BaseBackup.name, Dump.name)
        for groups, gone in ((GONE, True), (THERE, False))
        for group in groups
    ]
    assert counts == expected
    assert all(count.ok for count in counts)
    assert told(counts).endswith("0 purged things readable, 0 living things lost.\n")


def test_copy_of_the_keys_would_be_found_out(
    transactional_db: None, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had backed up `keys` too, and put it back."""
    ended = course._talks_end

    def ended_with_the_keys_put_back(groups: list[course.Group]) -> None:
        rows = owner_rows("keys", "SELECT segment, tenant, secret, expires_at FROM segment_key")
        ended(groups)
        for row in rows:
            owner_rows(
                "keys",
                "INSERT INTO segment_key (segment, tenant, secret, expires_at)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                *row,
            )

    monkeypatch.setattr(course, "_talks_end", ended_with_the_keys_put_back)
    monkeypatch.setattr(course, "COPIES", (Dump,))

    counts = drill(harness.run, each=1)

    # What was kept until its time was over is refused by its key's own time as well.
    assert [count.group for count in counts if count.gone and count.readable] == GONE[:2]
    assert [count.ok for count in counts[:2]] == [False, False]
    assert "4 purged things readable, 0 living things lost." in told(counts)
