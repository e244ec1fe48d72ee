"""Where somebody can turn whom this line cannot take (any longer).  Rule: S10, B3, B4"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from retention import clock
from tenants.hosts import url_of
from tenants.hours import Standing, standing
from tenants.models import Contact, Partner, Tenant
from tenants.scope import tenant_scope
from tenants.texts import said_in

Alternative = dict[str, str | bool]


@dataclass(frozen=True)
class OtherLine:
    """Another line of the platform, as it stands now; ``phone`` is its own number or ""."""

    tenant: Tenant
    url: str
    texts: Mapping[str, str]
    phone: str
    standing: Standing


def other_lines(tenant: Tenant, *, now: datetime) -> list[OtherLine]:
    """Return the partners of ``tenant``: open ones first, of those the ones with a telephone.

    Opens its own scopes, one after the other: each line's hours are its own.
    """
    with tenant_scope(tenant):
        texts = dict(Partner.objects.values_list("slug", "texts"))
    partners = Tenant.objects.filter(slug__in=texts, live=True)
    lines = [_other_line(partner, texts[partner.slug], now) for partner in partners]
    return sorted(lines, key=lambda line: (not line.standing.open, not line.phone))


def _other_line(partner: Tenant, texts: Mapping[str, str], now: datetime) -> OtherLine:
    with tenant_scope(partner):
        phones = Contact.objects.filter(kind=Contact.Kind.PHONE).order_by("position")
        phone = phones.values_list("value", flat=True).first() or ""
        stands = standing(partner, now=now)
    return OtherLine(partner, url_of(partner.slug, "visitor"), texts, phone, stands)


def alternatives(tenant: Tenant, *, language: str) -> list[Alternative]:
    """Return telephone numbers first, then partner lines, those that are open before the others.

    Opens its own scopes, as ``other_lines`` does.
    """
    with tenant_scope(tenant):
        phones = list(Contact.objects.filter(kind__in=[Contact.Kind.PHONE, Contact.Kind.EMERGENCY]))
    numbers: list[Alternative] = [
        {"name": said_in(contact.label, language, tenant), "phone": contact.value}
        for contact in phones
    ]
    return numbers + [
        {"name": line.tenant.name, "url": line.url, "open": line.standing.open}
        for line in other_lines(tenant, now=clock.now())
    ]
