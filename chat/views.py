"""The visitor's HTTP doors: is somebody there, the start of a talk, the way back, and what is asked after."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat import queue
from chat.codes import Code, make_code, read_code
from chat.conversations import Opened, check_accepting, is_accepting, open_conversation
from chat.cooldowns import is_paused, knows_abuse, note_place
from chat.errors import Closed, Full, ProofRequired, SlowDown
from chat.evaluation import Form, asked_now, give_answers
from chat.frames import PROTOCOL
from chat.leaving import leave_by_secret
from chat.messages import stamp
from chat.pace import outlook
from chat.proofs import accept_proof, make_challenge
from chat.resuming import close_tab, resume_conversation
from chat.starts import Buckets, starts, tries
from chat.tallies import count_refusal
from retention import clock
from tenants.errors import HelplineError, Invalid, NotFound
from tenants.hours import standing
from tenants.models import Notice, Tenant
from tenants.permissions import ANYBODY, VISITORS, lets_in
from tenants.policies import current_policy
from tenants.scope import tenant_scope

Fields = Mapping[str, type]

STATUS_SECONDS = 15
BODY_BYTES = 4_096
# Every character of two texts may be written as twelve (\ud83d\ude00).
ANSWERS_BYTES = 16_384
_STATUSES = {
    "closed": 409,
    "full": 409,
    "slow_down": 429,
    "proof_required": 428,
    "invalid": 400,
    "not_found": 404,
    "used": 409,
    "over": 410,
}
_START: Fields = {"language": str, "topic": str, "urgent": bool, "proof": str}
_ANSWERS: Fields = {"token": str, "answers": dict, "form": int}
# A guess at a code is answered no sooner than this.
WRONG_CODE_SECONDS = 1.0
_RESUME: Fields = {"code": str}
_CLOSED_TAB: Fields = {"secret": str, "tab": str}

_LEAVE: Fields = {"secret": str}

View = Callable[[HttpRequest], HttpResponse]


def answering(view: View) -> View:
    """Turn a refusal into the JSON that docs/protocol.md gives for it."""

    @functools.wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except HelplineError as problem:
            said: dict[str, Any] = {"error": problem.code, "text": str(problem)}
            if isinstance(problem, Closed):
                said["opens_at"] = stamp(problem.opens_at) if problem.opens_at else None
            if isinstance(problem, SlowDown | ProofRequired):
                said["retry_seconds"] = problem.retry_seconds
            if isinstance(problem, ProofRequired):
                said["challenge"] = problem.challenge
            return JsonResponse(said, status=_STATUSES.get(problem.code, 503))

    return answer


@require_GET
@answering
@lets_in(ANYBODY)
def status(request: HttpRequest) -> HttpResponse:
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
@lets_in(ANYBODY)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a talk; the secret in the answer is shown this once."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    # What the outermost door has left of the address (helpline/address.py).
    scope: dict[str, Any] = getattr(request, "scope", {})
    asked = body_of(request, _START)
    buckets = scope.get("helpline.buckets")
    proof = asked.pop("proof", "")
    # Paid for when its challenge was given, whatever has become of the queue since. Outside: Valkey is asked.
    is_paid = bool(proof) and accept_proof(tenant, proof)
    is_slowed = not is_paid and is_paused(tenant, buckets)
    with tenant_scope(tenant):
        if not is_paid:
            _check_pace(tenant, buckets, is_slowed=is_slowed)
        refusal = _refusal(tenant)
    # Past the transaction: what is raised in it would undo the count.
    if refusal:
        raise refusal
    # Between the scopes: the code takes its time, and nothing is to wait for it.
    made = make_code(tenant)
    with tenant_scope(tenant):
        opened = open_conversation(
            tenant,
            **asked,
            sealed=scope.get("helpline.sealed"),
            prints=made[1] if made else None,
        )
        is_noted = knows_abuse(tenant)
    if is_noted:
        note_place(tenant, opened.conversation, buckets)
    return opened_as_json(opened, made[0] if made else None)


start.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


@csrf_exempt  # as above
@require_POST
@answering
@lets_in(VISITORS)
def resume(request: HttpRequest) -> JsonResponse:
    """Give the talk of a code to who has it; a wrong one is counted, and answered late."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    code = read_code(body_of(request, _RESUME, whole=True)["code"])
    scope: dict[str, Any] = getattr(request, "scope", {})
    tries.take(tenant, scope.get("helpline.buckets"))
    try:
        opened = resume_conversation(tenant, code)
    except NotFound:
        # The answer waits outside (helpline/late.py), and no thread with it.
        scope["helpline.late"] = WRONG_CODE_SECONDS
        raise
    return opened_as_json(opened, code)


resume.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


@csrf_exempt  # as above
@require_POST
@answering
@lets_in(VISITORS)
def closed_tab(request: HttpRequest) -> HttpResponse:
    """Take a page's word that it is closed. The answer tells nothing, and nobody waits for it."""
    said = body_of(request, _CLOSED_TAB, whole=True)
    try:
        close_tab(said["secret"], UUID(said["tab"]))
    except ValueError:
        raise Invalid("`tab` is a UUID") from None
    return HttpResponse(status=204)


