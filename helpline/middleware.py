"""What every HTTP answer goes through: the host's tenant, and the headers of a quiet site."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from psycopg_pool import PoolTimeout

from tenants import sessions
from tenants.embedding import note_bubble
from tenants.hosts import Place, place_of
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.http")

GetResponse = Callable[[HttpRequest], HttpResponse]

_URLCONFS = {
    "visitor": "helpline.urls_visitor",
    "desk": "helpline.urls_desk",
    "admin": "helpline.urls",
    "left": "helpline.urls_left",
}

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, noarchive",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "autoplay",
            "browsing-topics",
            "camera",
            "clipboard-read",
            "display-capture",
            "fullscreen",
            "geolocation",
            "gyroscope",
            "hid",
            "idle-detection",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "screen-wake-lock",
            "serial",
            "usb",
        )
    ),
}


class HeadersMiddleware:
    """Give an answer the headers that it did not choose for itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        # By Django's own word for it; frame-ancestors says then who may (chat/pages/bubble.py).
        if getattr(response, "xframe_options_exempt", False):
            del response.headers["X-Frame-Options"]
        return response


class HostMiddleware:
    """Let the host decide tenant and side, and open the tenant's scope around the view.

    A host that nobody owns is answered 421 and never reaches a view. A view with ``own_scopes``
    opens its own: its work is several commits, and its answer comes after the last of them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = request.META.get("HTTP_HOST", "")
            place = place_of(host)
            note_bubble(
                host=host, path=request.path_info, referer=request.META.get("HTTP_REFERER", "")
            )
            if place is None:
                return JsonResponse({"error": "unknown_host"}, status=421)
            return self._answer(request, place)
        except (DatabaseError, PoolTimeout):
            log.exception("storage_failed")
            return JsonResponse({"error": "unavailable"}, status=503)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Say that storage is away. Django makes a page of what a view raises before we see it."""
        if not isinstance(problem, DatabaseError | PoolTimeout):
            return None
        log.error("storage_failed", exc_info=problem)
        return JsonResponse({"error": "unavailable"}, status=503)

    def _answer(self, request: HttpRequest, place: Place) -> HttpResponse:
        request.urlconf = _URLCONFS[place.side]
        request.side = place.side  # type: ignore[attr-defined]  # read by views
        request.tenant = place.tenant  # type: ignore[attr-defined]  # read by views
        if place.tenant is None:
            return _for_djangos_admin(self.get_response(request))
        if opens_own_scopes(request.path_info, _URLCONFS[place.side]):
            return self.get_response(request)
        with tenant_scope(place.tenant):
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # It was answered as failed: half of it must not stand.
                transaction.set_rollback(True)
            return response


class ActivityMiddleware:
    """Note that who is signed in has done something, if it was them and not their page.

    Browsers say so of each request. A page that fetches by itself, or looks again after a while,
    keeps no desk open that nobody is at.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _by_a_person(request):
            sessions.note_request(request.session)
        return self.get_response(request)


def _by_a_person(request: HttpRequest) -> bool:
    """Say whether a person asked for it. Who sends no such header is no browser of today."""
    mode = request.headers.get("Sec-Fetch-Mode", "")
    if request.method == "POST" or not mode:
        return True
    return mode == "navigate" and request.headers.get("Sec-Fetch-User") == "?1"


def opens_own_scopes(path: str, urlconf: str) -> bool:
    """Tell whether the view at ``path`` opens its own scopes."""
    try:
        view = resolve(path, urlconf).func
    except Resolver404:
        return False
    return bool(getattr(view, "own_scopes", False))


def _for_djangos_admin(response: HttpResponse) -> HttpResponse:
    """Loosen two headers on the platform's own host, where nothing that a visitor wrote is shown.

    Its scripts build their buttons from HTML. Under "no-referrer" browsers send `Origin: null`
    with a form, which the CSRF check refuses.
    """
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response._csp_replace = {"require-trusted-types-for": None, "trusted-types": None}  # type: ignore[attr-defined]  # read by django-csp
    return response
