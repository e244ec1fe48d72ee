"""Versions of a policy in plain words, and publishing one from a date: for every page that does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from chat.withheld import few_hidden
from retention import clock
from retention.kinds import shortened_by
from tenants import drafts, policies, promises
from tenants.calendars import moment
from tenants.charter.shape import Policy as Terms
from tenants.differences import Difference, differences
from tenants.errors import Invalid
from tenants.models import Membership, Policy, Tenant
from tenants.promises import Promise


@dataclass(frozen=True)
class NextVersion:
    """A version beside the one that it follows: a draft, or published, also for a day to come.

    ``begins`` is when it does on the tenant's own clock, empty for a draft. ``differences`` is empty
    where it promises the same, and where there was none before. ``counts`` tells how much of what is
    kept now a draft would let go of earlier.
    """

    version: int
    begins: str
    differences: list[Difference]
    problems: list[str]
    promises: list[Promise]
    is_first: bool
    counts: list[str] = field(default_factory=list)

    @property
    def shortens(self) -> bool:
        """Whether something of it is stricter: then also what is alive already keeps to it."""
        return any(one.effect == "stricter" for one in self.differences)

    @property
    def loosens(self) -> bool:
        return any(one.effect == "looser" for one in self.differences)


def next_version(
    tenant: Tenant,
    later: Policy,
    before: Policy | None,
    *,
    language: str,
    counted: bool = False,
) -> NextVersion:
    """Return ``later`` in ``language``, and what it changes of ``before``. In the scope.

    ``counted``: also how much of what is kept a draft shortens, in the active translation. That reads
    all that is kept, so it is asked for where one is about to publish.
    """
    terms = policies.terms_of(later)
    problems = [str(problem) for problem in drafts.contradictions(terms, file=_("Draft"))]
    changed = (
        differences(tenant, policies.terms_of(before), terms, language=language, now=clock.now())
        if before
        else []
    )
    return NextVersion(
        version=later.version,
        begins=in_words(later.begins_at, tenant) if later.begins_at else "",
        differences=changed,
        problems=problems,
        promises=promises.sentences(tenant, later, language=language),
        is_first=before is None,
        counts=_counts(tenant, later, before) if counted and before and not problems else [],
    )


def _counts(tenant: Tenant, draft: Policy, before: Policy) -> list[str]:
    """Say of each kind whose life changes how many a draft shortens; of a small number no more."""
    changed = _kinds_changed(policies.terms_of(before), policies.terms_of(draft))
    words = {
        "conversation": _("Talks that are deleted earlier than was promised: {count}."),
        "address": _("Addresses that are deleted earlier than was promised: {count}."),
        "evaluation": _("Answers afterwards that are deleted earlier than was promised: {count}."),
        "account": _("Members who have left and are forgotten earlier: {count}."),
    }
    found = shortened_by(tenant, draft) if changed & words.keys() else {}
    return [
        text.format(count=few_hidden(found.get(kind, 0)) or _("fewer than five"))
        for kind, text in words.items()
        if kind in changed
    ]


def _kinds_changed(before: Terms, after: Terms) -> set[str]:
    """Return the kinds of which two versions say another life, or of which one says none."""
    lives = [
        {(one.kind, one.starts): (one.amount, one.unit) for one in terms.keep}
        for terms in (before, after)
    ]
    changed = {kind for kind, _starts in dict(lives[0].items() ^ lives[1].items())}
    return changed | ({"address"} if before.address != after.address else set())


def publish_from(tenant: Tenant, asked: str, *, now: datetime, actor: Membership) -> Policy:
    """Publish the draft from when a clock on the tenant's wall shows ``asked``; empty: from now.

    In the scope. Raises Invalid, in words of the active translation where it is about ``asked``,
    and as ``drafts.publish_draft`` does.
    """
    begins_at = _moment(asked, tenant) if asked else now
    try:
        return drafts.publish_draft(tenant, begins_at=begins_at, now=now, actor=actor)
    except drafts.TooEarly as problem:
        text = _("It can begin at {earliest} at the earliest.")
        raise Invalid(text.format(earliest=in_words(problem.earliest, tenant))) from None


def in_words(at: datetime, tenant: Tenant) -> str:
    """Return a moment by the tenant's own clock."""
    return f"{at.astimezone(tenant.tzinfo):%Y-%m-%d %H:%M}"


def _moment(asked: str, tenant: Tenant) -> datetime:
    try:
        wall = datetime.fromisoformat(asked)
    except ValueError:
        raise Invalid(_("That is not a date and a time.")) from None
    if wall.tzinfo is not None:
        raise Invalid(_("That is not a date and a time."))
    return moment(wall, zone=tenant.tzinfo)
