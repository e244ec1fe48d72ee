"""Who did what: the audit trail, for officers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.changes import Change, changes_in_words
from chat.pages.office.door import office, show
from chat.pages.office.wording import (
    NOBODY,
    action_in_words,
    basis_in_words,
    hour_in_words,
    short,
)
from tenants import audit
from tenants.models import AuditEntry, Membership, Tenant

SECTION = "office-trail"
PAGES = 10_000


@dataclass(frozen=True)
class TrailRow:
    when: str
    who: str
    what: str
    subject: str
    basis: str
    changes: list[Change]


@dataclass(frozen=True)
class ActionChoice:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class TrailContent:
    """All that templates/chat/office/trail.html shows."""

    rows: list[TrailRow]
    actions: list[ActionChoice]
    newer: str
    older: str


@require_safe
@office(SECTION)
def trail(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show one page of the trail, the newest first."""
    language = languages.desk_language(request, request.tenant)
    action, page = request.GET.get("action", ""), page_number(request)
    found = audit.read_trail(request.tenant, action=action, page=page)
    content = TrailContent(
        rows=[row_of(request.tenant, *each, language=language) for each in found.entries],
        actions=choices_of(request.tenant, action),
        newer=page_url(action, page - 1) if page > 1 else "",
        older=page_url(action, page + 1) if found.more else "",
    )
    return show(request, member, "chat/office/trail.html", content, section=SECTION)


def row_of(tenant: Tenant, entry: AuditEntry, name: str, *, language: str) -> TrailRow:
    """Return an entry as a page shows it, in the active translation."""
    nobody = NOBODY.get(entry.action, _("The platform"))
    return TrailRow(
        when=hour_in_words(entry.at_hour, tenant, language=language),
        who=name or (_("A former member") if entry.actor else str(nobody)),
        what=action_in_words(entry.action),
        subject=short(entry.subject),
        basis=basis_in_words(entry.basis),
        changes=changes_in_words(entry.changes),
    )


def choices_of(tenant: Tenant, chosen: str) -> list[ActionChoice]:
    """Return the actions that the trail has entries of. In the scope."""
    return [
        ActionChoice(code, action_in_words(code), code == chosen)
        for code in audit.actions_in(tenant)
    ]


def page_url(action: str, page: int) -> str:
    """Return where another page of the same list is."""
    return "?" + urlencode({"action": action, "page": page})


def page_number(request: HttpRequest) -> int:
    """Return which page is asked for; the first where that is not a number."""
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), PAGES) if asked.isascii() and asked.isdigit() else 1
