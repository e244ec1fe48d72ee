"""A charter as data: what one TOML file says, checked and immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Identity:
    """``[tenant]`` and ``[operator]``."""

    slug: str
    name: str
    neutral_title: str
    neutral_icon: str
    country: str
    zone: str
    languages: tuple[str, ...]
    live: bool
    operator_slug: str
    operator_name: str


@dataclass(frozen=True)
class Opening:
    weekday: int
    opens: time
    closes: time
    rule: str


@dataclass(frozen=True)
class DatedOpening:
    on: date
    opens: time | None
    closes: time | None
    reason: Texts
    rule: str


@dataclass(frozen=True)
class Opens:
    """``[[hours]]``, ``[holidays]`` and ``[[exceptions]]``."""

    usual: tuple[Opening, ...]
    dated: tuple[DatedOpening, ...]
    closed_on_holidays: bool


@dataclass(frozen=True)
class Subject:
    slug: str
    label: Texts
    rule: str


@dataclass(frozen=True)
class Statement:
    kind: str
    texts: Texts
    rule: str


@dataclass(frozen=True)
class Requirement:
    group: str
    kind: str
    years: int
    label: Texts
    rule: str
    announced: bool = False


@dataclass(frozen=True)
class Notice:
    slug: str
    texts: Texts
    phone: str
    active: bool
    rule: str
    beside_hours: bool = False


@dataclass(frozen=True)
class Contact:
    kind: str
    value: str
    label: Texts
    rule: str


@dataclass(frozen=True)
class Partner:
    slug: str
    mode: str
    texts: Texts
    rule: str


@dataclass(frozen=True)
class Option:
    """What can be answered; of a scale its two ends, whose slugs are numbers."""

    slug: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """One ``[[evaluation]]``: what is asked after the talk."""

    slug: str
    kind: str
    label: Texts
    choices: tuple[Option, ...]
    rule: str


@dataclass(frozen=True)
class Keep:
    """One ``[[policy.keep]]``: how long one kind of data lives."""

    kind: str
    starts: str
    amount: int
    unit: str
    suspended_by: tuple[str, ...]
    suspended_rule: str
    rule: str


@dataclass(frozen=True)
class Policy:
    """What is kept and for how long; the terms of a draft and of a published version alike."""

    address: str
    may_erase: bool
    parks: bool
    access: str
    journal: bool
    triage: bool
    evaluation: bool
    rules: Mapping[str, str]
    texts: Texts
    keep: tuple[Keep, ...]
    colleague_may_read: bool = False

    def life(self, kind: str, starts: str) -> Keep | None:
        """Return how long ``kind`` lives from ``starts``, where it is said."""
        return next((one for one in self.keep if (one.kind, one.starts) == (kind, starts)), None)


@dataclass(frozen=True)
class Queue:
    """``[queue]``, ``[talk]`` and ``[code]``."""

    cap: int
    unstaffed: bool
    capacity: int
    closing_warning_minutes: int
    last_call_minutes: int
    visitor_lost_minutes: int
    shows_first_name: bool
    wrap_up_seconds: int
    may_pick: bool
    offers_code: bool
    code_rule: str


@dataclass(frozen=True)
class CloseReason:
    slug: str
    label: Texts
    rule: str
    abusive: bool = False


@dataclass(frozen=True)
class Category:
    slug: str
    label: Texts
    rule: str


@dataclass(frozen=True)
class Phrase:
    """One ``[[phrases]]``: what a counsellor may put into the field instead of typing it."""

    slug: str
    texts: Texts
    rule: str


@dataclass(frozen=True)
class AfterTalk:
    """``[closing]``: a breather after a heavy talk, a pause after abuse, how long a shift's note lives."""

    breather_minutes: int = 5
    cooldown_minutes: int = 60
    handover_hours: int = 48


@dataclass(frozen=True)
class Bubble:
    """``[bubble]``: how it opens the chat, from which pages; ``opens`` is empty without one."""

    opens: str
    origins: tuple[str, ...]
    colours: Mapping[str, str]


@dataclass(frozen=True)
class Charter:
    """Everything that one tenant promises."""

    file: str
    identity: Identity
    opens: Opens
    subjects: tuple[Subject, ...]
    statements: tuple[Statement, ...]
    requirements: tuple[Requirement, ...]
    policy: Policy
    evaluation: tuple[Question, ...]
    notices: tuple[Notice, ...]
    contacts: tuple[Contact, ...]
    partners: tuple[Partner, ...]
    queue: Queue
    phrases: tuple[Phrase, ...]
    theme: Mapping[str, str]
    bubble: Bubble
    reasons: tuple[CloseReason, ...]
    categories: tuple[Category, ...]
    after_talk: AfterTalk

    @property
    def slug(self) -> str:
        return self.identity.slug
