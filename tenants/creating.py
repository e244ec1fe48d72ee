"""A new tenant: not served yet, with defaults that promise little and keep less.

Its administrator starts from something that works: a draft of the strictest policy there is, the
emergency numbers of the country, and a training that whoever answers must have gone through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenants.audit import record
from tenants.drafts import first_terms, write_draft
from tenants.errors import Invalid
from tenants.hosts import DESK_PREFIX, RESERVED
from tenants.invitations import invite
from tenants.models import Contact, Operator, Requirement, Role, Tenant
from tenants.scope import tenant_scope

LANGUAGES = {"NO": ("nb", "en"), "SE": ("sv", "en")}
ZONES = {"NO": "Europe/Oslo", "SE": "Europe/Stockholm"}
NEUTRAL_TITLE = {"nb": "Notater", "sv": "Anteckningar", "en": "Notes"}
# A colour that white text can be read on, and nobody's in particular.
THEME = {"accent": "#23568f", "accent_text": "#ffffff", "surface": "#f6f9fd", "text": "#16263a"}

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
# Whom one calls when a life is in danger; what else a country has is the line's own to add.
_EMERGENCY = {
    "NO": (
        ("113", {"nb": "Ambulanse, når det er fare for liv", "en": "Ambulance, when a life is in danger"}),
        ("112", {"nb": "Politiet, når noen er i fare nå", "en": "Police, when someone is in danger now"}),
    ),
    "SE": (
        ("112", {"sv": "Nödnumret, när någon är i fara nu", "en": "Emergency number, when someone is in danger now"}),
    ),
}  # fmt: skip
_TRAINING = {
    "nb": "Opplæring i samtaler på chat",
    "sv": "Utbildning i samtal via chatt",
    "en": "Training in talks by chat",
}
_TITLES = {"nb": "Administrator", "sv": "Administratör", "en": "Administrator"}

# What the floors above make for a new tenant, outside every scope, in the transaction that creates it.
followers: list[Callable[[Tenant], object]] = []


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator says of a new tenant; the rest is the administrator's to decide."""

    slug: str
    name: str
    operator: Operator
    country: str
    zone: str
    languages: Sequence[str]


def check_slug(slug: str) -> None:
    """Raise Invalid for what cannot be a host's label, or is the platform's own."""
    if not _SLUG.fullmatch(slug):
        raise Invalid("a slug is a DNS label of a-z, 0-9 and -, at most 40 long")
    if slug in RESERVED or slug.startswith(DESK_PREFIX):
        raise Invalid("admin, www, api and desk-… are the platform's own")


def create_tenant(wanted: Wanted) -> Tenant:
    """Make a tenant that nobody is served at yet, and return it. Opens its own scope.

    In one transaction of the caller's. Raises Invalid for a slug that cannot be one.
    """
    check_slug(wanted.slug)
    languages = list(wanted.languages)
    tenant = Tenant.objects.create(
        slug=wanted.slug,
        name=wanted.name,
        operator=wanted.operator,
        country=wanted.country,
        zone=wanted.zone,
        languages=languages,
        neutral_title=NEUTRAL_TITLE[languages[0]],
        theme=dict(THEME),
        closed_on_holidays=True,
        queue_cap=20,
        queues_unstaffed=False,
        capacity=1,
        closing_warning_minutes=30,
        last_call_minutes=15,
        visitor_lost_minutes=30,
        shows_first_name=False,
        wrap_up_seconds=60,
        live=False,
    )
    with tenant_scope(tenant):
        _first_rows(tenant)
        write_draft(tenant, first_terms())
        record(tenant, actor=None, action="tenant.created", subject=None, basis="operator")
    for follow in followers:
        follow(tenant)
    return tenant


def _first_rows(tenant: Tenant) -> None:
    for position, (value, label) in enumerate(_EMERGENCY[tenant.country]):
        Contact.objects.create(
            tenant=tenant,
            kind=Contact.Kind.EMERGENCY,
            value=value,
            label=_in(tenant, label),
            position=position,
            rule="ours",
        )
    Requirement.objects.create(
        tenant=tenant,
        group="training",
        kind="chat_training",
        years=0,
        label=_in(tenant, _TRAINING),
        rule="ours",
    )


def _in(tenant: Tenant, texts: dict[str, str]) -> dict[str, str]:
    """Return the texts in the tenant's languages; one that is not written yet is left out."""
    return {code: texts[code] for code in tenant.languages if code in texts}


def appoint(tenant: Tenant, *, email: str, language: str = "") -> None:
    """Invite whoever has that address to the first administrator's place. In the scope.

    Raises Fault (tenants/invitations.py) for what is no address.
    """
    spoken = language or tenant.default_language
    title = {code: _TITLES[code] for code in tenant.languages if code in _TITLES}
    invite(
        tenant,
        None,
        email=email,
        role=Role.ADMINISTRATOR,
        title=title,
        first_name="",
        language=spoken,
    )
