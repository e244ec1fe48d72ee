"""Charts as SVG that the server draws: bars, each with its words, and a table behind them.

A bar of a number that is not told is a small dashed box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 720, 190, 24, 18
ROW, LABEL, LETTERS = 30, 250, 36
FEW_SIZE = 8


@dataclass(frozen=True)
class Bar:
    """One bar in the chart's own units, whole ones, and where its words stand."""

    x: int
    y: int
    width: int
    height: int
    is_few: bool
    label: str
    label_x: int
    label_y: int
    value: str
    value_x: int
    value_y: int


@dataclass(frozen=True)
class TableRow:
    label: str
    cells: list[str]


@dataclass(frozen=True)
class Chart:
    """All that templates/chat/office/_chart.html shows."""

    name: str
    title: str
    about: str
    is_lying: bool
    width: int
    height: int
    bars: list[Bar]
    columns: list[str]
    rows: list[TableRow]

    @property
    def has_any(self) -> bool:
        return any(not bar.is_few for bar in self.bars)


def standing(counts: Sequence[tuple[str, int | None]]) -> tuple[int, int, list[Bar]]:
    """Return width, height and bars that stand side by side."""
    most = max((count or 0 for _, count in counts), default=0) or 1
    step = WIDTH / max(1, len(counts))
    room = HEIGHT - FOOT - HEAD
    bars = []
    for place, (label, count) in enumerate(counts):
        high = FEW_SIZE if count is None else max(1.0, room * count / most)
        middle, top = (place + 0.5) * step, HEIGHT - FOOT - high
        wide = min(step * 0.7, 56)
        bars.append(
            Bar(
                x=round(middle - wide / 2),
                y=round(top),
                width=round(wide),
                height=round(high),
                is_few=count is None,
                label=label,
                label_x=round(middle),
                label_y=HEIGHT - 7,
                value="" if count is None else str(count),
                value_x=round(middle),
                value_y=round(top - 5),
            )
        )
    return WIDTH, HEIGHT, bars


def lying(counts: Sequence[tuple[str, int | None]]) -> tuple[int, int, list[Bar]]:
    """Return width, height and bars that lie below each other, for long words."""
    most = max((count or 0 for _, count in counts), default=0) or 1
    room = WIDTH - LABEL - 50
    bars = []
    for place, (label, count) in enumerate(counts):
        wide = FEW_SIZE if count is None else max(1.0, room * count / most)
        top = place * ROW + 5
        bars.append(
            Bar(
                x=LABEL,
                y=top,
                width=round(wide),
                height=ROW - 10,
                is_few=count is None,
                label=label if len(label) <= LETTERS else label[: LETTERS - 1] + "…",
                label_x=0,
                label_y=top + 15,
                value="" if count is None else str(count),
                value_x=round(LABEL + wide + 8),
                value_y=top + 15,
            )
        )
    return WIDTH, ROW * len(counts), bars
