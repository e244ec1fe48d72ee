"""Where somebody can turn whom this line cannot take (any longer).  Rule: S10, B3, B4"""

from __future__ import annotations

from retention import clock
from tenants.hosts import url_of
from tenants.hours import standing
from tenants.models import Contact, Partner, Tenant
from tenants.scope import tenant_scope

Alternative = dict[str, str | bool]


def alternatives(tenant: Tenant, *, language: str) -> list[Alternative]:
    """Return telephone numbers first, then partner lines, those that are open before the others.

    Opens its own scopes, one after the other: each line's hours are its own.
    """
    now = clock.now()
    with tenant_scope(tenant):
        phones = list(Contact.objects.filter(kind__in=[Contact.Kind.PHONE, Contact.Kind.EMERGENCY]))
        slugs = list(Partner.objects.order_by("slug").values_list("slug", flat=True))
    lines: list[Alternative] = []
    for partner in Tenant.objects.filter(slug__in=slugs, live=True):
        with tenant_scope(partner):
            is_open = standing(partner, now=now).open
        lines.append(
            {"name": partner.name, "url": url_of(partner.slug, "visitor"), "open": is_open}
        )
    lines.sort(key=lambda line: not line["open"])
    numbers: list[Alternative] = [
        {"name": _said(contact.label, language, tenant), "phone": contact.value}
        for contact in phones
    ]
    return numbers + lines


def _said(label: dict[str, str], language: str, tenant: Tenant) -> str:
    return label.get(language) or label.get(tenant.default_language, "")
