"""Whether anybody may answer when the line is open, and is planned to.  Rule: S3, S4, D1, B7"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tenants import clock
from tenants.checkup.finding import Finding, Severity
from tenants.checkup.hours import day_words
from tenants.fitness import ANSWERING, Lack, Why, fit_members, in_place, lacks_of_all
from tenants.hours import Span, schedule_of
from tenants.models import Requirement, Tenant
from tenants.rota import shifts_to_come
from tenants.scope import tenant_scope
from tenants.texts import said_in

AHEAD_DAYS = 21
PLANNED_DAYS = 14


def _why(why: Why) -> str:
    return {
        Why.ABSENT: _("nobody has it"),
        Why.TOO_FEW_YEARS: _("too few years of study"),
        Why.EXPIRED: _("it has run out"),
        Why.UNVERIFIED: _("nobody has seen the paper"),
    }[why]


def answering(tenant: Tenant) -> list[Finding]:
    """On each day that the line is open there is somebody with all that it promises of them."""
    with tenant_scope(tenant):
        days = _open_days(tenant, clock.now())
        # What is announced is not always there: the rota says on which days it is.
        for day in days:
            if not fit_members(on=day).exists():
                return _nobody(tenant, day)
    return []


def _open_days(tenant: Tenant, now: datetime) -> list[date]:
    today = now.astimezone(tenant.tzinfo).date()
    last = today + timedelta(days=AHEAD_DAYS)
    # Of one that never closes all days are one span.
    days = {
        day
        for span in schedule_of(tenant).spans(today, last)
        if span.ends_at > now
        for day in _days_of(span, tenant)
        if today <= day <= last
    }
    return sorted(days)


def _days_of(span: Span, tenant: Tenant) -> Iterator[date]:
    day = span.starts_at.astimezone(tenant.tzinfo).date()
    last = (span.ends_at - timedelta(seconds=1)).astimezone(tenant.tzinfo).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _nobody(tenant: Tenant, day: date) -> list[Finding]:
    members = list(in_place().filter(role__in=ANSWERING).values_list("pk", flat=True))
    if not members:
        words = _("Nobody works here who may answer: invite those who do.")
        return [Finding("nobody", Severity.BLOCKS, words, "", "staff")]
    lacks = lacks_of_all(members, on=day)
    found = [_lacking(tenant, day, lack) for lack in _in_common(list(lacks.values()))]
    if found:
        return found
    words = _("On %(day)s the line is open and nobody holds all that it promises of who answers.")
    said = capfirst(words % {"day": day_words(day)})
    return [Finding("nobody_fit", Severity.BLOCKS, said, "", "staff")]


def _in_common(lacks: list[tuple[Lack, ...]]) -> Iterator[Lack]:
    """Return what each member lacks, with the reason that is closest to being put right."""
    groups = [{lack.group: lack for lack in each} for each in lacks]
    for group in sorted(set.intersection(*(set(each) for each in groups))):
        yield max((each[group] for each in groups), key=lambda lack: list(Why).index(lack.why))


def _lacking(tenant: Tenant, day: date, lack: Lack) -> Finding:
    language = tenant.default_language
    label = " / ".join(said_in(label, language, tenant) or lack.group for label in lack.labels)
    words = _("On %(day)s the line is open and nobody there is “%(label)s”: %(why)s.")
    said = capfirst(words % {"day": day_words(day), "label": label, "why": _why(lack.why)})
    rule = Requirement.objects.filter(group=lack.group).values_list("rule", flat=True).first()
    return Finding("nobody_fit", Severity.BLOCKS, said, rule or "", "staff")


def planned(tenant: Tenant) -> list[Finding]:
    """Whoever keeps a rota has somebody in it for all hours of the next two weeks."""
    now = clock.now()
    with tenant_scope(tenant):
        fit = {day: set(_fit(day)) for day in _open_days(tenant, now)}
        shifts = [
            (shift.begins_at, shift.ends_at)
            for shift in shifts_to_come(now=now)
            if shift.membership_id in fit.get(_day(tenant, shift.begins_at, now), set())
        ]
        spans = _spans(tenant, now)
    gaps = [gap for span in spans for gap in _gaps(span, shifts)]
    if not gaps:
        return []
    words = _("Nobody is planned from %(begins)s to %(ends)s, while the line is open.")
    if not shifts:
        words = _("Nobody is planned at all: the next hours are from %(begins)s to %(ends)s.")
    begins, ends = (_told(tenant, moment) for moment in gaps[0])
    said = words % {"begins": begins, "ends": ends}
    return [Finding("unplanned", Severity.WARNS, said, "", "rota")]


def _told(tenant: Tenant, moment: datetime) -> str:
    local = moment.astimezone(tenant.tzinfo)
    return f"{day_words(local.date())} {local:%H:%M}"


def _fit(day: date) -> list[object]:
    return list(fit_members(on=day).values_list("pk", flat=True))


def _day(tenant: Tenant, moment: datetime, now: datetime) -> date:
    return max(moment, now).astimezone(tenant.tzinfo).date()


def _spans(tenant: Tenant, now: datetime) -> list[Span]:
    today = now.astimezone(tenant.tzinfo).date()
    horizon = now + timedelta(days=PLANNED_DAYS)
    spans = schedule_of(tenant).spans(
        today - timedelta(days=1), horizon.astimezone(tenant.tzinfo).date()
    )
    return [
        Span(max(span.starts_at, now), min(span.ends_at, horizon))
        for span in spans
        if span.ends_at > now and span.starts_at < horizon
    ]


def _gaps(
    span: Span, shifts: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Return the stretches of ``span`` that no shift covers."""
    reached = span.starts_at
    for begins, ends in sorted(shifts):
        if begins > reached and begins < span.ends_at:
            yield reached, begins
        reached = max(reached, ends) if begins < span.ends_at else reached
        if reached >= span.ends_at:
            return
    yield reached, span.ends_at