def _refusal(tenant: Tenant) -> Closed | Full | None:
    """Return why nobody new can be taken. In the scope.

    Counts whom an open line turns away: at a closed one it would count whoever looks in at night.
    """
    now = clock.now()
    try:
        check_accepting(tenant, now=now)
    except Closed as problem:
        return problem
    except Full as problem:
        count_refusal(tenant, now=now)
        return problem
    return None


def opened_as_json(opened: Opened, code: Code | None, **more: object) -> JsonResponse:
    """Answer with a talk and the secret that opens it, which is shown this once."""
    said = {
        "conversation": str(opened.conversation),
        "secret": opened.secret.reveal(),
        "socket": "/ws/visitor",
        "resume_code": code.reveal() if code else None,
        **more,
    }
    return JsonResponse(said, status=201)


@csrf_exempt  # as above
@require_http_methods(["GET", "POST"])
@answering
@lets_in(ANYBODY)
def evaluations(request: HttpRequest) -> HttpResponse:
    """Say what is asked after a talk, or take what somebody has answered.  Rule: S9"""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    if request.method == "GET":
        form = asked_now(tenant)
        if form is None:
            raise NotFound("nothing is asked here")
        return JsonResponse(_asked(form))
    said = body_of(request, _ANSWERS, most_bytes=ANSWERS_BYTES)
    if not {"token", "answers"} <= said.keys():
        raise Invalid("the body has `token` and `answers`")
    give_answers(tenant, said["token"], said["answers"], version=said.get("form"))
    return HttpResponse(status=204)


def _asked(form: Form) -> dict[str, Any]:
    return {
        "form": form.version,
        "questions": [
            {
                "id": each.slug,
                "kind": each.kind,
                "label": each.label,
                "choices": [{"id": one.slug, "label": one.label} for one in each.choices],
            }
            for each in form.questions
        ],
    }


def _check_pace(tenant: Tenant, buckets: Buckets | None, *, is_slowed: bool) -> None:
    """Let a start pass that is free; none is from a place that is slowed. Raises ProofRequired."""
    now = clock.now()
    load = queue.waiting_count(now=now) / max(1, tenant.queue_cap) if buckets else 0.0
    price = starts.take(tenant, buckets, load=load)
    if is_slowed:
        price = starts.highest()
    if price is None:
        return
    # Nobody works for a start that would be refused.
    check_accepting(tenant, now=now)
    raise ProofRequired(
        "many talks were begun from here: solve the challenge, or wait",
        challenge=make_challenge(tenant, work=price.work),
        retry_seconds=price.retry_seconds,
    )


@csrf_exempt
@require_POST
@answering
@lets_in(VISITORS)
def leave(request: HttpRequest) -> HttpResponse:
    """Take the last word of a page that is gone already; its answer is read by nobody.

    What the browser has kept of this line for speed is a trace as well, and goes.
    """
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    leave_by_secret(tenant, body_of(request, _LEAVE).get("secret", ""))
    return HttpResponse(status=204, headers={"Clear-Site-Data": '"cache"'})


# The end of a talk is several commits, and the answer comes after the last of them.
leave.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


def _status(tenant: Tenant) -> dict[str, Any]:
    now = clock.now()
    hours = standing(tenant, now=now)
    waiting = queue.waiting_count(now=now)
    notice = Notice.objects.filter(active=True).first()
    return {
        "protocol": PROTOCOL,
        "open": hours.open,
        "accepting": is_accepting(tenant, now=now),
        "staffed": queue.staffed(tenant, now=now),
        "waiting": waiting,
        "wait_seconds": queue.said_of(outlook(tenant, now=now), waiting + 1),
        "opens_at": stamp(hours.opens_at) if hours.opens_at else None,
        "closes_at": stamp(hours.closes_at) if hours.closes_at else None,
        "notice": _notice(notice, tenant) if notice else None,
        "policy": current_policy(tenant).version,
    }


def _notice(notice: Notice, tenant: Tenant) -> dict[str, str | None]:
    return {"text": notice.texts.get(tenant.default_language, ""), "phone": notice.phone or None}


def body_of(
    request: HttpRequest, fields: Fields, *, whole: bool = False, most_bytes: int = BODY_BYTES
) -> dict[str, Any]:
    """Return what was sent: some of ``fields``, or all of them where it has to be ``whole``."""
    # JSON alone: a foreign page cannot send it without asking first, and is not answered.
    if request.content_type != "application/json" or len(request.body) > most_bytes:
        raise Invalid(f"send application/json of at most {most_bytes} bytes")
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Invalid("the body is not JSON") from None
    if not isinstance(said, dict) or not fields.keys() >= said.keys():
        raise Invalid(f"the body is an object with at most {', '.join(fields)}")
    if whole and fields.keys() != said.keys():
        raise Invalid(f"the body has {' and '.join(fields)}")
    for name, value in said.items():
        if type(value) is not fields[name]:
            raise Invalid(f"`{name}` is of type {fields[name].__name__}")
    return said
