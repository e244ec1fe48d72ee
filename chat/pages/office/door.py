"""The door of the office: who may come in, and what each of its pages shows around its content."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.handbook.revisions import revisions_due
from chat.pages import languages
from chat.pages.languages import LanguageLink, TenantRequest
from chat.pages.office.alarm import alarm_for
from chat.pages.theme import theme_url
from retention.reviews import reviews_due
from retention.watchdog import Standing
from tenants import staff
from tenants.expiry import warned_of
from tenants.models import LEADS, Membership, Role, Tenant
from tenants.permissions import Permission, lets_in
from tenants.policies import NoPolicy
from tenants.scope import tenant_scope


@dataclass(frozen=True)
class Section:
    """One page of the office: the name of its address, what it is called, who may open it.

    ``due`` counts what somebody has to see to there, in the tenant's scope; each page of the office
    tells it to those who may open the section, in the words of ``due_label``.
    """

    url_name: str
    label: str | Promise
    roles: frozenset[str]
    due: Callable[[Tenant], int] | None = None
    due_label: str | Promise = ""


_BOTH = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
_OFFICERS = frozenset({Role.OFFICER})
_READERS = _BOTH | {Role.SUPERVISOR}
_ALL = _READERS | {Role.COUNSELLOR}

SECTIONS: tuple[Section, ...] = (
    Section("office-load", _("The shift now"), LEADS),
    Section("office-policy", _("What is kept"), _BOTH),
    Section("office-kept", _("Kept talks"), _BOTH),
    Section("office-holds", _("Holds"), _BOTH),
    Section("office-vault", _("The address vault"), _OFFICERS),
    Section("office-staff", _("Staff and shifts"), LEADS),
    Section("office-trail", _("Who did what"), _OFFICERS),
    Section("office-path", _("Live, paused, left"), _BOTH),
    Section("office-evaluations", _("What visitors answer"), _READERS),
    Section("office-figures", _("Figures"), LEADS),
    Section("office-cooldowns", _("After abuse"), LEADS),
    Section("office-handover", _("Notes to the next shift"), _ALL),
    Section("office-handbook", _("Handbook"), _ALL),
)


_registered: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Add a section of an app above this one; a second one of the same address replaces the first.

    Called in ``AppConfig.ready``; the app's own list of addresses has the page.
    """
    _registered[section.url_name] = section


def sections() -> list[Section]:
    """Return every section, ours first, in order."""
    return [*SECTIONS, *_registered.values()]


@dataclass(frozen=True)
class SectionLink:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class DueLine:
    """What somebody has to see to in a section, and how much of it."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class OfficePage:
    """What templates/chat/office/base.html shows around a section."""

    title: str
    name: str
    language: str
    languages: list[LanguageLink]
    theme_url: str
    member_name: str
    member_title: str
    sections: list[SectionLink]
    alarm: Standing | None
    # How many holds somebody should have looked at by today.
    reviews_due: int
    # Of how many members something runs out soon.
    running_out: int
    # How many articles of the handbook, the same.
    revisions_due: int
    # What there is to see to in the sections of other apps.
    due: list[DueLine]


View = Callable[..., HttpResponse]


def office(
    url_name: str, *only: str, own_scopes: bool = False
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Let the members of a section's roles into a view, which is called with the member.

    ``only`` narrows the roles for a view that changes something. Anybody who is signed in with
    another role gets what an unknown address gets. The view runs in the member's language, and in
    the tenant's scope unless it opens scopes of its own.
    """

    permission = Permission(lambda: only or _roles_of(url_name))

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @lets_in(permission)
        @functools.wraps(view)
        def let_in(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with tenant_scope(request.tenant):
                member = staff.current_membership(request)
            if member is None:
                return redirect("login")
            if not permission.has(member.role):
                raise Http404
            with translation.override(languages.desk_language(request, request.tenant)):
                try:
                    return view(request, member, *args, **kwargs)
                except NoPolicy:
                    # It tells of a promise that is not there yet: the way to it begins there.
                    return redirect("office-path")

        let_in.own_scopes = own_scopes  # type: ignore[attr-defined]  # read by HostMiddleware
        return let_in

    return decorate


def _roles_of(url_name: str) -> frozenset[str]:
    return next(one.roles for one in sections() if one.url_name == url_name)


def show(
    request: TenantRequest,
    member: Membership,
    template: str,
    content: object,
    *,
    section: str,
    status: int = 200,
) -> HttpResponse:
    """Render ``template`` with ``content`` inside the office, at ``section``."""
    with tenant_scope(request.tenant):
        page = _office_page(request, member, section)
        context = {"page": page, "content": content, "frame": "chat/office/base.html"}
        response = render(request, template, context, status=status)
    # Under "no-referrer" browsers send `Origin: null` with a form, and the CSRF check refuses it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _office_page(request: TenantRequest, member: Membership, section: str) -> OfficePage:
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    return OfficePage(
        title=tenant.name,
        name=tenant.name,
        language=language,
        languages=languages.links_for(languages.spoken(), current=language),
        theme_url=theme_url(tenant),
        member_name=member.user.name,
        member_title=member.title_in(language, tenant),
        sections=links_for(member, current=section),
        alarm=alarm_for(tenant, member),
        reviews_due=reviews_due(tenant).count() if member.role in _BOTH else 0,
        running_out=len(warned_of(tenant)) if member.role in LEADS else 0,
        revisions_due=revisions_due(tenant).count() if member.role in LEADS else 0,
        due=_due(tenant, member),
    )


def _due(tenant: Tenant, member: Membership) -> list[DueLine]:
    lines = [
        DueLine(str(one.due_label), one.due(tenant), reverse(one.url_name))
        for one in sections()
        if one.due and member.role in one.roles
    ]
    return [line for line in lines if line.count]


def links_for(member: Membership, *, current: str = "") -> list[SectionLink]:
    """Return the sections that ``member`` may open, in the active translation."""
    return [
        SectionLink(str(one.label), reverse(one.url_name), one.url_name == current)
        for one in sections()
        if member.role in one.roles
    ]
