"""A week's plan: who is there when, and for which of the opening hours nobody is.  Rule: S3"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chat.pages import staff_forms
from chat.pages.languages import active_language, date_in_words, locale_of
from chat.pages.members import ShiftRow, shift_row
from chat.pages.opening import times_in_words
from retention import clock
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.fitness import ANSWERING, in_place, today_at
from tenants.hours import Interval, Span, schedule_of
from tenants.models import Shift, Tenant
from tenants.planning import copy_week
from tenants.rota import midnight, shifts_between, uncovered

menu.add(
    menu.Group.STAFF,
    _("Rota"),
    "admin:rota",
    place=20,
    hint=_("Who is there when, a week at a time. Rule S3"),
)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Gap:
    """A stretch of the opening hours without anybody, as the form that plans somebody has it."""

    begins: str
    ends: str
    words: str


@dataclass(frozen=True)
class RotaDay:
    day: str
    name: str
    opening: str
    is_over: bool
    shifts: list[ShiftRow]
    gaps: list[Gap]


@dataclass(frozen=True)
class Choice:
    id: str
    name: str


@tenant_site.page("rota/", name="rota")
@require_safe
def rota(request: HttpRequest) -> HttpResponse:
    """Show the week that is asked for, else the one that goes on."""
    return _shown(request, _monday(tenant_of(request), request.GET.get("week", "")))


@tenant_site.page("rota/plan/", name="rota-plan")
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a shift."""
    tenant, said = tenant_of(request), request.POST
    try:
        refused = staff_forms.plan(tenant, member_of(request), said)
    except (NotFound, NotAllowed):
        raise Http404 from None
    monday = _monday(tenant, said.get("day", ""))
    return _shown(request, monday, refused=refused) if refused else _back(monday)


@tenant_site.page("rota/cancel/", name="rota-cancel")
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Take a shift out."""
    try:
        staff_forms.cancel(tenant_of(request), member_of(request), request.POST)
    except (NotFound, NotAllowed, Invalid):
        raise Http404 from None
    return _back(_monday(tenant_of(request), request.POST.get("week", "")))


@tenant_site.page("rota/copy/", name="rota-copy")
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """Plan a week as the one before it."""
    tenant = tenant_of(request)
    monday = _monday(tenant, request.POST.get("week", ""))
    try:
        copied = copy_week(tenant, member_of(request), monday)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("Shifts planned as the week before: {many}.").format(many=copied))
    return _back(monday)


def _back(monday: date) -> HttpResponse:
    return redirect(f"{reverse('admin:rota')}?week={monday.isoformat()}")


def _monday(tenant: Tenant, said: str) -> date:
    """Return the Monday of the week of the day that is asked for, else of today."""
    try:
        day = staff_forms.day_of(said)
    except Invalid:
        day = today_at(tenant, now=clock.now())
    return day - timedelta(days=day.weekday())


def _shown(request: HttpRequest, monday: date, *, refused: str = "") -> HttpResponse:
    tenant = tenant_of(request)
    language, now = active_language(tenant), clock.now()
    shifts = shifts_between(midnight(tenant, monday), midnight(tenant, monday + _WEEK))
    days = [
        _day(tenant, monday + timedelta(days=more), shifts, language) for more in range(_WEEK.days)
    ]
    this_week = _monday(tenant, "")
    response = tenant_site.show(
        request,
        "administration/rota.html",
        title=_("Rota"),
        week=monday.isoformat(),
        week_in_words=_("{first} – {last}").format(
            first=date_in_words(monday, language),
            last=date_in_words(monday + timedelta(days=6), language),
        ),
        earlier=(monday - _WEEK).isoformat(),
        later=(monday + _WEEK).isoformat(),
        is_over=monday < this_week,
        days=days,
        missing=sum(len(day.gaps) for day in days),
        members=_members(),
        today=max(monday, today_at(tenant, now=now)).isoformat(),
        refused=refused,
    )
    response.status_code = 409 if refused else 200
    return response


def _members() -> list[Choice]:
    found = in_place().filter(role__in=ANSWERING).select_related("user")
    return [Choice(str(one.pk), one.user.name) for one in found.order_by("user__name", "pk")]


def _day(tenant: Tenant, day: date, shifts: list[Shift], language: str) -> RotaDay:
    now = clock.now()
    begins, ends = (midnight(tenant, day + timedelta(days=more)) for more in (0, 1))
    own = [one for one in shifts if begins <= one.begins_at < ends]
    is_over = ends <= now
    return RotaDay(
        day=day.isoformat(),
        name=str(format_date(day, format="EEEE d MMMM", locale=locale_of(language))),
        opening=times_in_words(schedule_of(tenant).intervals_on(day)),
        is_over=is_over,
        shifts=[shift_row(tenant, one, language) for one in own],
        gaps=[]
        if is_over
        else [_gap(tenant, one) for one in uncovered(tenant, day, shifts, now=now)],
    )


def _gap(tenant: Tenant, span: Span) -> Gap:
    begins, ends = (at.astimezone(tenant.tzinfo).time() for at in (span.starts_at, span.ends_at))
    return Gap(f"{begins:%H:%M}", f"{ends:%H:%M}", times_in_words([Interval(begins, ends)]))
