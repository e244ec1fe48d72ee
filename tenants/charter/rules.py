"""The rules that an entry of a charter may cite."""

from __future__ import annotations

OURS = "ours"  # the organisation says nothing: the most protective value that still works

_LINES = {"S": 11, "D": 12, "U": 11, "T": 12, "B": 8}

RULE_IDS = frozenset(
    {f"{letter}{number}" for letter, last in _LINES.items() for number in range(1, last + 1)}
    | {OURS}
)
