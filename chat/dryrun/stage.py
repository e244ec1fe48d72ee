"""Where a dry run plays: a copy of the tenant, a clock, and what has been seen so far.

A story is a generator. It does something by the real functions, says what it saw, and yields the
moment at which it goes on; ``play`` moves the one clock from moment to moment and lets whichever
story is next go on. So several lives that end at different times are watched on one way forward.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chat.dryrun.report import Outcome, Step, Verdict, moment_words
from retention import clock, sandbox
from retention.kinds import registered
from retention.purge import purge_batch
from tenants.dry_runs import Tell
from tenants.errors import HelplineError
from tenants.hours import Span
from tenants.models import Membership, Policy, PolicyRule, Tenant
from tenants.policies import current_policy, rule_for, until
from tenants.scope import tenant_scope

MINUTE = timedelta(minutes=1)
# How long a talk of a dry run takes.
SLOT = 6 * MINUTE
INSTANT = timedelta(seconds=1)
Moments = Generator[datetime, None, None]


@dataclass
class Stage:
    """``line`` is the copy that everything is done at, ``tenant`` the one that it is a copy of.

    ``opens_at`` is when the first visitor comes.
    """

    tenant: Tenant
    line: Tenant
    language: str
    told: Callable[[Step], None]
    far: Tell
    opens_at: datetime
    hours: Span | None = None
    counsellor: Membership | None = None
    officers: Sequence[Membership] = ()
    steps: list[Step] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    story: str = ""
    # The stories that have a talk, in the order in which these begin.
    talks: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Say what happened now."""
        talk = self.talks.index(self.story) + 1 if self.story in self.talks else 0
        step = Step(clock.now(), words, self.story, talk)
        self.steps.append(step)
        self.told(step)

    def judge(
        self,
        kind: str,
        outcome: Outcome,
        observed: str,
        *,
        sentence: str = "",
        rule: str = "",
    ) -> None:
        """Say what became of a promise. One that stands on the page needs no ``sentence``."""
        self.verdicts[kind] = Verdict(kind, outcome, rule, sentence, observed, on_page=not sentence)

    def when(self, moment: datetime) -> str:
        return moment_words(moment, self.line.tzinfo)

    def next_slot(self) -> datetime:
        """Return when the next talk begins: one after the other, as one counsellor has them."""
        self.talks.append(self.story)
        return self.opens_at + (len(self.talks) - 1) * SLOT

    def policy(self) -> Policy:
        """Return the version that the page shows now."""
        with tenant_scope(self.line):
            return current_policy(self.line)

    def rule(self, kind: str, starts: str) -> PolicyRule | None:
        with tenant_scope(self.line):
            return rule_for(current_policy(self.line), kind, starts)

    def end_of(self, rule: PolicyRule, start: datetime) -> datetime:
        """Return when ``rule`` says that something is over that is counted from ``start``."""
        with tenant_scope(self.line):
            return until(self.line, rule, start=start)

    def purge(self) -> None:
        """Do what the job does each minute, at this line."""
        for kind in registered():
            purge_batch(kind, self.line)
        sandbox.settle()


Story = Callable[[Stage], Moments]


def play(stage: Stage, stories: Sequence[Story]) -> None:
    """Let all of ``stories`` happen, each step at its moment; tell as each is over."""
    waiting: list[tuple[datetime, int]] = []
    running: list[Iterator[datetime]] = [story(stage) for story in stories]
    for number in range(len(running)):
        heapq.heappush(waiting, (clock.now(), number))
    stage.far(0, len(stories))
    while waiting:
        moment, number = heapq.heappop(waiting)
        if moment > clock.now():
            sandbox.move_clock(moment)
        stage.story = stories[number].__name__
        after = _go_on(stage, running[number])
        sandbox.settle()
        if after is not None:
            heapq.heappush(waiting, (after, number))
        else:
            stage.far(len(stories) - len(waiting), len(stories))


def _go_on(stage: Stage, story: Iterator[datetime]) -> datetime | None:
    try:
        return next(story, None)
    except HelplineError as refused:
        # What else there is to see is still seen; the promises of this one are judged as they were left.
        words = _("This cannot go on: %(why)s.") % {"why": str(refused).rstrip(".")}
        stage.note(words)
        stage.judge(stage.story, Outcome.BROKEN, words, sentence=_("What was to be tried works."))
        return None
