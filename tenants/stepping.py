"""A step up: some pages ask who is signed in to prove once more that it is them.

A password or a factor that was shown within ``settings.STEP_UP_FOR`` is enough, signing in included.
What somebody has typed into a form comes along through the page that asks, but for passwords.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenants import clock, sessions, signing_in
from tenants.factors import CODE, CREDENTIAL, Proof
from tenants.models import User
from tenants.signing_in import Step

View = Callable[..., Any]
# What the page that asks adds to a form; what is in it is taken out again before the form is read.
ANSWER, PASSWORD = "step_up", "step_up_password"
_OF_THE_ANSWER = frozenset({ANSWER, PASSWORD, CODE, CREDENTIAL})
# Filled by the floor that has pages: with the request, what comes along, and what went wrong.
askers: list[Callable[[HttpRequest, list[tuple[str, str]], Step | None], HttpResponse]] = []


def stepped_up(view: View) -> View:
    """Let who is signed in through to ``view`` once they have proved who they are.

    Below whatever decides who may see the page at all: whoever may not is told so and asked nothing.
    The request comes first among the arguments.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(request.user, User) or has_stepped_up(request):
            return view(request, *args, **kwargs)
        if request.method != "POST":
            asked = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('step-up')}?{asked}")
        step = answer(request, request.user) if ANSWER in request.POST else None
        if step != Step.IN:
            return askers[0](request, _typed(request), step)
        said = request.POST.copy()
        for name in _OF_THE_ANSWER:
            said.pop(name, None)
        request.POST = said  # type: ignore[assignment]  # of the same class
        return view(request, *args, **kwargs)

    return guarded


def has_stepped_up(request: HttpRequest) -> bool:
    """Say whether who is signed in has proved who they are a moment ago."""
    proved = request.session.get(sessions.PROVED)
    if proved is None:
        return False
    return bool(clock.now() - datetime.fromisoformat(proved) <= settings.STEP_UP_FOR)


def answer(request: HttpRequest, user: User) -> Step:
    """Look at what somebody has answered to the page that asks."""
    password = request.POST.get(PASSWORD, "")
    return signing_in.prove_again(request, user, password=password, proof=Proof.sent(request))


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OF_THE_ANSWER and "password" not in name and name != "csrfmiddlewaretoken"
        for value in values
    ]
