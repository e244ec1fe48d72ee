"""Inviting somebody to a place, and what has become of it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages.invitations import done_in_words, invitations_content, send
from chat.pages.languages import active_language
from tenants import invitations
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.errors import NotAllowed, NotFound
from tenants.invitations import Fault

menu.add(
    menu.Group.STAFF,
    _("Invitations"),
    "admin:invitations",
    place=15,
    hint=_("Let somebody in by a link that works once."),
)
_NAMES = ("admin:invitations", "admin:invitation-again", "admin:invitation-withdraw")


@tenant_site.page("invitations/", name="invitations")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Show who is invited; with a filled-in form invite somebody."""
    if request.method != "POST":
        return _shown(request)
    try:
        send(tenant_of(request), member_of(request), request.POST)
    except NotAllowed:
        raise Http404 from None
    except Fault as problem:
        return _shown(request, problem)
    return _done("invited")


@tenant_site.page("invitations/<uuid:invitation_id>/again/", name="invitation-again")
@require_POST
def again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Send the mail of an invitation once more."""
    try:
        invitations.again(tenant_of(request), member_of(request), invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Fault as problem:
        return _shown(request, problem)
    return _done("again")


@tenant_site.page("invitations/<uuid:invitation_id>/withdraw/", name="invitation-withdraw")
@require_POST
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        invitations.withdraw(tenant_of(request), member_of(request), invitation_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return _done("withdrawn")


def _done(code: str) -> HttpResponse:
    return redirect(f"{reverse('admin:invitations')}?said={code}")


def _shown(request: HttpRequest, problem: Fault | None = None) -> HttpResponse:
    tenant = tenant_of(request)
    response = tenant_site.show(
        request,
        "administration/invitations.html",
        title=_("Invitations"),
        content=invitations_content(
            tenant,
            member_of(request),
            request.POST,
            language=active_language(tenant),
            names=_NAMES,
            said=done_in_words(request.GET.get("said", "")),
            problem=problem,
        ),
    )
    response.status_code = 409 if problem else 200
    return response
