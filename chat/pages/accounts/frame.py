"""The page around whatever is about an account: whose door it is, in which language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from chat.pages import languages
from chat.pages.languages import LanguageLink
from chat.pages.theme import theme_url
from tenants import sessions, signing_in
from tenants.models import Tenant, User

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class AccountPage:
    """What templates/chat/accounts/base.html shows around a page."""

    title: str
    name: str
    door: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    home: str


def in_language(view: View) -> View:
    """Run a view in the language chosen at this host."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            return view(request, *args, **kwargs)

    return spoken


def language_of(request: HttpRequest) -> str:
    """Return the language chosen at this host; a choice is remembered."""
    tenant = signing_in.tenant_of(request)
    if tenant is not None:
        return languages.desk_language(request, tenant)
    asked = request.GET.get("lang", "")
    if asked in languages.spoken():
        request.session[sessions.LANGUAGE] = asked
    chosen = request.session.get(sessions.LANGUAGE)
    if chosen in languages.spoken():
        return str(chosen)
    found = translation.get_language_from_request(request)
    return found if found in languages.spoken() else languages.spoken()[0]


def page_of(request: HttpRequest) -> AccountPage:
    """Gather the frame, in the active translation."""
    tenant, language = signing_in.tenant_of(request), translation.get_language() or "en"
    return AccountPage(
        title=tenant.name if tenant else _("The platform"),
        name=tenant.name if tenant else _("The platform"),
        door=_("Counsellors’ desk") if tenant else _("For operators and administrators"),
        language=language,
        languages=languages.links_for(languages.spoken(), current=language),
        theme_url=theme_url(tenant) if tenant else "",
        home=home_of(request),
    )


def home_of(request: HttpRequest) -> str:
    """Return where whoever has signed in goes if they were on their way to nothing else."""
    if signing_in.tenant_of(request) is not None:
        return reverse("desk")
    mounted: Tenant | None = getattr(request, "tenant", None)
    if mounted is not None:  # in a line's administration
        return f"/t/{mounted.slug}/"
    user = request.user
    if isinstance(user, User) and not user.is_staff:
        mine = signing_in.administered_by(user)
        return f"/t/{mine[0].slug}/" if mine else reverse("account")
    return "/"


def where_to(request: HttpRequest, asked: str | None) -> str:
    """Return the page at this host that somebody was on their way to, else their home."""
    # The front of the platform's own host is the operators'; a line's administrators have their own.
    if (
        asked
        and asked != "/"
        and asked.startswith("/")
        and url_has_allowed_host_and_scheme(asked, None)
    ):
        return asked
    return home_of(request)


def show(
    request: HttpRequest, template: str, content: object = None, *, status: int = 200
) -> HttpResponse:
    """Render a page about an account. Never kept, and its forms say where they come from."""
    context = {"page": page_of(request), "content": content}
    response = render(request, f"chat/accounts/{template}.html", context, status=status)
    # Under "no-referrer" browsers send `Origin: null` with a form, and the CSRF check refuses it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
