"""The vault on the platform's own host: its duty officers agree to what a tenant's officer asks.

They see who asks, for which line and on which basis; nothing that was said, and no address but one
that they have asked for themselves and an officer has agreed to.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chat.pages import languages
from chat.pages.languages import LanguageLink
from chat.pages.vault import views
from chat.pages.vault.desk import VaultDesk
from chat.pages.vault.views import RequestLine
from retention.models import VaultRequest
from retention.vault import openings, people
from retention.vault.records import reference_of
from tenants.errors import NotFound
from tenants.models import Tenant, User
from tenants.permissions import OPERATORS, lets_in
from tenants.policies import NoPolicy
from tenants.scope import tenant_scope
from tenants.stepping import stepped_up

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class OperatorsPage:
    """What templates/chat/vault/operators_base.html shows around a page of the vault."""

    title: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    member_name: str
    line: str


@dataclass(frozen=True)
class LineContent:
    """One line with a vault, and what waits there."""

    name: str
    url: str
    requests: list[RequestLine]


@dataclass(frozen=True)
class OperatorsDesk(VaultDesk):
    """A duty officer's place before the vault of a line."""

    request: HttpRequest

    @property
    def url(self) -> str:
        return reverse("vault-line", args=[self.tenant.slug])

    def url_of(self, request_id: UUID) -> str:
        return reverse("vault-opening", args=[self.tenant.slug, request_id])

    def show(self, template: str, content: object, *, status: int = 200) -> HttpResponse:
        return _show(self.request, template, content, line=self.tenant.name, status=status)


def operator(view: View) -> Callable[..., HttpResponseBase]:
    """Let duty officers into a view, in the language of their choice; others must sign in."""

    @lets_in(OPERATORS)
    @functools.wraps(view)
    def let_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return redirect(f"{reverse('login')}?next={request.path}")
        with translation.override(_language(request)):
            return view(request, *args, **kwargs)

    return let_in


@require_safe
@operator
@stepped_up
def vaults(request: HttpRequest) -> HttpResponse:
    """Show what waits at every line that keeps addresses."""
    lines = [_line(request, tenant) for tenant in Tenant.objects.filter(live=True)]
    content = [line for line in lines if line]
    return _show(request, "chat/vault/operators.html", content, line="")


def _line(request: HttpRequest, tenant: Tenant) -> LineContent | None:
    assert isinstance(request.user, User)
    with tenant_scope(tenant):
        try:
            if not people.promises_vault(tenant):
                return None
        except NoPolicy:
            return None
        actor = openings.opener(tenant, request.user)
        waiting = [_waits(tenant, actor.user, one) for one in openings.open_requests(actor)]
    return LineContent(tenant.name, reverse("vault-line", args=[tenant.slug]), waiting)


def _waits(tenant: Tenant, user: User, one: VaultRequest) -> RequestLine:
    return RequestLine(
        url=reverse("vault-opening", args=[tenant.slug, one.pk]),
        reference=reference_of(one.conversation),
        asked_by=one.asked_by.name,
        is_mine=one.asked_by_id == user.pk,
        state=one.state,
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@operator
@stepped_up
def line(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what waits at one line, and ask for an address there."""
    tenant = _tenant(slug)
    with tenant_scope(tenant):
        return views.overview(request, _desk(request, tenant))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@operator
@stepped_up
def opening(request: HttpRequest, slug: str, request_id: UUID) -> HttpResponse:
    """Show one request, from asking to destroying."""
    tenant = _tenant(slug)
    with tenant_scope(tenant):
        return views.opening(request, _desk(request, tenant), request_id)


def _tenant(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug, live=True).first()
    if tenant is None:
        raise Http404
    return tenant


def _desk(request: HttpRequest, tenant: Tenant) -> OperatorsDesk:
    assert isinstance(request.user, User)
    try:
        actor = openings.opener(tenant, request.user)
    except NotFound:
        raise Http404 from None
    return OperatorsDesk(tenant, actor, translation.get_language() or "en", request)


def _show(
    request: HttpRequest, template: str, content: object, *, line: str, status: int = 200
) -> HttpResponse:
    assert isinstance(request.user, User)
    language = _language(request)
    page = OperatorsPage(
        title=_("The address vault"),
        language=language,
        languages=languages.links_for(languages.spoken(), current=language),
        theme_url="",
        member_name=request.user.name,
        line=line,
    )
    frame = "chat/vault/operators_base.html"
    context = {"page": page, "content": content, "frame": frame}
    return render(request, template, context, status=status)


def _language(request: HttpRequest) -> str:
    """Return the language chosen on this host, else the browser's; a choice is remembered."""
    asked = request.GET.get("lang", "")
    if asked in languages.spoken():
        request.session["language"] = asked
    chosen = request.session.get("language")
    if chosen in languages.spoken():
        return str(chosen)
    found = translation.get_language_from_request(request)
    return found if found in languages.spoken() else languages.spoken()[0]
