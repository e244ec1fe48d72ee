"""The figures of a line, for those who lead it: pictures, tables and a file, with the same cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.dates import format_date, get_day_names
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.figures import PERIODS, Figures, Minutes, figures, load_now
from chat.pages import languages
from chat.pages.endings import endings
from chat.pages.languages import TenantRequest, locale_of
from chat.pages.office.charts import Chart, TableRow, lying, standing
from chat.pages.office.door import office, show
from chat.pages.office.wording import day_in_words
from chat.tallies import LENGTH_MINUTES, WAIT_MINUTES
from retention import clock
from tenants.models import Membership, Tenant

SECTION = "office-figures"
Counts = Sequence[tuple[str, int | None]]


@dataclass(frozen=True)
class PeriodLink:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Number:
    name: str
    label: str
    text: str


@dataclass(frozen=True)
class FiguresContent:
    """All that templates/chat/office/figures.html shows."""

    periods: list[PeriodLink]
    days: str
    numbers: list[Number]
    charts: list[Chart]
    csv_url: str


@require_safe
@office(SECTION)
def figures_page(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the figures of a period."""
    content = _content(request)
    return show(request, member, "chat/office/figures.html", content, section=SECTION)


@require_safe
@office(SECTION)
def figures_file(request: TenantRequest, member: Membership) -> HttpResponse:
    """Give the same cells as a file; what is hidden on the page is hidden in it."""
    content = _content(request)
    out = io.StringIO()
    write = csv.writer(out).writerow
    for number in content.numbers:
        write([number.label, "", number.text])
    for chart in content.charts:
        write([])
        write([chart.title, *chart.columns[1:]])
        for row in chart.rows:
            write([row.label, *row.cells])
    # With its mark: without one spreadsheets take the letters of Norway for others.
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"figures-{request.tenant.slug}-{_period(request)}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _period(request: TenantRequest) -> str:
    period = request.GET.get("period", "week")
    if period not in PERIODS:
        raise Http404
    return period


def _content(request: TenantRequest) -> FiguresContent:
    tenant, period = request.tenant, _period(request)
    language = languages.desk_language(request, tenant)
    now = clock.now()
    said = endings(tenant, language=language)
    labels = {
        "reason": {one.slug: one.label for one in said.reasons},
        "category": {one.slug: one.label for one in said.categories},
    }
    found = figures(
        tenant,
        period,
        now=now,
        reasons=list(labels["reason"]),
        categories=list(labels["category"]),
    )
    page = reverse(SECTION)
    return FiguresContent(
        periods=[
            PeriodLink(label, f"{page}?period={name}", name == period)
            for name, label in _labels().items()
        ],
        days=_told_of(found, language),
        numbers=[*(_load(tenant) if period == "today" else ()), *_numbers(found)],
        charts=_charts(found, labels, language),
        csv_url=f"{reverse('office-figures-file')}?period={period}",
    )


def _labels() -> dict[str, str]:
    return {"today": _("Today"), "week": _("7 days"), "month": _("30 days"), "year": _("A year")}


def _days_in_words(first: date, last: date, language: str) -> str:
    if first == last:
        return day_in_words(first, language=language)
    return f"{day_in_words(first, language=language)} – {day_in_words(last, language=language)}"


def _told_of(found: Figures, language: str) -> str:
    days = _days_in_words(found.first, found.last, language)
    if found.until is None or found.is_early:
        return days
    return _("{day}, until {time}").format(day=days, time=f"{found.until:02d}:00")


def _load(tenant: Tenant) -> list[Number]:
    load = load_now(now=clock.now())
    return [
        Number("waiting", _("Waiting now"), str(load.waiting)),
        Number("going_on", _("Talks going on now"), str(load.going_on)),
        Number("ready", _("Ready at the desk now"), str(load.ready)),
    ]


def _numbers(found: Figures) -> list[Number]:
    numbers = [
        Number("answered", _("Answered"), _count(found.answered)),
        Number("lost", _("Gave up or were not reached"), _count(found.lost)),
        Number("full", _("Turned away: full"), _count(found.refused)),
        Number("wait_median", _("Wait: half were taken within"), _minutes(found.waits.median)),
        Number("wait_tenth", _("Wait: nine of ten within"), _minutes(found.waits.tenth)),
        Number("length_median", _("Length: half ended within"), _minutes(found.lengths.median)),
        Number("length_tenth", _("Length: nine of ten within"), _minutes(found.lengths.tenth)),
    ]
    # Of a day with few talks no hour is kept, and who looks twice would see one talk.
    return (
        [replace(one, text=_("from tomorrow on")) for one in numbers] if found.is_early else numbers
    )


