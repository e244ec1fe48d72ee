"""What the closing sheet of the desk asks, in the language of its page."""

from __future__ import annotations

from dataclasses import dataclass

from chat.pages.languages import in_language
from tenants.models import Category, CloseReason, Tenant


@dataclass(frozen=True)
class EndChoice:
    slug: str
    label: str
    abusive: bool = False


@dataclass(frozen=True)
class Endings:
    """What templates/chat/_ending.html offers."""

    reasons: list[EndChoice]
    categories: list[EndChoice]
    breather_minutes: int
    cooldown_minutes: int


def endings(tenant: Tenant, *, language: str) -> Endings:
    """Gather what a counsellor may say when a talk ends. In the scope; two queries."""
    return Endings(
        reasons=[
            EndChoice(row.slug, in_language(row.label, language), row.abusive)
            for row in CloseReason.objects.order_by("position")
        ],
        categories=[
            EndChoice(row.slug, in_language(row.label, language))
            for row in Category.objects.order_by("position")
        ],
        breather_minutes=tenant.breather_minutes,
        cooldown_minutes=tenant.cooldown_minutes,
    )
