"""What is asked after the password: a second factor."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.pages.accounts.door import REFUSED, TOO_MANY, go_on
from chat.pages.accounts.frame import in_language, show
from tenants import factors, signing_in
from tenants.factors import Asked, Proof
from tenants.permissions import ANYBODY, lets_in
from tenants.signing_in import Pending, Step


@dataclass(frozen=True)
class FactorContent:
    """All that templates/chat/accounts/factor.html shows. ``asked`` is empty of a factor that serves
    at another host alone."""

    asked: Asked
    was_refused: bool
    is_locked_out: bool


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
@lets_in(ANYBODY)
def factor(request: HttpRequest) -> HttpResponse:
    """Ask for a second factor, and let in whoever shows theirs."""
    who = signing_in.pending(request)
    if who is None or who.step != Step.FACTOR:
        return redirect("login")
    if request.method != "POST":
        return _show(request, who)
    step = signing_in.prove_factor(request, who, Proof.sent(request))
    return go_on(request) if step == Step.IN else _show(request, who, step)


def _show(request: HttpRequest, who: Pending, step: Step | None = None) -> HttpResponse:
    content = FactorContent(
        asked=factors.ask(request, who.user),
        was_refused=step == Step.REFUSED,
        is_locked_out=step == Step.LOCKED_OUT,
    )
    return show(request, "factor", content, status=status_of(step))


def status_of(step: Step | None) -> int:
    """Return the status of a page that asks again after ``step``."""
    if step == Step.LOCKED_OUT:
        return TOO_MANY
    return REFUSED if step == Step.REFUSED else 200
