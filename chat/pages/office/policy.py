"""What is kept: the version that holds, and the draft of the next one with its differences."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from tenants import policies, promises
from tenants.models import Membership
from tenants.promises import Promise

SECTION = "office-policy"


@dataclass(frozen=True)
class PolicyContent:
    """All that templates/chat/office/policy.html shows."""

    version: int
    promises: list[Promise]


@require_safe
@office(SECTION)
def policy(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show what is promised now."""
    current = policies.current_policy(request.tenant)
    language = languages.desk_language(request, request.tenant)
    content = PolicyContent(
        version=current.version,
        promises=promises.sentences(request.tenant, current, language=language),
    )
    return show(request, member, "chat/office/policy.html", content, section=SECTION)
