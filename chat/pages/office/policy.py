"""What is kept: the version that holds, the draft of the next one, and publishing it from a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.office.policy_form import PolicyForm
from retention import clock
from tenants import drafts, policies, promises
from tenants.calendars import moment
from tenants.differences import Difference, differences
from tenants.errors import HelplineError
from tenants.models import Membership, Policy, Role
from tenants.promises import Promise

SECTION = "office-policy"


@dataclass(frozen=True)
class NextVersion:
    """A version that is not in force: a draft, or published for a day to come."""

    version: int
    begins_at: datetime | None
    differences: list[Difference]
    problems: list[str]
    promises: list[Promise]


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
        begins_at = _moment(asked, tenant.tzinfo) if asked else now
    except ValueError:
        return _shown(request, member, refused=_("That is not a date and a time."), begins=asked)
    try:
        drafts.publish_draft(tenant, begins_at=begins_at, now=now, actor=member)
    except HelplineError as problem:
        return _shown(request, member, refused=str(problem), begins=asked)
    return redirect(SECTION)


def _moment(asked: str, zone: ZoneInfo) -> datetime:
    """Return the moment at which a clock on the tenant's wall shows ``asked``.

    Raises ValueError for what is no local date and time.
    """
    wall = datetime.fromisoformat(asked)
    if wall.tzinfo is not None:
        raise ValueError("a local time has no zone")
    return moment(wall, zone=zone)


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
            _next(request, later, current, language) for later in policies.later_policies(current)
        ],
        draft=_next(request, begun, newest, language) if begun else None,
        may_write=member.role == Role.ADMINISTRATOR,
        refused=refused,
        begins=begins,
    )
    status = 400 if refused else 200
    return show(request, member, "chat/office/policy.html", content, section=SECTION, status=status)


def _next(request: TenantRequest, later: Policy, before: Policy, language: str) -> NextVersion:
    tenant = request.tenant
    terms = policies.terms_of(later)
    return NextVersion(
        version=later.version,
        begins_at=later.begins_at,
        differences=differences(
            tenant, policies.terms_of(before), terms, language=language, now=clock.now()
        ),
        problems=[str(problem) for problem in drafts.contradictions(terms, file=_("Draft"))],
        promises=promises.sentences(tenant, later, language=language),
    )
