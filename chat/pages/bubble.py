"""The bubble on the organisation's own pages, and the page that it shows in a frame.  Rule: T2

``/bubble.js`` is one script for a page that is not ours. It shows a bubble while the line takes
visitors and somebody is there to answer, and opens the chat in a frame or a tab; nothing of a talk
is ever in that page. ``/framed/`` is the front page for such a frame: the only page of ours that
may be framed, and only by the origins that the tenant's charter names.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat import queue
from chat.conversations import is_accepting
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.leaving import leave_url
from chat.pages.public import answer
from chat.pages.theme import stylesheet_of
from chat.pages.visitor import visitor_page
from retention import clock
from tenants.models import Tenant
from tenants.permissions import ANYBODY, lets_in

SCRIPT_SECONDS, STANDING_SECONDS = 300, 15
_SOURCES = Path(settings.BASE_DIR) / "static" / "chat"
_FRAME = Tenant.BubbleOpens.FRAME
# A charter is read strictly; what gets into a header is looked at once more.
_ORIGIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?", re.ASCII)
_QUOTED = re.compile(r'("[^"\n]*"|`[^`]*`)')


@require_safe
@gzip_page
@lets_in(ANYBODY)
def bubble(request: TenantRequest) -> HttpResponse:
    """Serve the bubble, or with ``?standing`` whether it is to be seen, as a script as well.

    A page whose policy lets in this script and no request is told the standing in that way.
    """
    tenant = request.tenant
    if not tenant.bubble_opens:
        raise Http404
    standing = "standing" in request.GET
    text = _standing(tenant) if standing else script_of(tenant, home=_home(request))
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    seconds = STANDING_SECONDS if standing else SCRIPT_SECONDS
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@lets_in(ANYBODY)
def framed(request: TenantRequest) -> HttpResponse:
    """Show the front page to a frame on the pages that the charter names, and to no other."""
    if request.tenant.bubble_opens != _FRAME:
        raise Http404
    response = answer(request, "chat/visitor.html", visitor_page)
    origins = [one for one in request.tenant.bubble_origins if _ORIGIN.fullmatch(one)]
    if origins:
        response.xframe_options_exempt = True  # read by HeadersMiddleware
        response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]  # read by django-csp
    return response


framed.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware


def script_of(tenant: Tenant, *, home: str) -> str:
    """Return the script that ``home``, the tenant's own origin, serves to other pages."""
    about = {
        "home": home,
        "framed": tenant.bubble_opens == _FRAME,
        "name": tenant.name,
        "leave": leave_url(tenant),
        "language": languages.offered_by(tenant)[0],
        "words": {code: _words(code) for code in languages.offered_by(tenant)},
        "css": (_colours(tenant) + _styles()).replace("--tenant-", "--"),
    }
    return f"({_program()})({json.dumps(about, ensure_ascii=False, separators=(',', ':'))});\n"


def _colours(tenant: Tenant) -> str:
    set_ones = re.findall(r"(--[\w-]+):([^;]+);", stylesheet_of(tenant))
    used = [f"{name}:{value};" for name, value in set_ones if f"var({name})" in _styles()]
    return f":host{{{''.join(used)}}}"


def _words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "open": _("Open the chat"),
            "back": _("Back to the chat"),
            "tab": _("Open the chat in a new tab"),
            "hide": _("Hide"),
        }


def _standing(tenant: Tenant) -> str:
    now = clock.now()
    said = {
        "accepting": is_accepting(tenant, now=now),
        "staffed": queue.staffed(tenant, now=now),
    }
    return f"document.currentScript.heard({json.dumps(said)});\n"


def _home(request: TenantRequest) -> str:
    return f"{settings.HELPLINE_SCHEME}://{request.get_host()}"


@cache
def _program() -> str:
    """Return the script without what only its readers need."""
    lines = (_SOURCES / "js" / "bubble.js").read_text("utf-8").splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    parts = _QUOTED.split(code)
    parts[::2] = [re.sub(r"\s*([^\w\s$\"`])\s*", r"\1", part) for part in parts[::2]]
    parts[::2] = [part.replace(";}", "}") for part in parts[::2]]
    return "".join(parts).strip().removesuffix(";")


@cache
def _styles() -> str:
    text = (_SOURCES / "css" / "bubble.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*([{};,]|: )\s*", lambda found: found[1].strip(), text)
    return re.sub(r"\s+", " ", text).replace(";}", "}")
