"""Who else answers, and who does when a life is in danger: telephone numbers first.

Rule: S10, B4, B3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chat.alternatives import OtherLine
from chat.pages import opening
from chat.pages.contacts import href_of
from chat.pages.languages import in_language, offered_by
from tenants.models import Contact, Tenant

# Whom a country calls when somebody is in danger now; on every page, whatever its charter says.
_DANGER = {"NO": ("112", "113"), "SE": ("112",)}


@dataclass(frozen=True)
class Number:
    value: str
    href: str


@dataclass(frozen=True)
class HelplineLine:
    """Another line, in words; ``phone`` is None where it has none of its own."""

    name: str
    text: str
    url: str
    phone: Number | None
    is_open: bool
    standing: str


def danger_numbers(tenant: Tenant) -> list[Number]:
    """Return the emergency numbers of the tenant's country."""
    return [_number(value) for value in _DANGER[tenant.country]]


def helpline_lines(
    others: Iterable[OtherLine], *, language: str, now: datetime
) -> list[HelplineLine]:
    """Return other lines in ``language``, which is also the active translation, in their order."""
    return [
        HelplineLine(
            name=line.tenant.name,
            text=in_language(line.texts, language),
            url=_in_the_same(line, language),
            phone=_number(line.phone) if line.phone else None,
            is_open=line.standing.open,
            standing=opening.standing_in_words(
                line.standing, line.tenant, now=now, language=language
            ),
        )
        for line in others
    ]


def _in_the_same(line: OtherLine, language: str) -> str:
    """Return the line's address, in the reader's language where it speaks that."""
    return f"{line.url}?lang={language}" if language in offered_by(line.tenant) else line.url


def _number(value: str) -> Number:
    return Number(value, href_of(Contact.Kind.PHONE, value))
