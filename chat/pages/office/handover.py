"""Notes to the next shift: every member of a line reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.handover import TEXT_LENGTH, TooPersonal, notes, remove_note, write_note
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.wording import hour_in_words
from tenants.errors import Invalid, NotFound
from tenants.models import Membership

SECTION = "office-handover"


@dataclass(frozen=True)
class NoteRow:
    id: UUID
    text: str
    author: str
    written: str
    until: str
    may_remove: bool


@dataclass(frozen=True)
class HandoverContent:
    """All that templates/chat/office/handover.html shows; ``refused`` is why nothing was stored."""

    rows: list[NoteRow]
    hours: int
    longest: int
    draft: str
    refused: str


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION)
def handover(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the notes, or leave one."""
    if request.method != "POST":
        return _show(request, member)
    draft = request.POST.get("text", "")
    try:
        write_note(request.tenant, member, draft)
    except TooPersonal as problem:
        return _show(request, member, draft=draft, refused=_in_words(problem.kinds))
    except Invalid:
        refused = _("A note has at least one and at most {most} characters.")
        return _show(request, member, draft=draft, refused=refused.format(most=TEXT_LENGTH))
    return redirect(SECTION)


@require_POST
@office(SECTION)
def remove(request: TenantRequest, member: Membership, note: UUID) -> HttpResponse:
    """Take a note away."""
    try:
        remove_note(request.tenant, member, note)
    except NotFound:
        raise Http404 from None
    return redirect(SECTION)


def _in_words(kinds: list[str]) -> str:
    words = {
        "national": _("a national identity number"),
        "phone": _("a telephone number"),
        "email": _("an e-mail address"),
        "link": _("a link"),
    }
    found = ", ".join(words[kind] for kind in kinds)
    text = _("The note was not stored: it seems to hold {found}. Leave that out.")
    return text.format(found=found)


def _show(
    request: TenantRequest, member: Membership, *, draft: str = "", refused: str = ""
) -> HttpResponse:
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    rows = [
        NoteRow(
            id=one.id,
            text=one.text,
            author=one.author,
            written=hour_in_words(one.written_at, tenant, language=language),
            until=hour_in_words(one.expires_at, tenant, language=language),
            may_remove=one.may_remove,
        )
        for one in notes(tenant, member)
    ]
    content = HandoverContent(rows, tenant.handover_hours, TEXT_LENGTH, draft, refused)
    status = 422 if refused else 200
    template = "chat/office/handover.html"
    return show(request, member, template, content, section=SECTION, status=status)
