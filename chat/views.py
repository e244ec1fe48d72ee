"""The visitor's HTTP doors: is somebody there, and the start of a talk."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from chat import queue
from chat.conversations import check_accepting, open_conversation
from chat.errors import Closed, Full, SlowDown
from chat.frames import PROTOCOL
from chat.messages import stamp
from chat.starts import starts
from retention import clock
from tenants.errors import HelplineError, Invalid
from tenants.hours import standing
from tenants.models import Notice, Tenant
from tenants.policies import current_policy

STATUS_SECONDS = 15
BODY_BYTES = 4_096
_STATUSES = {"closed": 409, "full": 409, "slow_down": 429, "invalid": 400, "not_found": 404}
_START = {"language": str, "topic": str, "urgent": bool, "proof": str}

View = Callable[[HttpRequest], JsonResponse]


def answering(view: View) -> View:
    """Turn a refusal into the JSON that docs/protocol.md gives for it."""

    @functools.wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        try:
            return view(request)
        except HelplineError as problem:
            said: dict[str, Any] = {"error": problem.code, "text": str(problem)}
            if isinstance(problem, Closed):
                said["opens_at"] = stamp(problem.opens_at) if problem.opens_at else None
            if isinstance(problem, SlowDown):
                said["retry_seconds"] = problem.retry_seconds
            return JsonResponse(said, status=_STATUSES.get(problem.code, 503))

    return answer


@require_GET
@answering
def status(request: HttpRequest) -> JsonResponse:
    """Say whether the line is open, whether it takes somebody now, and how many wait."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    response = JsonResponse(_status(tenant))
    response["Cache-Control"] = f"public, max-age={STATUS_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@csrf_exempt  # there is no cookie here that a foreign page could misuse
@require_POST
@answering
def start(request: HttpRequest) -> JsonResponse:
    """Begin a talk; the secret in the answer is shown this once."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    # What the outermost door has left of the address (helpline/address.py).
    scope: dict[str, Any] = getattr(request, "scope", {})
    starts.take(tenant, scope.get("helpline.buckets"))
    asked = _body(request)
    asked.pop("proof", None)
    opened = open_conversation(tenant, **asked, sealed=scope.get("helpline.sealed"))
    said = {
        "conversation": str(opened.conversation),
        "secret": opened.secret.reveal(),
        "socket": "/ws/visitor",
        "resume_code": None,
    }
    return JsonResponse(said, status=201)


def _status(tenant: Tenant) -> dict[str, Any]:
    now = clock.now()
    hours = standing(tenant, now=now)
    waiting = queue.waiting_count(now=now)
    notice = Notice.objects.filter(active=True).first()
    return {
        "protocol": PROTOCOL,
        "open": hours.open,
        "accepting": _accepting(tenant, now=now),
        "waiting": waiting,
        "wait_seconds": int((waiting + 1) * queue.pace()),
        "opens_at": stamp(hours.opens_at) if hours.opens_at else None,
        "closes_at": stamp(hours.closes_at) if hours.closes_at else None,
        "notice": _notice(notice, tenant) if notice else None,
        "policy": current_policy(tenant).version,
    }


def _accepting(tenant: Tenant, *, now: datetime) -> bool:
    try:
        check_accepting(tenant, now=now)
    except (Closed, Full):
        return False
    return True


def _notice(notice: Notice, tenant: Tenant) -> dict[str, str | None]:
    return {"text": notice.texts.get(tenant.default_language, ""), "phone": notice.phone or None}


def _body(request: HttpRequest) -> dict[str, Any]:
    # JSON alone: a foreign page cannot send it without asking first, and is not answered.
    if request.content_type != "application/json" or len(request.body) > BODY_BYTES:
        raise Invalid(f"send application/json of at most {BODY_BYTES} bytes")
    try:
        said = json.loads(request.body)
    except ValueError:
        raise Invalid("the body is not JSON") from None
    if not isinstance(said, dict) or not _START.keys() >= said.keys():
        raise Invalid(f"the body is an object with at most {', '.join(_START)}")
    for name, value in said.items():
        if type(value) is not _START[name]:
            raise Invalid(f"`{name}` is of type {_START[name].__name__}")
    return said
