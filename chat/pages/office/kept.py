"""Kept talks: a list without content, from which a talk is flagged or held."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from chat import kept, lives
from chat.kept import KeptTalk
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.trail import page_number
from chat.pages.office.wording import day_in_words
from chat.pages.visitor import subject_choices
from tenants.errors import NotAllowed, NotFound
from tenants.models import Membership, Role

SECTION = "office-kept"


@dataclass(frozen=True)
class KeptRow:
    """One talk; ``flag_url`` is empty where it cannot be flagged (any more)."""

    reference: str
    day: str
    topic: str
    language: str
    kept_until: str
    is_flagged: bool
    is_held: bool
    hold_url: str
    flag_url: str


@dataclass(frozen=True)
class KeptContent:
    """All that templates/chat/office/kept.html shows."""

    rows: list[KeptRow]
    newer: str
    older: str
    was_refused: bool = False


@require_safe
@office(SECTION)
def kept_talks(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show which talks are kept, by day, subject and language."""
    return _show(request, member)


@require_POST
@office(SECTION, Role.OFFICER)
def flag(request: TenantRequest, member: Membership, talk: UUID) -> HttpResponse:
    """Note that a kept talk holds personal data.  Rule: U7."""
    try:
        lives.flag_kept_talk(request.tenant, member, talk)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        return _show(request, member, was_refused=True)
    return redirect(SECTION)


def _show(request: TenantRequest, member: Membership, *, was_refused: bool = False) -> HttpResponse:
    page = page_number(request)
    talks, more = kept.kept_talks(request.tenant, page=page)
    content = KeptContent(
        rows=_rows(request, member, talks),
        newer=f"?page={page - 1}" if page > 1 else "",
        older=f"?page={page + 1}" if more else "",
        was_refused=was_refused,
    )
    status = 409 if was_refused else 200
    return show(request, member, "chat/office/kept.html", content, section=SECTION, status=status)


def _rows(request: TenantRequest, member: Membership, talks: list[KeptTalk]) -> list[KeptRow]:
    language = languages.desk_language(request, request.tenant)
    topics = {subject.slug: subject.label for subject in subject_choices(language)}
    may_flag = member.role == Role.OFFICER
    return [
        KeptRow(
            reference=str(talk.id),
            day=day_in_words(talk.ended_on, language=language),
            topic=topics.get(talk.topic, talk.topic),
            language=talk.language,
            kept_until=day_in_words(talk.kept_until, language=language),
            is_flagged=talk.is_flagged,
            is_held=talk.is_held,
            hold_url=f"{reverse('office-hold-place')}?talk={talk.id}",
            flag_url=reverse("office-flag", args=[talk.id])
            if may_flag and talk.may_be_flagged
            else "",
        )
        for talk in talks
    ]
