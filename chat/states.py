"""The life of a conversation, as data."""

from __future__ import annotations

from enum import IntEnum

from django.db import models


class State(models.TextChoices):
    WAITING = "waiting", "waiting"
    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"
    ENDED = "ended", "ended"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.ACTIVE, State.ENDED}),
    # Back to waiting: the counsellor's line was lost, and somebody else takes over.
    State.ACTIVE: frozenset({State.PAUSED, State.WAITING, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.WAITING, State.ENDED}),
    State.ENDED: frozenset(),
}


def sources(target: State) -> list[State]:
    """Return the states from which a conversation may come to ``target``."""
    return [state for state, targets in TRANSITIONS.items() if target in targets]


class By(models.TextChoices):
    VISITOR = "visitor", "visitor"
    COUNSELLOR = "counsellor", "counsellor"
    SYSTEM = "system", "system"


class CardState(models.TextChoices):
    OFFERED = "offered", "offered"
    ANSWERED = "answered", "answered"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"


class OfferState(models.TextChoices):
    OFFERED = "offered", "offered"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"


class Closed(models.TextChoices):
    """Who has closed a consult, or what."""

    ASKER = "asker", "asker"
    COLLEAGUE = "colleague", "colleague"
    NO_ANSWER = "no_answer", "no answer"
    TALK = "talk", "talk"


class Author(IntEnum):
    """Who wrote a message, as stored and as bound into its seal."""

    VISITOR = 1
    COUNSELLOR = 2
    SYSTEM = 3


# As they stand on the wire, by number.
WORDS = {int(author): author.name.lower() for author in Author}
