"""What two versions of an article differ in, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from chat.handbook.articles import Wording

# With more lines a side the comparison takes longer than anybody waits for a page.
MOST_COMPARED = 400

Change = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Line:
    """One line of a body, and what became of it."""

    change: Change
    text: str


def changed_lines(before: Wording, after: Wording) -> list[Line]:
    """Return the lines of both wordings, the title first, in order; what went before what came.

    Of long ones the whole of the one goes and the whole of the other comes.
    """
    old, new = (_lines(one) for one in (before, after))
    if max(len(old), len(new)) > MOST_COMPARED:
        return [Line("removed", text) for text in old] + [Line("added", text) for text in new]
    lines: list[Line] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [Line("same", text) for text in old[i:j]]
            continue
        lines += [Line("removed", text) for text in old[i:j]]
        lines += [Line("added", text) for text in new[k:m]]
    return lines


def _lines(wording: Wording) -> list[str]:
    return [wording.title, *(line for line in wording.body.splitlines() if line.strip())]
