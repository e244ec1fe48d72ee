"""The pages of links: a forgotten password, and what a link leads to; at a desk and at the platform's door.

A link's token stands behind the ``#`` of its address, where no server sees it. The page's script
takes it from there and sends it in a form; from then on it goes from form to form.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.contrib.auth.password_validation import get_default_password_validators
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.pages import languages
from chat.pages.languages import LanguageLink
from chat.pages.theme import theme_url
from tenants import invitations, lockouts, passwords
from tenants.errors import HelplineError, NotFound
from tenants.invitations import NAME_CHARACTERS, Fault
from tenants.models import Invitation, Tenant
from tenants.passwords import Weak
from tenants.permissions import ANYBODY, lets_in
from tenants.scope import tenant_scope

# Of the field that a person has typed into, why it is not taken.
_FAULTS: dict[tuple[str, str], Promise] = {
    ("name", "missing"): _("Say what you are called."),
    ("name", "long"): _("The name is too long."),
}


@dataclass(frozen=True)
class Door:
    """Where somebody stands: a tenant's desk, or the platform's own door where ``tenant`` is None."""

    tenant: Tenant | None
    language: str

    @classmethod
    def of(cls, request: HttpRequest) -> Door:
        tenant: Tenant | None = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
        asked = request.GET.get("lang", "")
        if asked in languages.spoken():
            return cls(tenant, asked)
        if tenant is not None:
            return cls(tenant, languages.offered_by(tenant)[0])
        found = translation.get_language_from_request(request)
        return cls(None, found if found in languages.spoken() else "en")

    @property
    def name(self) -> str:
        return self.tenant.name if self.tenant else "Helpline"

    @property
    def sign_in_url(self) -> str:
        return reverse("login")

    def scope(self) -> AbstractContextManager[None]:
        return tenant_scope(self.tenant) if self.tenant else nullcontext()


@dataclass(frozen=True)
class LinkPage:
    """All that templates/chat/link.html and forgotten.html show; a password is never among it.

    ``stage``: ``take`` (the token is on its way from the address to the form), ``join`` (an
    invitation of somebody new), ``known`` (of somebody who has an account), ``set`` (a password),
    ``joined``, ``done``, ``dead``; ``ask`` and ``asked`` where a password was forgotten.
    """

    title: str
    name: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    sign_in_url: str
    forgotten_url: str
    stage: str
    token: str = ""
    email: str = ""
    place: str = ""
    said_name: str = ""
    longest_name: int = NAME_CHARACTERS
    least_characters: int = 0
    errors: list[str] = field(default_factory=list)
    loses_vault_key: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@lets_in(ANYBODY)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Take an address, and send a link to whoever has it. The answer never tells whether anybody has."""
    door = Door.of(request)
    if request.method != "POST":
        return _show(request, door, "ask")
    if not lockouts.may_ask(request):
        # The same for every address: it tells of the place, and of nobody.
        with translation.override(door.language):
            many = gettext(
                "Too many links have been asked for from here. Try again in ten minutes."
            )
        return _show(request, door, "ask", status=429, errors=[many])
    with door.scope():
        passwords.ask_for_reset(
            request.POST.get("email", ""), tenant=door.tenant, language=door.language
        )
    return _show(request, door, "asked")


@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "HEAD", "POST"])
@lets_in(ANYBODY)
def link(request: HttpRequest) -> HttpResponse:
    """Show what a link leads to, and do it."""
    door = Door.of(request)
    if request.method != "POST":
        return _show(request, door, "take")
    with translation.override(door.language):
        try:
            return _invited(request, door) or _account(request, door)
        except NotFound:
            return _show(request, door, "dead", status=410)


# Their work is several commits, at several tenants.
link.own_scopes = True  # type: ignore[attr-defined]  # read by HostMiddleware
forgotten.own_scopes = True  # type: ignore[attr-defined]  # the same


def _invited(request: HttpRequest, door: Door) -> HttpResponse | None:
    """Answer for an invitation; None where the token opens none."""
    if door.tenant is None:
        return None
    said, token = request.POST, request.POST.get("token", "")
    with door.scope():
        invitation = invitations.find_invitation(token)
        if invitation is None:
            return None
        if "password" not in said:
            return _form(request, door, invitation)
        try:
            # Caught in the scope: what counts wrong passwords is written there, and must stand.
            invitations.accept(
                door.tenant,
                token,
                name=said.get("name", ""),
                password=said["password"],
                request=request,
            )
        except NotFound:
            raise
        except HelplineError as problem:
            return _form(request, door, invitation, problem)
    return _show(request, door, "joined", email=invitation.email)


def _form(
    request: HttpRequest,
    door: Door,
    invitation: Invitation,
    problem: HelplineError | None = None,
) -> HttpResponse:
    assert door.tenant is not None
    return _show(
        request,
        door,
        "known" if invitations.has_account(invitation) else "join",
        status=409 if problem else 200,
        token=request.POST.get("token", ""),
        email=invitation.email,
        place=invitation.title_in(door.language, door.tenant),
        said_name=request.POST.get("name", ""),
        errors=_in_words(problem),
    )


def _account(request: HttpRequest, door: Door) -> HttpResponse:
    """Answer for a link by which somebody sets a password. Raises NotFound for a dead one."""
    said, token = request.POST, request.POST.get("token", "")
    found = passwords.find_link(token, tenant=door.tenant)
    if found is None or found.user is None:
        raise NotFound("no such link")
    try:
        if "password" not in said:
            return _show(request, door, "set", token=token, email=found.user.email)
        loses = passwords.set_by_link(token, said["password"], tenant=door.tenant)
    except Weak as problem:
        errors = _in_words(problem)
        email = found.user.email
        return _show(request, door, "set", status=409, token=token, email=email, errors=errors)
    return _show(request, door, "done", email=found.user.email, loses_vault_key=loses)


def _in_words(problem: HelplineError | None) -> list[str]:
    if problem is None:
        return []
    if isinstance(problem, Weak):
        return problem.words
    if isinstance(problem, Fault):
        return [str(_FAULTS[problem.field, problem.why])]
    return [gettext("That did not match. Give the password that you have already.")]


def _show(
    request: HttpRequest,
    door: Door,
    stage: str,
    *,
    status: int = 200,
    token: str = "",
    email: str = "",
    place: str = "",
    said_name: str = "",
    errors: list[str] | None = None,
    loses_vault_key: bool = False,
) -> HttpResponse:
    with translation.override(door.language):
        page = LinkPage(
            title=door.name,
            name=door.name,
            language=door.language,
            # Another language is another request, in which the token would be lost.
            languages=[] if token else _links(door),
            theme_url=theme_url(door.tenant) if door.tenant else "",
            sign_in_url=door.sign_in_url,
            forgotten_url=reverse("forgotten"),
            stage=stage,
            token=token,
            email=email,
            place=place,
            said_name=said_name,
            least_characters=_least_characters(),
            errors=errors or [],
            loses_vault_key=loses_vault_key,
        )
        template = "chat/forgotten.html" if stage in {"ask", "asked"} else "chat/link.html"
        response = render(request, template, {"page": page}, status=status)
    # Under "no-referrer" browsers send `Origin: null` with a form, and the CSRF check refuses it.
    # What stands behind the # is in no Referer.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _links(door: Door) -> list[LanguageLink]:
    return languages.links_for(languages.spoken(), current=door.language)


def _least_characters() -> int:
    found = (getattr(one, "min_length", 0) for one in get_default_password_validators())
    return max(found, default=0)
