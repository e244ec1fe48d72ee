"""The figures of a line, for those who lead it: pictures, tables and a file, with the same cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import get_day_names
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.figures import (
    Course,
    Figures,
    Lasted,
    Minutes,
    Slugs,
    course,
    figures,
    load_now,
)
from chat.pages import languages
from chat.pages.endings import endings
from chat.pages.languages import TenantRequest, locale_of
from chat.pages.office.charts import Chart, TableRow, lying, standing
from chat.pages.office.door import office, show
from chat.pages.office.wording import day_in_words
from chat.periods import WEEK, Period, periods_over
from chat.withheld import Told
from retention import clock
from tenants.models import Membership

SECTION = "office-figures"
Counts = Sequence[tuple[str, int | None]]
Labels = dict[str, dict[str, str]]
NOW, LATEST, BEFORE, ALL = "now", "latest", "before", "all"


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
    period = request.GET.get("period", LATEST)
    if period not in (NOW, LATEST, BEFORE, ALL):
        raise Http404
    return period


def _content(request: TenantRequest) -> FiguresContent:
    period = _period(request)
    language = languages.desk_language(request, request.tenant)
    said = endings(request.tenant, language=language)
    labels = {
        "reasons": {one.slug: one.label for one in said.reasons},
        "categories": {one.slug: one.label for one in said.categories},
    }
    over = periods_over(request.tenant, now=clock.now())
    of, numbers, charts = _shown(period, over, labels, language)
    page = reverse(SECTION)
    return FiguresContent(
        periods=[
            PeriodLink(label, f"{page}?period={name}", name == period)
            for name, label in _labels().items()
        ],
        days=_days_in_words(of, language) if of else "",
        numbers=numbers,
        charts=charts,
        csv_url=f"{reverse('office-figures-file')}?period={period}",
    )


def _shown(
    period: str, over: Sequence[Period], labels: Labels, language: str
) -> tuple[Period | None, list[Number], list[Chart]]:
    slugs = Slugs(list(labels["reasons"]), list(labels["categories"]))
    if period == NOW:
        return None, _load(), []
    if period == ALL:
        charts = _course_charts(course(over, slugs), labels, language)
        return Period(over[-1].first, over[0].last), [], charts
    one = over[1 if period == BEFORE else 0]
    found = figures(one, slugs)
    return one, _numbers(found), _charts(found, labels, language)


def _labels() -> dict[str, str]:
    return {
        NOW: _("Now"),
        LATEST: _("The latest"),
        BEFORE: _("The one before"),
        ALL: _("All in a row"),
    }


def _days_in_words(period: Period, language: str) -> str:
    first, last = (day_in_words(day, language=language) for day in period)
    return f"{first} – {last}"


def _load() -> list[Number]:
    load = load_now()
    return [
        Number("waiting", _("Waiting now"), str(load.waiting)),
        Number("going_on", _("Talks going on now"), str(load.going_on)),
        Number("ready", _("Ready at the desk now"), str(load.ready)),
    ]


def _numbers(found: Figures) -> list[Number]:
    return [
        Number("answered", _("Answered"), _sum(found.answered)),
        Number("lost", _("Gave up or were not reached"), _sum(found.lost)),
        Number("full", _("Turned away: full"), _sum(found.refused)),
        Number("wait_median", _("Wait: half were taken within"), _minutes(found.waits.median)),
        Number("wait_tenth", _("Wait: nine of ten within"), _minutes(found.waits.tenth)),
        Number("length_median", _("Length: half ended within"), _minutes(found.lengths.median)),
        Number("length_tenth", _("Length: nine of ten within"), _minutes(found.lengths.tenth)),
    ]


def _sum(count: int | None) -> str:
    return _("fewer than 5") if count is None else str(count)


def _count(count: int | None) -> str:
    return _("not told") if count is None else str(count)


def _minutes(minutes: Minutes | None) -> str:
    if minutes is None:
        return _("too few")
    words = _("more than {minutes} min") if minutes.is_more else _("{minutes} min")
    return words.format(minutes=minutes.number)


def _charts(found: Figures, labels: Labels, language: str) -> list[Chart]:
    names = get_day_names("abbreviated", locale=locale_of(language))
    weekdays = [(str(names[day]), count) for day, count in found.weekdays.items()]
    charts = [
        _chart("weekdays", _("Answered by weekday"), _("Weekday"), weekdays),
        _hours_chart(found),
        *_lasted_chart("waits", _("How long they waited"), found.waits.lengths),
        *_lasted_chart("lengths", _("How long talks lasted"), found.lengths.lengths),
    ]
    about = _("Told where counsellors have said it of twenty talks or more.")
    return [*charts, *_said_charts(found.categories, found.reasons, labels, about)]


def _course_charts(found: Course, labels: Labels, language: str) -> list[Chart]:
    of_one = [(_days_in_words(one, language), count) for one, count in found.answered.items()]
    lost = [_sum(count) for count in found.lost.values()]
    is_weekly = any(one.last - one.first < WEEK for one in found.answered)
    answered = _chart(
        "course",
        _("Answered by period"),
        _("Period"),
        of_one,
        about=_("By weeks where there were many talks before, else by four weeks.")
        if is_weekly
        else "",
        lies=True,
        more=[(_("Gave up or were not reached"), lost)],
    )
    about = _("Sums of what is told of each period: what is not told there is not in them.")
    return [answered, *_said_charts(found.categories, found.reasons, labels, about)]


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


def _lasted_chart(name: str, title: str, lengths: Sequence[Lasted]) -> list[Chart]:
    counts = [
        (f"{one.low}+" if one.high is None else f"{one.low}–{one.high}", one.number)
        for one in lengths
    ]
    about = _("In minutes; the fewer there were, the wider the steps.")
    return [_chart(name, title, _("Minutes"), counts, about=about)] if counts else []


def _said_charts(
    categories: Told[str], reasons: Told[str], labels: Labels, about: str
) -> list[Chart]:
    both = (
        ("categories", _("What talks were about"), _("Topic"), categories),
        ("reasons", _("Why counsellors ended them"), _("Reason"), reasons),
    )
    return [
        _chart(name, title, of, _labelled(told, labels[name]), about=about, lies=True)
        for name, title, of, told in both
        if told
    ]


def _labelled(told: Told[str], labels: dict[str, str]) -> Counts:
    return [(labels[slug], count) for slug, count in told.items()]
