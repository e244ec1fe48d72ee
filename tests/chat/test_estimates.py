"""What a visitor is told of the wait comes true, on evenings that are played from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from chat.estimates import SAID_MINUTES, Crew, Outlook, as_said, count_length, usual_lengths

SECOND_STEP = 5
HOUR = 3600
CAPACITY = 2
# Half of the talks of this line last 25 minutes; it has had sixty before the evening.
LENGTH = (math.log(25 * 60), 0.5)
# When each counsellor is ready, in hours; talks that they have then go on to their end.
SHIFTS = ((0, 9), (0, 9), (0, 3.5), (0.25, 9), (0.5, 9), (1, 4))
# Nobody is sure to a minute: whoever is told "less than two minutes" is told the truth up to three.
SOON_SECONDS = 180


@dataclass
class Counsellor:
    comes_at: float
    goes_at: float
    talks: list[tuple[float, float]] = field(default_factory=list)

    def is_ready(self, now: float) -> bool:
        return self.comes_at <= now < self.goes_at


class Evening:
    """Arrivals, talks and counsellors who come and go; what each visitor was told, and what came."""

    def __init__(self, seed: int, *, an_hour: float) -> None:
        self.chance = random.Random(seed)
        self.counsellors = [Counsellor(a * HOUR, b * HOUR) for a, b in SHIFTS]
        self.lengths = usual_lengths()
        for _ in range(60):
            self.lengths = count_length(self.lengths, self.chance.lognormvariate(*LENGTH))
        self.arrivals = list(self._arrivals(an_hour))
        # When each came, and what they were told, next first.
        self.queue: list[tuple[float, float]] = []
        self.told: list[tuple[float, float]] = []
        self._play()

    def _arrivals(self, an_hour: float) -> Iterator[float]:
        now = self.chance.expovariate(an_hour / HOUR)
        while now < 4.2 * HOUR:
            yield now
            now += self.chance.expovariate(an_hour / HOUR)

    def _play(self) -> None:
        now = 0.0
        while self.arrivals or self.queue:
            now += SECOND_STEP
            self._end_talks(now)
            while self.arrivals and self.arrivals[0] <= now:
                self.arrivals.pop(0)
                self._queue_up(now)
            self._take(now)

    def _end_talks(self, now: float) -> None:
        for one in self.counsellors:
            for begun, ends in one.talks:
                if ends <= now:
                    self.lengths = count_length(self.lengths, ends - begun)
            one.talks = [talk for talk in one.talks if talk[1] > now]

    def _queue_up(self, now: float) -> None:
        ready = [one for one in self.counsellors if one.is_ready(now)]
        free = sum(CAPACITY - len(one.talks) for one in ready)
        ages = tuple(now - begun for one in ready for begun, _ in one.talks)
        place = len(self.queue) + 1
        outlook = Outlook(Crew(free, ages), self.lengths)
        self.queue.append((now, as_said(outlook.wait_seconds(place))))

    def _take(self, now: float) -> None:
        for one in self.counsellors:
            # Somebody looks up from their other talk within a minute or so.
            looks_up = self.chance.random() < SECOND_STEP / 40
            if self.queue and one.is_ready(now) and len(one.talks) < CAPACITY and looks_up:
                came, told = self.queue.pop(0)
                self.told.append((told, now - came))
                one.talks.append((now, now + self.chance.lognormvariate(*LENGTH)))


def off(told: float, waited: float) -> float:
    """Return by how much of what was told the wait was another."""
    return 0.0 if max(told, waited) <= SOON_SECONDS else abs(waited - told) / told


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * len(values))]


def told_on(evenings: int, *, an_hour: float) -> list[tuple[float, float]]:
    """Return what each visitor was told and how long they waited, in seconds."""
    return [pair for seed in range(evenings) for pair in Evening(seed, an_hour=an_hour).told]


@pytest.mark.parametrize("an_hour", [20, 24, 28], ids=["busy", "too many", "far too many"])
def test_estimates_of_an_evening_are_within_half_at_the_80th_percentile(an_hour: float) -> None:
    told = told_on(8, an_hour=an_hour)

    assert len(told) > 600
    assert percentile([off(*pair) for pair in told], 0.8) <= 0.5


@pytest.mark.parametrize("an_hour", [24, 28], ids=["too many", "far too many"])
def test_so_are_those_of_the_visitors_who_have_to_wait_for_a_talk_to_end(an_hour: float) -> None:
    told = [pair for pair in told_on(8, an_hour=an_hour) if pair[0] > SOON_SECONDS]

    assert len(told) > 500
    assert percentile([off(*pair) for pair in told], 0.8) <= 0.5


def test_place_that_is_free_is_soon_and_each_place_after_it_is_later() -> None:
    outlook = Outlook(Crew(free=1, ages_seconds=(600.0, 60.0)), usual_lengths())

    waits = [as_said(outlook.wait_seconds(place)) for place in range(1, 8)]

    assert waits[0] == 60
    assert waits == sorted(waits)
    assert waits[1] > 60


def test_talk_longer_than_any_before_ends_all_the_same() -> None:
    outlook = Outlook(Crew(free=0, ages_seconds=(11 * 3600.0,)), usual_lengths())

    assert 60 < outlook.wait_seconds(1) < 30 * 60


def test_wait_beyond_what_can_be_looked_at_is_the_longest_that_is_said() -> None:
    outlook = Outlook(Crew(free=0, ages_seconds=(0.0,)), usual_lengths())

    assert as_said(outlook.wait_seconds(200)) == SAID_MINUTES[-1] * 60
