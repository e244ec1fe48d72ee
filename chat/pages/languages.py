"""Which language a page speaks, and how a text with several of them is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from tenants.models import Tenant

# English dates are written the European way: everybody who reads them lives here.
_LOCALES = {"nb": "nb_NO", "sv": "sv_SE", "en": "en_GB"}
# Each by its own name; a visitor looks for the language, not for its written norm.
NAMES = {"nb": "Norsk", "sv": "Svenska", "en": "English"}
# A Norwegian browser asks for any of the three; they are understood alike.
_SAME = {"no": "nb", "nn": "nb"}


class TenantRequest(HttpRequest):
    """A request that the host middleware has given its tenant."""

    tenant: Tenant


@dataclass(frozen=True)
class LanguageLink:
    code: str
    name: str
    is_current: bool


def spoken() -> list[str]:
    """Return the languages that the pages themselves are written in."""
    return [code for code, _ in settings.LANGUAGES]


def offered_by(tenant: Tenant) -> list[str]:
    """Return the languages of a tenant's visitor page, its own first."""
    return [code for code in tenant.offered if code in spoken()] or spoken()


def written_by(tenant: Tenant) -> list[str]:
    """Return the languages that a tenant's texts are written in, also those not offered yet."""
    return [code for code in tenant.languages if code in spoken()] or spoken()


def visitor_language(request: HttpRequest, tenant: Tenant) -> str:
    """Return what the address asks for, else the browser, else the tenant's own language."""
    offered = offered_by(tenant)
    asked = request.GET.get("lang", "")
    if asked in offered:
        return asked
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = wanted.partition("-")[0]
        language = language if language in offered else _SAME.get(language, language)
        if language in offered:
            return language
    return offered[0]


def desk_language(request: HttpRequest, tenant: Tenant) -> str:
    """Return the language chosen on this desk, else the tenant's own; a choice is remembered."""
    asked = request.GET.get("lang", "")
    if asked in spoken():
        request.session["language"] = asked
    chosen = request.session.get("language")
    return chosen if chosen in spoken() else offered_by(tenant)[0]


def active_language(tenant: Tenant) -> str:
    """Return the language of the active translation, else the tenant's own."""
    active = (get_language() or "").partition("-")[0]
    active = _SAME.get(active, active)
    return active if active in spoken() else offered_by(tenant)[0]


def links_for(offered: Iterable[str], *, current: str) -> list[LanguageLink]:
    """Return a link to the page in each language, each by its own name."""
    return [LanguageLink(code, NAMES[code], code == current) for code in offered]


def locale_of(language: str) -> Locale:
    """Return how dates and days are written in ``language``."""
    return Locale.parse(_LOCALES[language])


def date_in_words(day: date, language: str) -> str:
    """Return such as "25. november 2026"."""
    return str(format_date(day, format="long", locale=locale_of(language)))


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return a text of the charter in ``language``, else in the first that it is written in."""
    return texts.get(language) or next(iter(texts.values()), "")
