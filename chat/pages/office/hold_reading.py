"""Reading what a hold keeps: with a purpose, and each time recorded."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from chat import desk
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.holds import SECTION, row_of
from chat.pages.office.wording import ASIDE, AUTHORS
from retention.holds import readable_hold
from tenants.errors import NotFound
from tenants.models import Membership
from tenants.stepping import stepped_up

PURPOSE = 200


@dataclass(frozen=True)
class ReadMessage:
    author: str
    text: str


@dataclass(frozen=True)
class ReadContent:
    """All that templates/chat/office/hold_read.html shows.

    ``after`` leads to the next page. ``is_early``: the talk's own time is not over, and until then
    the hold shows it to nobody who may not read it anyway.
    """

    talk: str
    url: str
    purpose: str
    longest: int
    is_open: bool
    is_early: bool
    messages: list[ReadMessage]
    # What colleagues said of it, once all of it has been read.
    aside: list[ReadMessage]
    after: int


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
@stepped_up
def read(request: TenantRequest, member: Membership, hold_id: UUID) -> HttpResponse:
    """Ask for the purpose, and show a page of what is held to those who may see it.  Rule: U8."""
    purpose = " ".join(request.POST.get("purpose", "").split())[:PURPOSE]
    try:
        content = _content(request, member, hold_id, purpose)
    except NotFound:
        raise Http404 from None
    return show(request, member, "chat/office/hold_read.html", content, section=SECTION)


def _content(
    request: TenantRequest, member: Membership, hold_id: UUID, purpose: str
) -> ReadContent:
    hold = row_of(request, member, readable_hold(request.tenant, member, hold_id))
    stands = _stands(request, member, hold_id, purpose) if purpose else None
    page = stands.caught.page if stands else None
    return ReadContent(
        talk=hold.talk,
        url=hold.url,
        purpose=purpose,
        longest=PURPOSE,
        is_open=page is not None,
        is_early=bool(purpose) and page is None,
        messages=[ReadMessage(str(AUTHORS[one.author]), one.text) for one in page.messages]
        if page
        else [],
        aside=[ReadMessage(str(ASIDE[one["by"]]), one["text"]) for one in stands.aside]
        if stands and not stands.caught.page.more
        else [],
        after=page.messages[-1].seq if page and page.more else 0,
    )


def _stands(
    request: TenantRequest, member: Membership, hold_id: UUID, purpose: str
) -> desk.Stands | None:
    said = request.POST.get("after", "")
    after = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    try:
        return desk.held_talk(request.tenant, member, hold_id, after=after, purpose=purpose)
    except NotFound:
        return None
