"""The usual week on one page, with a picture of it and of the two weeks to come.

A period is what a charter's ``[[hours]]`` is: days, and when the line opens and closes on them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chat.pages.administration.pictures import coming_rows, week_rows
from tenants import clock
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.settings import set_columns
from tenants.administration.site import tenant_site
from tenants.administration.wording import rule_choices
from tenants.audit import differing, record
from tenants.charter import shape
from tenants.charter.contradictions import refuse_endless_last_call
from tenants.charter.openings import read_opens, shortest_opening
from tenants.charter.rules import OURS
from tenants.charter.sections import WEEKDAYS
from tenants.charter.table import Problems, Table
from tenants.hours import Interval, Schedule, schedule_of
from tenants.models import Hours, Membership, Tenant

_KEY = re.compile(r"hours\[(?P<index>\d+)\](?:\.(?P<field>\w+))?")
_SPARE = 2
DAY_NAMES = (
    (WEEKDAYS[0], _("Mon")),
    (WEEKDAYS[1], _("Tue")),
    (WEEKDAYS[2], _("Wed")),
    (WEEKDAYS[3], _("Thu")),
    (WEEKDAYS[4], _("Fri")),
    (WEEKDAYS[5], _("Sat")),
    (WEEKDAYS[6], _("Sun")),
)


class PeriodForm(forms.Form):
    """Days on which the line opens and closes at the same time. An empty one is none."""

    days = forms.MultipleChoiceField(
        choices=DAY_NAMES, widget=forms.CheckboxSelectMultiple, required=False, label=_("Days")
    )
    opens = forms.TimeField(
        required=False,
        label=_("Opens"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    closes = forms.TimeField(
        required=False,
        label=_("Closes"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    rule = forms.ChoiceField(choices=rule_choices, required=False, initial=OURS, label=_("Source"))

    @property
    def is_empty(self) -> bool:
        said = self.cleaned_data
        return not (self.errors or said.get("days") or said.get("opens") or said.get("closes"))

    def entry(self) -> dict[str, object]:
        """Return what a charter's file would have in its place."""
        said = self.cleaned_data
        found: dict[str, object] = {"days": said.get("days", []), "rule": said.get("rule") or OURS}
        for name in ("opens", "closes"):
            if said.get(name) is not None:
                found[name] = f"{said[name]:%H:%M}"
        return found


Periods = forms.formset_factory(PeriodForm, extra=_SPARE, max_num=40)


class WeekForm(forms.Form):
    """The holidays, and with ``periods`` the whole of a charter's usual hours."""

    closed_on_holidays = forms.BooleanField(
        required=False,
        label=_("Closed on public holidays"),
        help_text=_("Those of the line's country. Rule D2."),
    )

    def __init__(self, tenant: Tenant, data: Any = None) -> None:
        super().__init__(data, initial={"closed_on_holidays": tenant.closed_on_holidays})
        self.tenant = tenant
        # A line that has no hours yet is asked for those of every day first.
        begins = _periods() or [{"days": list(WEEKDAYS)}]
        self.periods = Periods(data, initial=begins if data is None else None)
        self.openings: tuple[shape.Opening, ...] = ()

    def is_valid(self) -> bool:
        # All of it is asked, so that all mistakes are told at once.
        valid = [super().is_valid(), self.periods.is_valid()]
        if self.periods.is_bound:
            self._read()
        return all(valid) and not self.errors and not any(self.periods.errors)

    def _read(self) -> None:
        filled = [form for form in self.periods.forms if not form.is_empty]
        problems = Problems("")
        values: dict[str, object] = {
            "hours": [form.entry() for form in filled],
            "holidays": {"closed": False, "rule": OURS},
        }
        opens = read_opens(Table(values, key="", problems=problems), tuple(self.tenant.languages))
        for form in filled:
            if not form.cleaned_data.get("days"):
                form.add_error("days", gettext("Choose at least one day."))
        last_call = Problems("")
        refuse_endless_last_call(
            self.tenant.last_call_minutes, shortest_opening(opens.usual), last_call
        )
        for problem in (*problems.all, *last_call.all):
            place = _KEY.match(problem.key)
            if place is None:
                self.add_error(None, problem.in_words)
                continue
            form, name = filled[int(place["index"])], place["field"]
            if name not in form.errors:
                form.add_error(name if name in form.fields else None, problem.in_words)
        self.openings = opens.usual

    def schedule(self) -> Schedule:
        """Return the hours as a valid form says, with the dates that differ as they stand."""
        usual: dict[int, tuple[Interval, ...]] = {}
        for each in sorted(self.openings, key=lambda one: (one.weekday, one.opens)):
            found = usual.get(each.weekday, ())
            usual[each.weekday] = (*found, Interval(each.opens, each.closes))
        closed = self.cleaned_data["closed_on_holidays"]
        return replace(schedule_of(self.tenant), usual=usual, closed_on_holidays=closed)


