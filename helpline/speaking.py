"""Which language the administration speaks: the one that was chosen, else the line's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from chat.pages.languages import NAMES

GetResponse = Callable[[HttpRequest], HttpResponse]

ASKED = "lang"
# The same as a desk remembers it by (chat/pages/languages.py).
CHOSEN = "language"


@dataclass(frozen=True)
class LanguageLink:
    code: str
    name: str
    url: str
    is_current: bool


class StaffLanguageMiddleware:
    """On ``admin.<base>``: speak the language chosen there, else a line's own, else the browser's.

    The choice lies in the session. It is taken off the address at once, because a list there
    reads every part of its address as a filter.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.side != "admin":  # type: ignore[attr-defined]  # set by HostMiddleware
            return self.get_response(request)
        asked = request.GET.get(ASKED, "")
        if asked in dict(settings.LANGUAGES) and request.user.is_authenticated:
            request.session[CHOSEN] = asked
            if request.method == "GET":
                return HttpResponseRedirect(_address(request, None), status=HTTPStatus.SEE_OTHER)
        language = _language(request, asked)
        request.LANGUAGE_CODE = language
        request.languages = [  # type: ignore[attr-defined]  # read by templates/admin/base_site.html
            LanguageLink(code, NAMES[code], _address(request, code), code == language)
            for code, _ in settings.LANGUAGES
        ]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest, asked: str) -> str:
    spoken = dict(settings.LANGUAGES)
    chosen = request.session.get(CHOSEN, asked)
    if chosen in spoken:
        return str(chosen)
    tenant = request.tenant  # type: ignore[attr-defined]  # set by the host or the mount
    own = tenant.default_language if tenant else translation.get_language()
    return own if own in spoken else settings.LANGUAGE_CODE


def _address(request: HttpRequest, language: str | None) -> str:
    """Return where the request is, in ``language``, or without a word about it."""
    query = request.GET.copy()
    query.pop(ASKED, None)
    if language:
        query[ASKED] = language
    return f"{request.path}?{query.urlencode()}" if query else request.path
