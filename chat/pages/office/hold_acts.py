"""What is done about holds. Each act has been committed, and its end destroyed what is due, before
it is answered: these views open their own scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.forgetting import CONVERSATION
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.holds import SECTION, show_hold
from chat.pages.office.wording import REASONS
from retention.holds import (
    REVIEWED_WITHIN,
    WORDS,
    Demand,
    Gone,
    confirm_hold,
    place_hold,
)
from retention.releases import refuse_hold, release_hold
from retention.reviews import review_hold, today_at
from tenants.errors import HelplineError, Invalid, NotAllowed, NotFound
from tenants.models import Membership
from tenants.stepping import stepped_up


@dataclass(frozen=True)
class ReasonChoice:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class PlaceContent:
    """All that templates/chat/office/hold_place.html shows."""

    talk: str
    reasons: list[ReasonChoice]
    authority: str
    reference: str
    review_on: str
    first_day: str
    last_day: str
    longest: int
    refused: str


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, own_scopes=True)
@stepped_up
def place(request: TenantRequest, member: Membership) -> HttpResponse:
    """Place a hold on one talk.  Rule: U8."""
    if request.method != "POST":
        return _show_form(request, member)
    try:
        placed = place_hold(
            request.tenant,
            member,
            _demand(request),
            kind=CONVERSATION.name,
            thing=_talk(request.POST.get("talk", "")),
        )
    except (Invalid, NotAllowed, NotFound) as problem:
        return _show_form(request, member, refused=_not_placed(problem))
    return redirect("office-hold", placed.pk)


def _demand(request: TenantRequest) -> Demand:
    said = {name: request.POST.get(name, "").strip() for name in ("authority", "reference")}
    review_on = _day(request.POST.get("review_on", ""))
    return Demand(reason=request.POST.get("reason", ""), review_on=review_on, **said)


def _talk(said: str) -> UUID:
    try:
        return UUID(said.strip())
    except ValueError:
        raise NotFound("no such talk") from None


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid("`review_on` is a date") from None


def _not_placed(problem: HelplineError) -> str:
    if isinstance(problem, Gone):
        return _("It is too late: the talk is gone.")
    if isinstance(problem, NotFound):
        return _("There is no such talk. It may never have been here, or its time may be over.")
    if isinstance(problem, NotAllowed):
        return _("What this line has promised does not let the talk be held for this reason.")
    return _("Fill in every field, and choose a day for the review within the next three months.")


def _show_form(request: TenantRequest, member: Membership, *, refused: str = "") -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    today = today_at(request.tenant)
    content = PlaceContent(
        talk=said.get("talk", ""),
        reasons=[
            ReasonChoice(code, str(label), code == said.get("reason"))
            for code, label in REASONS.items()
        ],
        authority=said.get("authority", ""),
        reference=said.get("reference", ""),
        review_on=said.get("review_on", ""),
        first_day=(today + timedelta(days=1)).isoformat(),
        last_day=(today + REVIEWED_WITHIN).isoformat(),
        longest=WORDS,
        refused=refused,
    )
    status = 409 if refused else 200
    template = "chat/office/hold_place.html"
    return show(request, member, template, content, section=SECTION, status=status)


@require_POST
@office(SECTION, own_scopes=True)
@stepped_up
def confirm(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Confirm a hold as its second person."""
    try:
        confirm_hold(request.tenant, member, hold_id)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        refused = _("You placed this hold yourself, or the 24 hours for a second person are over.")
        return show_hold(request, member, hold_id, refused=refused)
    return redirect("office-hold", hold_id)


@require_POST
@office(SECTION, own_scopes=True)
@stepped_up
def refuse(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Say no as the second person."""
    try:
        refuse_hold(request.tenant, member, hold_id)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        refused = _("You placed this hold yourself, or somebody has confirmed it.")
        return show_hold(request, member, hold_id, refused=refused)
    return redirect(f"{reverse(SECTION)}?said=refused")


@require_POST
@office(SECTION, own_scopes=True)
def review(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Keep a hold until another day."""
    try:
        review_on = _day(request.POST.get("review_on", ""))
        review_hold(request.tenant, member, hold_id, review_on=review_on)
    except NotFound:
        raise Http404 from None
    except (Invalid, NotAllowed):
        refused = _("Choose a day within the next three months. Its owner and officers may do so.")
        return show_hold(request, member, hold_id, refused=refused)
    return redirect("office-hold", hold_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, own_scopes=True)
@stepped_up
def release(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Ask once more, and end the hold; what is due is destroyed before this answers.  Rule: U8."""
    if request.method != "POST":
        return show_hold(request, member, hold_id, template="hold_release")
    try:
        release_hold(request.tenant, member, hold_id, outcome=request.POST.get("outcome", ""))
    except NotFound:
        raise Http404 from None
    except (Invalid, NotAllowed):
        refused = _("Say how it ends. The hold’s owner and officers may end it.")
        return show_hold(request, member, hold_id, template="hold_release", refused=refused)
    return redirect(f"{reverse(SECTION)}?said=ended")
