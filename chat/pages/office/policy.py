"""What is kept: the version that holds, the draft of the next one, and publishing it from a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.policies import NextVersion, next_version, publish_from
from chat.pages.policy_form import PolicyForm
from retention import clock
from tenants import drafts, policies, promises
from tenants.errors import HelplineError
from tenants.models import Membership, Role
from tenants.promises import Promise

SECTION = "office-policy"


@dataclass(frozen=True)
class PolicyContent:
    """All that templates/chat/office/policy.html shows."""

    version: int
    since: datetime | None
    promises: list[Promise]
    coming: list[NextVersion]
    draft: NextVersion | None
    may_write: bool
    refused: str = ""
    begins: str = ""


@dataclass(frozen=True)
class DraftContent:
    """All that templates/chat/office/policy_draft.html shows."""

    form: PolicyForm


@require_safe
@office(SECTION)
def policy(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show what is promised now, and what will be."""
    return _shown(request, member)


@require_http_methods(["GET", "HEAD", "POST"])
@office(SECTION, Role.ADMINISTRATOR)
def draft(request: TenantRequest, member: Membership) -> HttpResponse:
    """Write the draft of the next version; it begins as what was published last."""
    tenant = request.tenant
    begun = drafts.draft_of(tenant) or policies.newest_policy(tenant)
    terms = policies.terms_of(begun or policies.current_policy(tenant))
    form = PolicyForm(tenant, terms, request.POST if request.method == "POST" else None)
    if form.is_valid():
        drafts.write_draft(tenant, form.terms())
        return redirect(SECTION)
    return show(
        request,
        member,
        "chat/office/policy_draft.html",
        DraftContent(form),
        section=SECTION,
        status=400 if form.is_bound else 200,
    )


@require_POST
@office(SECTION, Role.ADMINISTRATOR)
def discard(request: TenantRequest, member: Membership) -> HttpResponse:
    """Throw the draft away."""
    drafts.drop_draft(request.tenant)
    return redirect(SECTION)


@require_POST
@office(SECTION, Role.ADMINISTRATOR)
def publish(request: TenantRequest, member: Membership) -> HttpResponse:
    """Publish the draft, now or from a moment in the tenant's own zone."""
    tenant, now = request.tenant, clock.now()
    asked = request.POST.get("begins", "").strip()
    try:
        publish_from(tenant, asked, now=now, actor=member)
    except HelplineError as problem:
        return _shown(request, member, refused=str(problem), begins=asked)
    return redirect(SECTION)


def _shown(
    request: TenantRequest, member: Membership, *, refused: str = "", begins: str = ""
) -> HttpResponse:
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    current = policies.current_policy(tenant)
    begun = drafts.draft_of(tenant)
    newest = policies.newest_policy(tenant) or current
    content = PolicyContent(
        version=current.version,
        since=current.begins_at,
        promises=promises.sentences(tenant, current, language=language),
        coming=[
            next_version(tenant, later, current, language=language)
            for later in policies.later_policies(current)
        ],
        draft=next_version(
            tenant, begun, newest, language=language, counted=member.role == Role.ADMINISTRATOR
        )
        if begun
        else None,
        may_write=member.role == Role.ADMINISTRATOR,
        refused=refused,
        begins=begins,
    )
    status = 400 if refused else 200
    return show(request, member, "chat/office/policy.html", content, section=SECTION, status=status)
