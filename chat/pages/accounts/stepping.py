"""The page that asks who is signed in to prove once more that it is them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.pages.accounts.factor import status_of
from chat.pages.accounts.frame import in_language, show, where_to
from tenants import factors, signing_in
from tenants.factors import Asked
from tenants.models import User
from tenants.signing_in import Step
from tenants.stepping import ANSWER, PASSWORD, answer


@dataclass(frozen=True)
class StepUpContent:
    """All that templates/chat/accounts/step_up.html shows; ``typed`` comes along unseen."""

    member_name: str
    asked: Asked
    typed: list[tuple[str, str]]
    answer_field: str
    password_field: str
    was_refused: bool
    is_locked_out: bool


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask on the way to a page, and go on to it."""
    user = request.user
    if not isinstance(user, User) or _is_elsewhere(request):
        return redirect("login")
    step = answer(request, user) if request.method == "POST" else None
    if step == Step.IN:
        return redirect(where_to(request, request.GET.get("next")))
    return ask_again(request, [], step)


def _is_elsewhere(request: HttpRequest) -> bool:
    return signing_in.tenant_of(request) is not None and signing_in.member_of(request) is None


def ask_again(
    request: HttpRequest, typed: list[tuple[str, str]], step: Step | None
) -> HttpResponse:
    """Show the page that asks, in the place of the one that a form was sent to."""
    assert isinstance(request.user, User)
    content = StepUpContent(
        member_name=request.user.name,
        asked=factors.ask(request, request.user),
        typed=typed,
        answer_field=ANSWER,
        password_field=PASSWORD,
        was_refused=step == Step.REFUSED,
        is_locked_out=step == Step.LOCKED_OUT,
    )
    return show(request, "step_up", content, status=status_of(step))
