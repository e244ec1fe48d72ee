"""Holds: those that stand, with their review dates; and one of them with all that may be done."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.wording import REASONS, day_in_words, hour_in_words, short
from retention import clock
from retention.holds import looks_after, standing_hold, standing_holds
from retention.models import Hold
from retention.reviews import today_at
from tenants.errors import NotFound
from tenants.models import Membership
from tenants.scope import tenant_scope

SECTION = "office-holds"


@dataclass(frozen=True)
class HoldRow:
    """A hold as its page and the list show it; the last four say what this member may do."""

    url: str
    reason: str
    authority: str
    reference: str
    talk: str
    placed: str
    owner: str
    second: str
    confirm_by: str
    review: str
    review_on: str
    is_review_due: bool
    is_lapsed: bool
    may_confirm: bool
    may_read: bool
    may_end: bool
    may_refuse: bool


@dataclass(frozen=True)
class HoldsContent:
    """All that templates/chat/office/holds.html shows."""

    rows: list[HoldRow]
    said: str


@dataclass(frozen=True)
class HoldContent:
    """All that templates/chat/office/hold.html shows; ``refused`` is why something was not done."""

    hold: HoldRow
    act_urls: dict[str, str]
    refused: str = ""


@require_safe
@office(SECTION)
def holds(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the holds that stand, the oldest first."""
    rows = [row_of(request, member, hold) for hold in standing_holds()]
    content = HoldsContent(rows=rows, said=_said(request.GET.get("said", "")))
    return show(request, member, "chat/office/holds.html", content, section=SECTION)


def _said(code: str) -> str:
    said = {
        "ended": _("The hold is over. What was due has been destroyed."),
        "refused": _("The hold was refused and is over. What was due has been destroyed."),
    }
    return said.get(code, "")


@require_safe
@office(SECTION)
def hold(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Show one hold."""
    return show_hold(request, member, hold_id)


def show_hold(
    request: TenantRequest,
    member: Membership,
    hold_id: UUID,
    *,
    template: str = "hold",
    refused: str = "",
) -> HttpResponse:
    """Render a page about one hold that stands; with ``refused`` as a refusal that says why."""
    with tenant_scope(request.tenant):
        try:
            found = standing_hold(hold_id)
        except NotFound:
            raise Http404 from None
        content = HoldContent(
            hold=row_of(request, member, found),
            act_urls={act: reverse(f"office-hold-{act}", args=[hold_id]) for act in ACTS},
            refused=refused,
        )
        return show(
            request,
            member,
            f"chat/office/{template}.html",
            content,
            section=SECTION,
            status=409 if refused else 200,
        )


ACTS = ("confirm", "refuse", "review", "read", "release")


def row_of(request: TenantRequest, member: Membership, found: Hold) -> HoldRow:
    """Return what ``member`` sees of a hold. In the scope."""
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    is_confirmed = found.confirmed_at is not None
    is_lapsed = not is_confirmed and clock.now() >= found.confirm_by
    is_own = found.owner_id == member.pk
    waits = not is_confirmed and not is_lapsed and not is_own
    return HoldRow(
        url=reverse("office-hold", args=[found.pk]),
        reason=str(REASONS[found.reason]),
        authority=found.authority,
        reference=found.reference,
        talk=short(found.thing),
        placed=hour_in_words(found.placed_at, tenant, language=language),
        owner=found.owner.user.name,
        second=found.second.user.name if found.second else "",
        confirm_by=hour_in_words(found.confirm_by, tenant, language=language),
        review=day_in_words(found.review_on, language=language),
        review_on=found.review_on.isoformat(),
        is_review_due=found.review_on <= today_at(tenant),
        is_lapsed=is_lapsed,
        may_confirm=waits,
        may_refuse=waits,
        may_read=is_confirmed and looks_after(member, found),
        may_end=looks_after(member, found),
    )
