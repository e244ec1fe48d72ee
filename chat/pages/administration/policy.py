"""What is promised: every version in plain words, the draft of the next, and publishing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages.languages import active_language
from chat.pages.policies import NextVersion, next_version, publish_from
from chat.pages.policy_form import PolicyForm
from retention import clock
from tenants import drafts, policies
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.errors import HelplineError
from tenants.models import Policy, Tenant

menu.add(
    menu.Group.KEPT,
    _("What is promised"),
    "admin:policy",
    place=10,
    hint=_("For how long anything is kept, and what visitors may do. Rules D5, U7, T9"),
)


@dataclass(frozen=True)
class Versions:
    """Published versions by when they hold, one at most of them now; each beside the one before."""

    now: list[NextVersion]
    coming: list[NextVersion]
    before: list[NextVersion]


@tenant_site.page("promises/", name="policy")
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Show each version, what it changed, and the draft of the next."""
    tenant = tenant_of(request)
    return tenant_site.show(
        request,
        "administration/policy.html",
        title=_("What is promised"),
        versions=_versions(tenant),
        draft=_draft(tenant),
    )


@tenant_site.page("promises/draft/", name="policy-draft")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Write the draft; it begins as what was published last, and says where it contradicts itself."""
    tenant = tenant_of(request)
    begun = drafts.draft_of(tenant)
    start = begun or policies.newest_policy(tenant)
    terms = policies.terms_of(start) if start else drafts.first_terms()
    form = PolicyForm(tenant, terms, request.POST if request.method == "POST" else None)
    if form.is_valid():
        terms = form.terms()
        problems = drafts.contradictions(terms)
        drafts.write_draft(tenant, terms)
        if not problems:
            return redirect("admin:policy-publish")
        form.tell(problems, terms)
    elif begun and not form.is_bound:
        form.tell(drafts.contradictions(terms), terms)
    response = tenant_site.show(
        request,
        "administration/policy_draft.html",
        title=_("The next version"),
        form=form,
        is_saved=form.is_bound and form.is_valid(),
        has_draft=begun is not None,
    )
    response.status_code = 400 if form.errors else 200
    return response


@tenant_site.page("promises/publish/", name="policy-publish")
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Ask once more, with all that changes and for whom, and publish the draft from a moment on."""
    tenant, refused, asked = tenant_of(request), "", ""
    if request.method == "POST":
        asked = request.POST.get("begins", "").strip()
        try:
            version = publish_from(tenant, asked, now=clock.now(), actor=member_of(request))
        except HelplineError as problem:
            refused = str(problem)
        else:
            said = _("Version {version} is published.").format(version=version.version)
            messages.success(request, said)
            return redirect("admin:policy")
    found = _draft(tenant, counted=True)
    if found is None:
        return redirect("admin:policy")
    response = tenant_site.show(
        request,
        "administration/policy_publish.html",
        title=_("Publish version {version}?").format(version=found.version),
        draft=found,
        refused=refused,
        begins=asked,
    )
    response.status_code = 400 if refused else 200
    return response


@tenant_site.page("promises/discard/", name="policy-discard")
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    drafts.drop_draft(tenant_of(request))
    messages.success(request, _("The draft is thrown away."))
    return redirect("admin:policy")


def _versions(tenant: Tenant) -> Versions:
    language, now = active_language(tenant), clock.now()
    published = list(Policy.objects.filter(published_at__isnull=False).order_by("version"))
    pairs = list(zip(published, [None, *published], strict=False))
    begun = [each for each in pairs if each[0].begins_at and each[0].begins_at <= now]
    cards = [next_version(tenant, one, earlier, language=language) for one, earlier in pairs]
    past = cards[: len(begun)]
    return Versions(now=past[-1:], coming=cards[len(begun) :], before=past[-2::-1])


def _draft(tenant: Tenant, *, counted: bool = False) -> NextVersion | None:
    found = drafts.draft_of(tenant)
    newest = policies.newest_policy(tenant)
    language = active_language(tenant)
    if found is None:
        return None
    return next_version(tenant, found, newest, language=language, counted=counted)
