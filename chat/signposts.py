"""Signposts: the card by which a counsellor shows where else help is to be had.  Rule: S10, B4

What is shown is what the line tells everybody: its own contacts, its partners with their numbers,
and what other apps know of (``register_signposts``). It is kept in the card as it was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from chat.cards import CardKind, Frame
from retention import clock
from tenants.errors import Invalid
from tenants.hosts import url_of
from tenants.hours import standing
from tenants.models import Contact, Partner, Tenant
from tenants.scope import tenant_scope
from tenants.texts import said_in

_PHONES = (Contact.Kind.EMERGENCY, Contact.Kind.PHONE)


@dataclass(frozen=True, slots=True)
class Signpost:
    """One that a counsellor may choose: what the card is asked for by, and what it is called."""

    value: str
    label: str


# What an app shows for what stands behind the colon of ``to``, in the language of the talk; None
# where it knows nothing of that name. Called outside every scope.
Shown = Callable[[Tenant, str, str], Frame | None]

_others: dict[str, Shown] = {}


def register_signposts(kind: str, shown: Shown) -> None:
    """Let a card be asked for by ``<kind>:<name>``. Called by the apps as they start."""
    _others[kind] = shown


def signposts(tenant: Tenant, *, language: str) -> list[Signpost]:
    """Return what may be shown at ``tenant``, numbers first. In the scope."""
    contacts = sorted(Contact.objects.all(), key=lambda one: one.kind not in _PHONES)
    found = [
        Signpost(f"contact:{one.pk}", f"{said_in(one.label, language, tenant)} · {one.value}")
        for one in contacts
    ]
    names = dict(_partners().values_list("slug", "name"))
    return found + [Signpost(f"partner:{slug}", name) for slug, name in sorted(names.items())]


def _partners() -> QuerySet[Tenant]:
    slugs = Partner.objects.values_list("slug", flat=True)
    return Tenant.objects.filter(slug__in=list(slugs), live=True)


def _offer(tenant: Tenant, language: str, content: Frame) -> Frame:
    """Return what the card shows. Opens its own scopes: a partner's numbers are the partner's."""
    to = content.get("to")
    if set(content) != {"to"} or not isinstance(to, str):
        raise Invalid("a signpost has one field, `to`")
    kind, _, name = to.partition(":")
    shown = _others[kind](tenant, language, name) if kind in _others else None
    return shown or _of_the_line(tenant, language, to)


def _of_the_line(tenant: Tenant, language: str, to: str) -> Frame:
    with tenant_scope(tenant):
        # Compared here: the database does not take every string that JSON can hold.
        contact = next((one for one in Contact.objects.all() if to == f"contact:{one.pk}"), None)
        partner = next((one for one in Partner.objects.all() if to == f"partner:{one.slug}"), None)
        line = _partners().filter(slug=partner.slug).first() if partner else None
    if contact:
        return _of_contact(tenant, contact, language)
    if partner and line:
        return _of_partner(tenant, partner, line, language)
    raise Invalid("`to` is one that the line shows the way to")


def _of_contact(tenant: Tenant, contact: Contact, language: str) -> Frame:
    field = {Contact.Kind.LINK: "url", Contact.Kind.EMAIL: "email", Contact.Kind.SMS: "sms"}
    name = field.get(Contact.Kind(contact.kind), "phone")
    return {"name": said_in(contact.label, language, tenant), name: contact.value}


def _of_partner(tenant: Tenant, partner: Partner, line: Tenant, language: str) -> Frame:
    now = clock.now()
    with tenant_scope(line):
        phone = Contact.objects.filter(kind=Contact.Kind.PHONE).order_by("position").first()
        is_open = standing(line, now=now).open
    shown: Frame = {"name": line.name, "url": url_of(line.slug, "visitor"), "open": is_open}
    if phone:
        shown["phone"] = phone.value
    text = said_in(partner.texts, language, tenant)
    return shown | {"text": text} if text else shown


SIGNPOST = CardKind(name="signpost", offer=_offer)
