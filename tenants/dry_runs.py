"""The dry run as the path sees it: who runs it, what is shown of it, and what is kept.

Of a run stays on which day, of which settings, and how many promises held. What happened in it is
shown to whoever started it, and written down nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenants import clock
from tenants.audit import record
from tenants.digest import digest_of
from tenants.errors import Unavailable
from tenants.models import DryRun, Membership, Tenant
from tenants.scope import tenant_scope


class Mark(StrEnum):
    """``ASIDE``: not promised, not to be tried here, or only worth a look."""

    KEPT = "kept"
    BROKEN = "broken"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened in a dry run; ``when`` is the run's own clock, in words."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise, what became of it, and by what one sees it."""

    promise: str
    mark: Mark
    why: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What a dry run was: its timeline, and a verdict for each promise."""

    steps: Sequence[Step]
    verdicts: Sequence[Verdict]

    @property
    def broken(self) -> int:
        return sum(one.mark is Mark.BROKEN for one in self.verdicts)

    @property
    def kept(self) -> int:
        return sum(one.mark is Mark.KEPT for one in self.verdicts)


# Told how many parts of a run are over, and how many there are; from whatever thread it is in.
Tell = Callable[[int, int], None]
# Filled by the floor that can hold a talk: called outside every scope, and leaves nothing behind.
runners: list[Callable[[Tenant, Tell], Course]] = []


def tell_nobody(done: int, of: int) -> None:
    """Tell nobody how far it is."""


def run(tenant: Tenant, membership: Membership, *, tell: Tell = tell_nobody) -> Course:
    """Run ``tenant``'s settings dry and keep what came of it. Outside every scope; takes seconds.

    What was changed while it ran makes it one of earlier settings. Raises Unavailable where nobody
    can run it.
    """
    if not runners:
        raise Unavailable("nothing here can make a dry run")
    with tenant_scope(tenant):
        digest = digest_of(tenant)
    course = runners[-1](tenant, tell)
    with tenant_scope(tenant):
        DryRun.objects.update_or_create(
            tenant=tenant,
            defaults={
                "on": clock.now().astimezone(tenant.tzinfo).date(),
                "digest": digest,
                "kept": course.kept,
                "broken": course.broken,
            },
        )
        basis = f"{course.kept} kept, {course.broken} broken"
        record(tenant, actor=membership, action="tenant.dry_run", subject=None, basis=basis)
    return course


def last() -> DryRun | None:
    """Return what came of the last dry run of the active tenant."""
    return DryRun.objects.first()
