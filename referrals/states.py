"""The life of a handoff, as data: what each side's row says, and who has the visitor."""

from __future__ import annotations

from django.db import models


class HandoffState(models.TextChoices):
    """Of an Outgoing, which begins ``agreed``, and of an Incoming, which begins ``expected``."""

    AGREED = "agreed", "the visitor has said yes"
    EXPECTED = "expected", "they may come within a minute"
    REFUSED = "refused", "the partner could not take them"
    NEVER_ARRIVED = "never_arrived", "they have not come in time"
    THERE = "there", "they wait at the partner"
    TAKEN = "taken", "somebody there has taken them"
    BACK = "back", "they may come back"
    LEFT = "left", "they have gone on their own"
    VOID = "void", "their token was used twice; they may come back"


S = HandoffState
# On the way, or waiting there: what the most at a time is counted by.
UNDER_WAY = (S.AGREED, S.EXPECTED, S.THERE)
# The partner's talk with them, where there is one, is over or will not begin.
FAILED = (S.REFUSED, S.NEVER_ARRIVED, S.BACK, S.LEFT, S.VOID)

TRANSITIONS: dict[HandoffState, frozenset[HandoffState]] = {
    S.AGREED: frozenset({S.REFUSED, S.NEVER_ARRIVED, S.THERE, S.BACK}),
    S.EXPECTED: frozenset({S.NEVER_ARRIVED, S.THERE, S.BACK}),
    S.THERE: frozenset({S.TAKEN, S.BACK, S.LEFT, S.VOID}),
    **dict.fromkeys((*FAILED, S.TAKEN), frozenset()),
}

# From ``taken`` on the partner answers for the visitor, and until then the line that they came from.
OWNED_BY_PARTNER = frozenset({S.TAKEN})


class Outcome(models.TextChoices):
    """What is counted of handoffs, at both lines alike."""

    ACCEPTED = "accepted", "the visitor said yes"
    DECLINED = "declined", "the visitor stayed"
    REFUSED = "refused", "the partner could not take them"
    ARRIVED = "arrived", "they came"
    NEVER_ARRIVED = "never_arrived", "they did not come in time"
    TAKEN = "taken", "somebody took them"
    RETURNED = "returned", "they were sent or called back"
    LEFT = "left", "they left on their own"
    REPLAYED = "replayed", "a token was used a second time"


COUNTED = {
    S.REFUSED: Outcome.REFUSED,
    S.NEVER_ARRIVED: Outcome.NEVER_ARRIVED,
    S.THERE: Outcome.ARRIVED,
    S.TAKEN: Outcome.TAKEN,
    S.BACK: Outcome.RETURNED,
    S.LEFT: Outcome.LEFT,
    S.VOID: Outcome.REPLAYED,
}
