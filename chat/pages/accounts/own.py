"""A person's own sign-in: their factors, and the recovery codes that stand in for one.

Open to who is in, once they have stepped up, and to who has given their password and must set up their
first factor: with that they are in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages.accounts.door import REFUSED
from chat.pages.accounts.frame import in_language, show, where_to
from tenants import factors, news, signing_in, staff
from tenants.audit import record
from tenants.factors import CODE, CREDENTIAL, NAME_LENGTH, Factor, NewApp
from tenants.models import User
from tenants.news import What
from tenants.signing_in import NEXT, Step
from tenants.stepping import stepped_up


@dataclass(frozen=True)
class AccountContent:
    """All that templates/chat/accounts/account.html shows."""

    login: str
    is_in: bool
    is_required: bool
    takes_passkeys: bool
    factors: list[Factor]
    codes_left: int
    refused: str


@dataclass(frozen=True)
class AppContent:
    """All that templates/chat/accounts/app.html shows."""

    app: NewApp
    was_refused: bool


@dataclass(frozen=True)
class PasskeyContent:
    """All that templates/chat/accounts/passkey.html shows."""

    options: str
    name: str
    longest: int
    was_refused: bool


@dataclass(frozen=True)
class CodesContent:
    """All that templates/chat/accounts/codes.html shows: once, and nowhere again."""

    codes: Sequence[str]
    go_on: str


View = Callable[..., HttpResponse]


def own(*, first: bool) -> Callable[[View], View]:
    """Let a person to their own account: signed in, or (``first``) about to set up a first factor."""

    def decorate(view: View) -> View:
        stepping = stepped_up(view)

        @wraps(view)
        def let_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if _is_in(request):
                assert isinstance(request.user, User)
                return stepping(request, request.user, *args, **kwargs)  # type: ignore[no-any-return]
            who = signing_in.pending(request)
            if first and who is not None and who.step == Step.ENROL:
                return view(request, who.user, *args, **kwargs)
            return redirect("login")

        return let_in

    return decorate


def _is_in(request: HttpRequest) -> bool:
    if signing_in.tenant_of(request) is None:
        return isinstance(request.user, User)
    return staff.current_membership(request) is not None


@require_safe
@in_language
@own(first=True)
def account(request: HttpRequest, user: User) -> HttpResponse:
    """List the factors, or let one choose the first."""
    return _show_account(request, user)


def _show_account(request: HttpRequest, user: User, *, refused: str = "") -> HttpResponse:
    content = AccountContent(
        login=user.email,
        is_in=_is_in(request),
        is_required=factors.is_required(),
        takes_passkeys=factors.takes_passkeys(request),
        factors=factors.factors_of(user),
        codes_left=factors.codes_left(user),
        refused=refused,
    )
    return show(request, "account", content, status=409 if refused else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
@own(first=True)
def app(request: HttpRequest, user: User) -> HttpResponse:
    """Show the secret of a new authenticator app, and take it in with a first code of it."""
    is_sent = request.method == "POST"
    if is_sent and factors.add_app(request, user, request.POST.get(CODE, "")):
        return _added(request, user)
    content = AppContent(factors.begin_app(request, user), was_refused=is_sent)
    return show(request, "app", content, status=REFUSED if is_sent else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
@own(first=True)
def passkey(request: HttpRequest, user: User) -> HttpResponse:
    """Let the browser make a passkey, and take it in."""
    if not factors.takes_passkeys(request):
        return redirect("account")
    name, is_sent = request.POST.get("name", ""), request.method == "POST"
    credential = request.POST.get(CREDENTIAL, "")
    if is_sent and factors.add_passkey(request, user, name=name, credential=credential):
        return _added(request, user)
    options = factors.begin_passkey(request, user)
    content = PasskeyContent(options, name, NAME_LENGTH, was_refused=is_sent)
    return show(request, "passkey", content, status=REFUSED if is_sent else 200)


def _added(request: HttpRequest, user: User) -> HttpResponse:
    """Go on from a new factor: to recovery codes where there are none, and in with the first."""
    if not _is_in(request):
        signing_in.let_in(request, user)
    _note(request, user, What.FACTOR_ADDED)
    if factors.codes_left(user):
        return redirect("account")
    return _show_codes(request, user)


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    go_on = where_to(request, request.session.pop(NEXT, None))
    return show(request, "codes", CodesContent(factors.new_codes(user), go_on))


@require_POST
@in_language
@own(first=False)
def codes(request: HttpRequest, user: User) -> HttpResponse:
    """Make new recovery codes and show them once."""
    if not factors.has_any(user):
        return redirect("account")
    _note(request, user, What.CODES_MADE)
    return _show_codes(request, user)


@require_POST
@in_language
@own(first=False)
def remove(request: HttpRequest, user: User) -> HttpResponse:
    """Take a factor away, but never the last one where one is required."""
    factor = request.POST.get("factor", "")
    # Nothing of theirs, or nothing any more: nothing is told of it either.
    if factor not in {str(one.id) for one in factors.factors_of(user)}:
        return redirect("account")
    if not factors.remove(user, int(factor)):
        refused = _("This is your last one. Add another before you remove it.")
        return _show_account(request, user, refused=refused)
    _note(request, user, What.FACTOR_REMOVED)
    return redirect("account")


def _note(request: HttpRequest, user: User, what: What) -> None:
    """Tell the person by mail, and the trail of the tenant at whose desk it was done.

    What is done at the platform's own host stands in the trail of each of their lines.
    """
    news.tell(user, what)
    action = f"member.{what}"
    tenant, member = signing_in.tenant_of(request), signing_in.member_of(request)
    if tenant is None:
        staff.note_everywhere(user, action)
    elif member is not None:
        record(tenant, actor=member, action=action, subject=member.pk, basis="")
