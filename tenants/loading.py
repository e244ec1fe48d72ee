"""From charters to rows: everything or nothing, and nothing twice.

Rows are compared by what names them (a weekday and an opening time, a slug), so that a second
run of the same files writes nothing, and a changed text changes one row. A policy is never
changed: what differs becomes the next version, which begins now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from tenants.charter import Charter
from tenants.drafts import draft_of, publish_draft, same_terms, write_draft
from tenants.models import (
    Category,
    CloseReason,
    Contact,
    Hours,
    HoursException,
    Notice,
    Operator,
    Partner,
    Phrase,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy, terms_of
from tenants.questions import asked_by, newest_form, publish_form
from tenants.scope import TenantModel, tenant_scope

# What else follows from charters, in the transaction that loads them; outside every scope.
followers: list[Callable[[datetime], None]] = []

Key = tuple[object, ...]
Values = Mapping[str, object]


@dataclass(frozen=True)
class Loaded:
    """What became of one charter; no changes means that the rows said so already."""

    slug: str
    is_new: bool
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Sheet:
    """The rows of one model as a charter wants them, by the columns that name a row."""

    name: str
    model: type[TenantModel]
    named_by: tuple[str, ...]
    rows: Sequence[Values]
    within: Values


def load_charters(charters: Sequence[Charter], *, now: datetime) -> list[Loaded]:
    """Make the tenants promise what ``charters`` say; return what changed, in their order.

    One transaction: a failure in the last charter undoes the first. A policy that differs
    from the current one becomes a new version that begins at ``now``.
    """
    with transaction.atomic():
        loaded = [_load(charter, now) for charter in charters]
        for follow in followers:
            follow(now)
        return loaded


def _load(charter: Charter, now: datetime) -> Loaded:
    if Tenant.objects.filter(slug=charter.slug, left_on__isnull=False).exists():
        # Its key is destroyed: nothing is promised there any more.
        return Loaded(charter.slug, False, ("has left: nothing is loaded",))
    tenant, is_new, changes = _load_tenant(charter)
    with tenant_scope(tenant):
        for sheet in _sheets(charter):
            changes += _sync(tenant, sheet)
        changes += _follow_policy(tenant, charter, now)
        changes += _follow_form(tenant, charter)
    return Loaded(charter.slug, is_new, tuple(changes))


def _load_tenant(charter: Charter) -> tuple[Tenant, bool, list[str]]:
    identity, queue = charter.identity, charter.queue
    operator, _ = Operator.objects.update_or_create(
        slug=identity.operator_slug, defaults={"name": identity.operator_name}
    )
    wanted = {
        "operator_id": operator.pk,
        "name": identity.name,
        "neutral_title": identity.neutral_title,
        "neutral_icon": identity.neutral_icon,
        "country": identity.country,
        "zone": identity.zone,
        "languages": list(identity.languages),
        # A charter says each text in all of them.
        "whole_in": list(identity.languages),
        "live": identity.live,
        "theme": dict(charter.theme),
        "bubble_opens": charter.bubble.opens,
        "bubble_origins": list(charter.bubble.origins),
        "closed_on_holidays": charter.opens.closed_on_holidays,
        "queue_cap": queue.cap,
        "queues_unstaffed": queue.unstaffed,
        "capacity": queue.capacity,
        "closing_warning_minutes": queue.closing_warning_minutes,
        "last_call_minutes": queue.last_call_minutes,
        "visitor_lost_minutes": queue.visitor_lost_minutes,
        "shows_first_name": queue.shows_first_name,
        "wrap_up_seconds": queue.wrap_up_seconds,
        "may_pick": queue.may_pick,
        "offers_code": queue.offers_code,
        "code_rule": queue.code_rule,
        **vars(charter.after_talk),
    }
    tenant = Tenant.objects.select_for_update().filter(slug=identity.slug).first()
    if tenant is None:
        return Tenant.objects.create(slug=identity.slug, **wanted), True, []
    changed = _differing(tenant, wanted)
    if changed:
        _write(tenant, wanted, changed)
    names = [name.removesuffix("_id") for name in changed]
    return tenant, False, [f"{name} changed" for name in names]


def _sheets(charter: Charter) -> list[_Sheet]:
    """Return what the charter wants in each table, parents before children."""
    opens = charter.opens
    of_charter = {"origin": HoursException.Origin.CHARTER.value}
    return [
        _Sheet("hours", Hours, ("weekday", "opens"), _rows(opens.usual), {}),
        _Sheet("exceptions", HoursException, ("on", "opens"), _rows(opens.dated), of_charter),
        _Sheet("subjects", Subject, ("slug",), _placed(Subject, charter.subjects), {}),
        _Sheet("statements", Statement, ("position",), _placed(Statement, charter.statements), {}),
        _Sheet("requirements", Requirement, ("group", "kind"), _rows(charter.requirements), {}),
        _Sheet("notices", Notice, ("slug",), _rows(charter.notices), {}),
        _Sheet("contacts", Contact, ("kind", "value"), _placed(Contact, charter.contacts), {}),
        _Sheet("reasons", CloseReason, ("slug",), _placed(CloseReason, charter.reasons), {}),
        _Sheet("categories", Category, ("slug",), _placed(Category, charter.categories), {}),
        _Sheet("partners", Partner, ("slug",), _rows(charter.partners), {}),
        _Sheet("phrases", Phrase, ("slug",), _placed(Phrase, charter.phrases), {}),
    ]


def _rows(entries: Sequence[object]) -> list[Values]:
    return [dict(vars(entry)) for entry in entries]


def _placed(model: type[TenantModel], entries: Sequence[object]) -> list[Values]:
    """Give each entry its place. In the scope.

    As many as there are keep the places that there are: where one between them was taken out, the
    others have not moved.
    """
    there = sorted(model.objects.values_list("position", flat=True))  # type: ignore[misc]  # each has
    free = len(there) == len(entries) and len(set(there)) == len(there)
    places = there if free else range(len(entries))
    return [
        {**vars(entry), "position": place} for place, entry in zip(places, entries, strict=True)
    ]


def _sync(tenant: Tenant, sheet: _Sheet) -> list[str]:
    """Make the rows of one table those of ``sheet``; return what was done, in words."""
    present = {_key(row, sheet): row for row in sheet.model.objects.filter(**sheet.within)}
    wanted = {tuple(row[column] for column in sheet.named_by): row for row in sheet.rows}
    gone = [row.pk for key, row in present.items() if key not in wanted]
    if gone:
        sheet.model.objects.filter(pk__in=gone).delete()
    changed = 0
    for key in wanted.keys() & present.keys():
        columns = _differing(present[key], wanted[key])
        if columns:
            _write(present[key], wanted[key], columns)
            changed += 1
    new = [row for key, row in wanted.items() if key not in present]
    sheet.model.objects.bulk_create(
        [sheet.model(tenant=tenant, **sheet.within, **row) for row in new]
    )
    counts = (("added", len(new)), ("changed", changed), ("removed", len(gone)))
    said = ", ".join(f"{count} {word}" for word, count in counts if count)
    return [f"{sheet.name}: {said}"] if said else []


def _key(row: TenantModel, sheet: _Sheet) -> Key:
    return tuple(getattr(row, column) for column in sheet.named_by)


def _differing(row: models.Model, wanted: Values) -> list[str]:
    return [column for column, value in wanted.items() if getattr(row, column) != value]


def _write(row: models.Model, wanted: Values, columns: Sequence[str]) -> None:
    for column in columns:
        setattr(row, column, wanted[column])
    row.save(update_fields=list(columns))


def _follow_policy(tenant: Tenant, charter: Charter, now: datetime) -> list[str]:
    """Publish what the charter promises where it differs from the newest version.

    A draft that somebody is at work on stays: it becomes the version after this one.
    """
    newest = newest_policy(tenant)
    if newest is not None and same_terms(terms_of(newest), charter.policy):
        return []
    begun = draft_of(tenant)
    unfinished = terms_of(begun) if begun else None
    write_draft(tenant, charter.policy)
    begins_at = max(now, newest.begins_at) if newest and newest.begins_at else now
    policy = publish_draft(tenant, begins_at=begins_at, now=now)
    if unfinished:
        write_draft(tenant, unfinished)
    return [f"policy: version {policy.version} begins"]


def _follow_form(tenant: Tenant, charter: Charter) -> list[str]:
    """Publish what the charter asks after a talk where it differs from the newest form."""
    newest = newest_form(tenant)
    if (asked_by(newest) if newest else ()) == charter.evaluation:
        return []
    form = publish_form(tenant, charter.evaluation)
    return [f"evaluation: version {form.version} begins"]
