"""The next version of a policy: written as a draft, looked at, and published from a date.

A published version is never changed (migration 0004). Whoever has something that lives by a
policy registers in ``followers``, and brings what is alive under earlier versions into line with
a version in the transaction that publishes it: with every job stopped afterwards, a stricter
promise still holds from its moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from tenants.audit import Changes, differing, record
from tenants.charter.contradictions import refuse_policy
from tenants.charter.rules import OURS
from tenants.charter.shape import Keep
from tenants.charter.shape import Policy as Terms
from tenants.charter.table import Problem, Problems
from tenants.errors import Invalid, NotFound
from tenants.languages import offer_whole
from tenants.models import Membership, Policy, PolicyRule, Statement, Tenant
from tenants.policies import let_nothing_begin, newest_policy, terms_of

followers: list[Callable[[Tenant, Policy], None]] = []


class Contradiction(Invalid):
    """Promises that cannot all be kept; ``problems`` names each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class TooEarly(Invalid):
    """A version begins neither in the past nor before the one that it follows."""

    def __init__(self, earliest: datetime) -> None:
        super().__init__(f"a version begins at {earliest:%Y-%m-%d %H:%M} UTC at the earliest")
        self.earliest = earliest


def draft_of(tenant: Tenant) -> Policy | None:
    """Return the draft of ``tenant``'s next version, if there is one. In the scope."""
    return Policy.objects.filter(tenant=tenant, published_at__isnull=True).first()


def write_draft(tenant: Tenant, terms: Terms) -> Policy:
    """Put ``terms`` in the place of the draft, and return it. In the scope.

    A draft may contradict itself; ``contradictions`` says where, and publishing refuses it.
    """
    drop_draft(tenant)
    newest = newest_policy(tenant)
    columns = {name: value for name, value in vars(terms).items() if name != "keep"}
    draft = Policy.objects.create(
        tenant=tenant, version=newest.version + 1 if newest else 1, **columns
    )
    PolicyRule.objects.bulk_create(
        PolicyRule(
            tenant=tenant,
            policy=draft,
            **{**vars(keep), "suspended_by": list(keep.suspended_by)},
        )
        for keep in terms.keep
    )
    return draft


def drop_draft(tenant: Tenant) -> None:
    """Throw the draft away, if there is one. In the scope."""
    draft = draft_of(tenant)
    if draft is not None:
        PolicyRule.objects.filter(policy=draft).delete()
        draft.delete()


def contradictions(terms: Terms, *, file: str = "draft") -> list[Problem]:
    """Return which promises of ``terms`` contradict each other, or a statement. In the scope."""
    problems = Problems(file)
    said = set(Statement.objects.values_list("rule", flat=True))
    refuse_policy(terms, problems, said=said)
    return problems.all


def publish_draft(
    tenant: Tenant, *, begins_at: datetime, now: datetime, actor: Membership | None = None
) -> Policy:
    """Publish the draft from ``begins_at`` on, and shorten what is alive accordingly.

    In the scope. Raises NotFound without a draft, Contradiction, and TooEarly for a beginning in
    the past or before that of the version before.  Rule: D5, U7, T9.
    """
    let_nothing_begin(tenant)
    draft = draft_of(tenant)
    if draft is None:
        raise NotFound("there is no draft to publish")
    problems = contradictions(terms_of(draft))
    if problems:
        raise Contradiction(problems)
    newest = newest_policy(tenant)
    earliest = max(now, newest.begins_at) if newest and newest.begins_at else now
    if begins_at < earliest:
        raise TooEarly(earliest)
    draft.published_at, draft.begins_at = now, begins_at
    draft.save(update_fields=["published_at", "begins_at"])
    basis = f"version {draft.version} from {begins_at:%Y-%m-%d}"
    record(
        tenant,
        actor=actor,
        action="policy.published",
        subject=None,
        basis=basis,
        # Of the first version all is new, and stands in it.
        changes=_changes(terms_of(newest), terms_of(draft)) if newest else None,
    )
    for follow in followers:
        follow(tenant, draft)
    offer_whole(tenant)
    return draft


def first_terms() -> Terms:
    """Return what a line that has promised nothing yet begins from: what keeps least.

    Nothing of a talk, no address, no answers, nobody reads. The others are the shortest lives with
    which a line can still be looked after.
    """
    ours = ("address", "access", "erase", "leave", "journal", "triage", "evaluation")
    lives = (
        ("conversation", "ended", 0, "seconds"),
        ("audit", "written", 12, "months"),
        ("account", "left", 1, "months"),
        ("session", "signed_in", 10, "hours"),
        ("log", "written", 7, "days"),
    )
    return Terms(
        address=Policy.Address.NEVER.value,
        may_erase=True,
        parks=False,
        access=Policy.Access.NOBODY.value,
        journal=False,
        triage=False,
        evaluation=False,
        rules=dict.fromkeys(ours, OURS),
        texts={},
        keep=tuple(Keep(*life, (), "", OURS) for life in lives),
    )


def _changes(old: Terms, new: Terms) -> Changes:
    """Return what a version sets, by name, old → new, as the trail keeps it."""
    return differing(_told(old), _told(new))


def _told(terms: Terms) -> dict[str, str]:
    plain = {
        name: str(value)
        for name, value in vars(terms).items()
        if name not in ("rules", "texts", "keep")
    }
    lives = {f"keep.{one.kind}.{one.starts}": _life(one) for one in terms.keep}
    rules = {f"rule.{name}": rule for name, rule in terms.rules.items()}
    texts = {f"text.{language}": text for language, text in terms.texts.items()}
    return {**plain, **lives, **rules, **texts}


def _life(one: Keep) -> str:
    held = f", held by {', '.join(one.suspended_by)}" if one.suspended_by else ""
    return f"{one.amount} {one.unit} ({one.rule}){held}"


def same_terms(one: Terms, other: Terms) -> bool:
    """Tell whether two versions promise the same, in whatever order they say it."""
    return _comparable(one) == _comparable(other)


def _comparable(terms: Terms) -> Mapping[str, object]:
    # A promise of which no source is told has none but the line itself.
    rules = {name: rule for name, rule in terms.rules.items() if rule != OURS}
    keep = {(each.kind, each.starts): each for each in terms.keep}
    return {**vars(terms), "rules": rules, "keep": keep}