def _periods() -> list[dict[str, Any]]:
    """Return the usual week as periods, days with the same hours in one."""
    found: dict[tuple[time, time, str], list[str]] = {}
    for row in Hours.objects.order_by("weekday", "opens"):
        found.setdefault((row.opens, row.closes, row.rule), []).append(WEEKDAYS[row.weekday])
    return [
        {"days": days, "opens": opens, "closes": closes, "rule": rule}
        for (opens, closes, rule), days in found.items()
    ]


def set_week(tenant: Tenant, openings: tuple[shape.Opening, ...], *, member: Membership) -> None:
    """Make the usual week these openings, and write down by the day what became of it.

    In the scope. Whoever comes to the visitor's page next finds it so.  Rule: S1, D2, T1, B1
    """
    before = _told()
    wanted = {(each.weekday, each.opens): each for each in openings}
    rows = {(row.weekday, row.opens): row for row in Hours.objects.select_for_update()}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    Hours.objects.filter(pk__in=gone).delete()
    for key, each in wanted.items():
        Hours.objects.update_or_create(
            tenant=tenant,
            weekday=key[0],
            opens=key[1],
            defaults={"closes": each.closes, "rule": each.rule},
        )
    changes = differing(before, _told())
    if changes:
        record(
            tenant,
            actor=member,
            action="hours.changed",
            subject=None,
            basis=tenant.name[:200],
            changes=changes,
        )


def _told() -> dict[str, str]:
    days: dict[str, str] = {}
    for row in Hours.objects.order_by("weekday", "opens"):
        name, times = WEEKDAYS[row.weekday], f"{row.opens:%H:%M}–{row.closes:%H:%M} ({row.rule})"
        days[name] = f"{days[name]}, {times}" if name in days else times
    return days


@tenant_site.page("hours/", name="hours")
def hours(request: HttpRequest) -> HttpResponse:
    """Show the usual week with its pictures; save it, or only look at what it would be."""
    tenant = tenant_of(request)
    form = WeekForm(tenant, request.POST if request.method == "POST" else None)
    is_good = form.is_bound and form.is_valid()
    if is_good and "look" not in request.POST:
        member = member_of(request)
        set_week(tenant, form.openings, member=member)
        closed = {"closed_on_holidays": form.cleaned_data["closed_on_holidays"]}
        set_columns(tenant, closed, member=member, action="hours.changed")
        messages.success(request, gettext("Saved. Visitors see it from now on."))
        return HttpResponseRedirect(request.path)
    schedule = form.schedule() if is_good else schedule_of(tenant)
    language = get_language() or tenant.default_language
    return tenant_site.show(
        request,
        "administration/hours.html",
        title=gettext("The usual week"),
        form=form,
        week=week_rows(schedule, language=language),
        coming=coming_rows(schedule, now=clock.now(), language=language),
        is_draft=is_good,
    )


menu.add(
    menu.Group.HOURS,
    _("The usual week"),
    "admin:hours",
    place=10,
    hint=_("When the line opens and closes, with a picture of the week. Rules S1, D2, T1, B1."),
)
