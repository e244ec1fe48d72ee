"""Whether a line is ever open, and open on days on which nobody works."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants import clock
from tenants.calendars import holiday_names, is_holiday
from tenants.checkup.finding import Finding, Severity
from tenants.hours import Schedule, schedule_of
from tenants.models import Hours, Tenant
from tenants.scope import tenant_scope

AHEAD_DAYS = 120
_WEEK = 7


def never_open(tenant: Tenant) -> list[Finding]:
    """A line opens some day."""
    with tenant_scope(tenant):
        stands = schedule_of(tenant).standing(clock.now())
    if stands.open or stands.opens_at:
        return []
    words = _("There are no hours: the line does not open in the next two months.")
    return [Finding("never_open", Severity.BLOCKS, words, "", "hours")]


def holidays_open(tenant: Tenant) -> list[Finding]:
    """A line that rests on some days of the week rests on holidays, or says that it does not.

    One that is open every day of the week is open on holidays as well, on purpose.  Rule: D2
    """
    with tenant_scope(tenant):
        schedule = schedule_of(tenant)
        rule = Hours.objects.order_by("weekday").values_list("rule", flat=True).first() or ""
    if tenant.closed_on_holidays or len(schedule.usual) == _WEEK:
        return []
    today = clock.now().astimezone(tenant.tzinfo).date()
    days = [today + timedelta(days=ahead) for ahead in range(AHEAD_DAYS)]
    words = _(
        "%(day)s is %(holiday)s, and the line is open as usual: close that day, or all holidays."
    )
    return [
        Finding(
            "holiday",
            Severity.WARNS,
            capfirst(words % {"day": day_words(day), "holiday": _name(day, tenant)}),
            rule,
            "hours",
        )
        for day in days
        if _open_as_usual(schedule, day, tenant)
    ]


def _open_as_usual(schedule: Schedule, day: date, tenant: Tenant) -> bool:
    usual = day not in schedule.dated and schedule.intervals_on(day)
    return bool(usual) and is_holiday(day, country=tenant.country)


def _name(day: date, tenant: Tenant) -> str:
    names = holiday_names(day, country=tenant.country)
    return names.get(get_language() or "", "") or names.get("en", "")


def day_words(day: date) -> str:
    """Return such as "Thu 24 December", in the language that is active."""
    return date_format(day, "D j F")