def _count(count: int | None) -> str:
    return _("fewer than 5") if count is None else str(count)


def _minutes(minutes: Minutes | None) -> str:
    if minutes is None:
        return _("too few")
    words = _("more than {minutes} min") if minutes.is_more else _("{minutes} min")
    return words.format(minutes=minutes.number)


def _charts(found: Figures, labels: dict[str, dict[str, str]], language: str) -> list[Chart]:
    charts: list[Chart] = []
    if found.is_early:
        return charts
    if found.days:
        days = [
            (str(format_date(day, format="EEE d", locale=locale_of(language))), count)
            for day, count in found.days.items()
        ]
        charts.append(_chart("days", _("Answered by day"), _("Day"), days))
    if found.weekdays:
        names = get_day_names("abbreviated", locale=locale_of(language))
        weekdays = [(str(names[day]), count) for day, count in found.weekdays.items()]
        charts.append(_chart("weekdays", _("Answered by weekday"), _("Weekday"), weekdays))
    if found.hours:
        charts.append(_hours_chart(found))
    charts.append(
        _classes_chart("waits", _("How long they waited"), found.waits.classes, WAIT_MINUTES)
    )
    charts.append(
        _classes_chart("lengths", _("How long talks lasted"), found.lengths.classes, LENGTH_MINUTES)
    )
    if found.weeks:
        weeks = _("Of whole weeks: {days}").format(days=_days_in_words(*found.weeks, language))
        charts += _said_charts(found, labels, weeks)
    return charts


def _chart(
    name: str,
    title: str,
    of: str,
    counts: Counts,
    *,
    about: str = "",
    lies: bool = False,
    more: Sequence[tuple[str, Sequence[str]]] = (),
) -> Chart:
    """Return a chart of ``counts``; ``more`` are further columns of its table, by their heads."""
    width, height, bars = (lying if lies else standing)(counts)
    return Chart(
        name=name,
        title=title,
        about=about,
        is_lying=lies,
        width=width,
        height=height,
        bars=bars,
        columns=[of, _("Number"), *(head for head, _cells in more)],
        rows=[
            TableRow(label, [_count(count), *(cells[place] for _head, cells in more)])
            for place, (label, count) in enumerate(counts)
        ],
    )


def _hours_chart(found: Figures) -> Chart:
    hours = found.hours
    labels = [_("no hour") if hour < 0 else f"{hour:02d}" for hour in hours]
    rows = list(hours.values())
    about = _("Of days with few talks the hour is not kept.") if -1 in hours else ""
    return _chart(
        "hours",
        _("Answered by hour"),
        _("Hour"),
        [(label, row.answered) for label, row in zip(labels, rows, strict=True)],
        about=about,
        more=[
            (_("Gave up or were not reached"), [_count(row.lost) for row in rows]),
            (_("Half were taken within"), [_minutes(row.median_wait) for row in rows]),
        ],
    )


def _classes_chart(
    name: str, title: str, classes: dict[int, int | None], ends: Sequence[int]
) -> Chart:
    labels = [f"{low}–{high}" for low, high in zip((0, *ends), ends, strict=False)]
    counts = list(zip([*labels, f"{ends[-1]}+"], classes.values(), strict=True))
    return _chart(name, title, _("Minutes"), counts, about=_("In minutes"))


def _said_charts(found: Figures, labels: dict[str, dict[str, str]], weeks: str) -> list[Chart]:
    charts = []
    if found.categories:
        counts = [(labels["category"][key], count) for key, count in found.categories.items()]
        title = _("What talks were about")
        charts.append(_chart("categories", title, _("Topic"), counts, about=weeks, lies=True))
    if found.reasons:
        counts = [(labels["reason"][key], count) for key, count in found.reasons.items()]
        title = _("Why counsellors ended them")
        charts.append(_chart("reasons", title, _("Reason"), counts, about=weeks, lies=True))
    return charts
