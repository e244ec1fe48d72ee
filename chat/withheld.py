"""Which numbers of a line's figures may be told, so that no small one can be reckoned from others.

A number from one to four is told nowhere. Every table is taken to be one whose sum is known, since
one table tells the sum of another. So a cell that is withheld never stands alone, and whoever knows
the sum and these very rules is left with at least two possible numbers for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from retention.chain import FEW

K = TypeVar("K", bound=Hashable)
Told = dict[K, int | None]


class Span(NamedTuple):
    """Classes that lie side by side, from ``first`` to the one before ``end``, and their sum."""

    first: int
    end: int
    number: int


def few_hidden(count: int) -> int | None:
    """Return a sum that stands by itself, or None where it is small."""
    return count if count >= FEW else None


def told(counts: Mapping[K, int]) -> Told[K]:
    """Return ``counts`` without what is small, nor the least of the others wherever one is.

    All that are equally small as that go with it: which of them went would tell about the rest.
    Where nothing is small but what is nothing, nothing is withheld.
    """
    if sum(counts.values()) < FEW:
        return dict.fromkeys(counts)
    small = {key for key, count in counts.items() if 0 < count < FEW}
    if not small:
        return dict(counts)
    least = min((count for count in counts.values() if count >= FEW), default=FEW)
    return {key: count if count > least else None for key, count in counts.items()}


def merged(counts: Sequence[int]) -> list[Span]:
    """Return classes of length as wider ones, of which each counts five or more, or nothing.

    From the longest on, so that the last, which has no end, takes no more than it must. What is
    left over at the shortest goes with the next.
    """
    if sum(counts) < FEW:
        return []
    spans: list[Span] = []
    end, count = len(counts), 0
    for place in reversed(range(len(counts))):
        count += counts[place]
        if count == 0 and spans and spans[-1].number == 0:
            spans[-1] = spans[-1]._replace(first=place)
        elif count == 0 or count >= FEW:
            spans.append(Span(place, end, count))
        else:
            continue
        end, count = place, 0
    while count and spans:
        # Nothing between the two goes with them: it would be known to be nothing.
        _, end, more = spans.pop()
        count += more
        if more:
            spans.append(Span(0, end, count))
            break
    return spans[::-1]
