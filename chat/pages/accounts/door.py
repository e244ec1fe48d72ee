"""The way in and the way out."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages.accounts.frame import home_of, in_language, show, where_to
from tenants import signing_in, staff
from tenants.models import User
from tenants.permissions import ANYBODY, lets_in
from tenants.signing_in import NEXT, Step

REFUSED, TOO_MANY = 403, 429


@dataclass(frozen=True)
class SignInContent:
    """All that templates/chat/login.html shows; the password is never among it."""

    login: str
    was_refused: bool
    is_locked_out: bool


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
@lets_in(ANYBODY)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the password. Wrong, unknown and foreign get the same answer."""
    if request.method != "POST":
        return _show_door(request)
    asked = request.GET.get("next")
    if asked:
        request.session[NEXT] = asked
    login, password = (request.POST.get(name, "") for name in ("login", "password"))
    step = signing_in.prove_password(request, login=login, password=password)
    if step == Step.IN:
        return go_on(request)
    if step in {Step.FACTOR, Step.ENROL}:
        return redirect("factor" if step == Step.FACTOR else "account")
    return show(
        request,
        "login",
        SignInContent(login, step == Step.REFUSED, step == Step.LOCKED_OUT),
        status=REFUSED if step == Step.REFUSED else TOO_MANY,
    )


def _show_door(request: HttpRequest) -> HttpResponse:
    if signing_in.locked(request):
        return redirect("unlock")
    if signing_in.tenant_of(request) is None and isinstance(request.user, User):
        home = home_of(request)
        if home != reverse("login"):  # somebody who has come to the operators' front, and is none
            return redirect(home)
    return show(request, "login", SignInContent("", was_refused=False, is_locked_out=False))


def go_on(request: HttpRequest) -> HttpResponse:
    """Send who has just come in to where they were going."""
    return redirect(where_to(request, request.session.pop(NEXT, None)))


@require_POST
@lets_in(ANYBODY)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and let the browser drop what it has kept of the desk.

    Of its cookies those of this host: "cookies" would take those of sibling hosts as well, where one
    may be signed in too, in the middle of a talk.
    """
    if signing_in.tenant_of(request) is None:
        auth.logout(request)
    else:
        staff.sign_out(request)
    response = redirect("login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Strict")
    return response
