"""A desk that is locked because nobody was at it.

The desk's own page asks by a script, without going away from what is on it; whoever loads a page anew
finds the same form on a page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.pages.accounts.factor import status_of
from chat.pages.accounts.frame import in_language, show, where_to
from tenants import factors, signing_in
from tenants.factors import Asked, Proof
from tenants.models import User
from tenants.permissions import ANYBODY, lets_in
from tenants.signing_in import Step


@dataclass(frozen=True)
class UnlockContent:
    """All that templates/chat/accounts/unlock.html shows."""

    member_name: str
    asked: Asked
    step: str


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
@lets_in(ANYBODY)
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask who was away for their password, and their factor where they have one."""
    user = signing_in.locked(request)
    if user is None:
        return _nothing_locked(request)
    if request.method != "POST":
        return _ask(request, user, None)
    password = request.POST.get("password", "")
    step = signing_in.unlock(request, user, password=password, proof=Proof.sent(request))
    if step != Step.IN:
        return _ask(request, user, step)
    if _by_script(request):
        return JsonResponse({"step": step})
    return redirect(where_to(request, request.GET.get("next")))


def _nothing_locked(request: HttpRequest) -> HttpResponse:
    if _by_script(request):
        is_in = isinstance(request.user, User)
        return JsonResponse({"step": Step.IN if is_in else "out"})
    return redirect("login")


def _ask(request: HttpRequest, user: User, step: Step | None) -> HttpResponse:
    asked = factors.ask(request, user) if factors.has_any(user) else Asked(code=False, passkey="")
    if _by_script(request):
        said = {"step": step or "", "code": asked.code, "passkey": asked.passkey}
        return JsonResponse(said, status=status_of(step))
    content = UnlockContent(user.name, asked, str(step or ""))
    return show(request, "unlock", content, status=status_of(step))


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
