"""The numbers on a page that is read by somebody in danger."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from tenants.checkup.finding import Finding, Severity
from tenants.models import Contact, Country, Notice, Tenant
from tenants.scope import tenant_scope

# What must stand there, and what is called so only in the other country.
_NEEDED = {Country.NORWAY.value: ("112", "113"), Country.SWEDEN.value: ("112",)}
_FOREIGN = {
    Country.NORWAY.value: frozenset({"1177", "11414", "11313"}),
    Country.SWEDEN.value: frozenset({"110", "113", "116117"}),
}
_CODES = {Country.NORWAY.value: "47", Country.SWEDEN.value: "46"}
# A subscriber's number as it is written at home: eight digits in Norway, a zero first in Sweden.
_AT_HOME = {
    Country.NORWAY.value: re.compile(r"[2-9]\d{7}|[1-9]\d{2,5}"),
    Country.SWEDEN.value: re.compile(r"0\d{6,10}|[1-9]\d{2,5}"),
}
_CALLED = (Contact.Kind.EMERGENCY, Contact.Kind.PHONE, Contact.Kind.SMS)


def missing_emergency(tenant: Tenant) -> list[str]:
    """Return which of the country's numbers for danger to life do not stand on the page."""
    with tenant_scope(tenant):
        rows = Contact.objects.filter(kind=Contact.Kind.EMERGENCY)
        there = {_digits(value) for value in rows.values_list("value", flat=True)}
    return [each for each in _NEEDED.get(tenant.country, ()) if each not in there]


def emergency_numbers(tenant: Tenant) -> list[Finding]:
    """The numbers that always answer stand on the page, and are those of the line's country."""
    with tenant_scope(tenant):
        rows = Contact.objects.filter(kind=Contact.Kind.EMERGENCY)
        values = {_digits(row.value): row for row in rows}
    missing = missing_emergency(tenant)
    found = []
    if missing:
        words = _("The emergency number %(number)s is missing among the other ways to get help.")
        said = words % {"number": ", ".join(missing)}
        found.append(Finding("emergency", Severity.BLOCKS, said, "", "contacts"))
    for digits in sorted(values.keys() & _FOREIGN[tenant.country]):
        row = values[digits]
        words = _("%(number)s is no emergency number in this line's country.")
        said = words % {"number": row.value}
        found.append(Finding("emergency_abroad", Severity.BLOCKS, said, row.rule, "contacts"))
    return found


def telephones(tenant: Tenant) -> list[Finding]:
    """A number that is to be called is one of the line's country, or says of which it is."""
    with tenant_scope(tenant):
        rows = list(Contact.objects.filter(kind__in=_CALLED).order_by("position"))
    words = _("%(number)s does not look like a telephone number of this line's country.")
    return [
        Finding("telephone", Severity.WARNS, words % {"number": row.value}, row.rule, "contacts")
        for row in rows
        if _digits(row.value) not in _FOREIGN[tenant.country] and not _fits(row.value, tenant)
    ]


def _fits(value: str, tenant: Tenant) -> bool:
    digits = _digits(value)
    if value.strip().startswith("+"):
        return digits.startswith(_CODES[tenant.country])
    return bool(_AT_HOME[tenant.country].fullmatch(digits))


def notice_telephones(tenant: Tenant) -> list[Finding]:
    """Who is told to call instead is given a number of the line's own.  Rule: D3"""
    with tenant_scope(tenant):
        known = {_digits(row.value) for row in Contact.objects.filter(kind__in=_CALLED)}
        notices = list(Notice.objects.exclude(phone=""))
    words = _("The notice “%(notice)s” names %(number)s, which is none of this line's telephones.")
    return [
        Finding(
            "notice_telephone",
            Severity.BLOCKS if row.active else Severity.WARNS,
            words % {"notice": row.slug, "number": row.phone},
            row.rule,
            "notices",
        )
        for row in notices
        if _digits(row.phone) not in known
    ]


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)
