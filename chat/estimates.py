"""How long a wait may be, from what is known now: who is ready, what they have, how long talks last.

Pure arithmetic, no database. A talk that has lasted for a while ends after another while, as those
before it did; whoever is ready takes the next as soon as one ends. What is asked is when so many
have ended that it is one's turn. Lengths of talks are counted in classes of five minutes, the older
the lighter, and nothing says when any of them was: where a line promises that no time is kept,
none is.  Rule: D7
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

# A class of lengths, and how many there are; what is longer counts as the longest.
CLASS_SECONDS = 300
CLASSES = 36
# A talk weighs so much less with each that has ended after it.
OLDER_WEIGHS = 0.97
# Until a line's own talks are known: half of them last half an hour, and that weighs as much as five.
_USUAL_SECONDS, _USUAL_SPREAD, _USUAL_WEIGHS = 1_800.0, 0.6, 5.0
# What passes between a place that is free and a counsellor who takes it.
PICK_UP_SECONDS = 45
STEP_SECONDS = 150
STEPS = 96
# Of many who wait for the same number of talks to end, half are reached when so many have.
_MEDIAN = 1 / 3
# What a person would say, in minutes.
SAID_MINUTES = (1, 3, 4, 5, 7, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120)
# Up to where each of them is the likelier one. (A thousand who wait are told within a moment.)
_SAID_UNTIL = [math.sqrt(less * more) for less, more in pairwise(SAID_MINUTES)]


@dataclass(frozen=True, slots=True)
class Crew:
    """Those who are ready: how many more they can take, and for how long each talk has lasted.

    ``rests_seconds`` has a number for each more that somebody can take who rests until then.
    """

    free: int
    ages_seconds: tuple[float, ...]
    rests_seconds: tuple[float, ...] = ()


def usual_lengths() -> list[float]:
    """Return how talks are thought to last where nothing is known yet; one weight a class."""

    def longer(seconds: float) -> float:
        above = math.log(max(seconds, 1) / _USUAL_SECONDS) / _USUAL_SPREAD
        return 0.5 * math.erfc(above / math.sqrt(2))

    ends = [longer(number * CLASS_SECONDS) for number in range(CLASSES)] + [0.0]
    return [(ends[n] - ends[n + 1]) * _USUAL_WEIGHS for n in range(CLASSES)]


def count_length(lengths: Sequence[float], seconds: float) -> list[float]:
    """Return ``lengths`` with one talk more."""
    number = min(CLASSES - 1, max(0, int(seconds // CLASS_SECONDS)))
    lighter = [weight * OLDER_WEIGHS for weight in lengths]
    lighter[number] += 1
    return lighter


class Outlook:
    """When how many of the present talks, and of those that follow them, have ended."""

    def __init__(self, crew: Crew, lengths: Sequence[float]) -> None:
        self.free = crew.free
        self._rests = sorted(crew.rests_seconds)
        self._ended = list(accumulate(_endings(crew, _steps_of(lengths))))

    def wait_seconds(self, place: int) -> float:
        """Return the seconds until it is the turn of who stands at ``place``, counted from 1."""
        if place <= self.free:
            return PICK_UP_SECONDS
        if place <= self.free + len(self._rests):
            return self._rests[place - self.free - 1] + PICK_UP_SECONDS
        needed = place - self.free - len(self._rests) - _MEDIAN
        step = bisect_left(self._ended, needed)
        before = self._ended[step - 1] if step else 0.0
        if step < STEPS:
            part = (needed - before) / (self._ended[step] - before)
            return (step + part) * STEP_SECONDS + PICK_UP_SECONDS
        # Beyond what was looked at: at the pace until there.
        return STEPS * STEP_SECONDS * needed / before if before else math.inf


def _steps_of(lengths: Sequence[float]) -> list[float]:
    """Return how likely a talk ends in each step of its life."""
    in_class = CLASS_SECONDS // STEP_SECONDS
    total = sum(lengths)
    return [weight / total / in_class for weight in lengths for _ in range(in_class)]


def _endings(crew: Crew, ends: Sequence[float]) -> list[float]:
    """Return how many talks end in each step from now on, those that begin meanwhile included."""
    lasting = [*reversed(list(accumulate(reversed(ends)))), 0.0]
    found = [0.0] * STEPS
    talks = Counter(int(age // STEP_SECONDS) for age in crew.ages_seconds)
    talks[0] += crew.free + len(crew.rests_seconds)
    for age, many in talks.items():
        # Who talks longer than anybody known ends like those who have talked longest.
        past = min(age, len(ends) - 4)
        while past and lasting[past] < 0.02:
            past -= 1
        for step, chance in enumerate(ends[past : STEPS + past]):
            found[step] += many * chance / lasting[past]
    for step in range(STEPS):
        for later in range(step + 1, min(STEPS, step + len(ends))):
            found[later] += found[step] * ends[later - step - 1]
    return found


def as_said(seconds: float) -> int:
    """Return ``seconds`` as a person would say it, in whole minutes of the likeliest words."""
    return 60 * SAID_MINUTES[bisect_left(_SAID_UNTIL, seconds / 60)]
