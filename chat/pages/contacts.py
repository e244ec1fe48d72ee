"""Other ways to get help, as links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chat.pages.languages import in_language
from tenants.models import Contact

_SCHEMES = {
    Contact.Kind.EMERGENCY: "tel:",
    Contact.Kind.PHONE: "tel:",
    Contact.Kind.SMS: "sms:",
    Contact.Kind.EMAIL: "mailto:",
    Contact.Kind.LINK: "",
}


@dataclass(frozen=True)
class ContactLine:
    kind: str
    label: str
    value: str
    href: str


NO_CONTACT = ContactLine(Contact.Kind.LINK, "", "", "")
NO_PHONE = ContactLine(Contact.Kind.PHONE, "", "", "")


def contact_lines(language: str) -> list[ContactLine]:
    """Return the active tenant's contacts, in its own order."""
    rows: Iterable[Contact] = Contact.objects.order_by("position")
    return [
        ContactLine(
            row.kind,
            in_language(row.label, language),
            row.value.removeprefix("https://").rstrip("/"),
            href_of(row.kind, row.value),
        )
        for row in rows
    ]


def href_of(kind: str, value: str) -> str:
    """Return the address that calls, texts, writes to or opens ``value``."""
    scheme = _SCHEMES[Contact.Kind(kind)]
    dialled = scheme in {"tel:", "sms:"}
    return scheme + (value.replace(" ", "").replace("-", "") if dialled else value)
