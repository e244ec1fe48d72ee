"""What is not the same at a partner as here, in sentences made from the rows of both.  Rule: B5

The two are laid side by side for somebody who has to choose: who answers, when, what is kept. What
is the same at both is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils import translation

from chat.pages.opening import usual_rows
from retention import clock
from tenants.hours import coming_days
from tenants.models import Statement, Tenant
from tenants.policies import current_policy
from tenants.promises import sentences
from tenants.scope import tenant_scope
from tenants.texts import said_in

Told = Mapping[str, str]
# What promises call the talk itself is, to a visitor, what is kept.
_NAMES = {"conversation": "kept"}


def told_by(tenant: Tenant, *, language: str) -> Told:
    """Return what a line says of itself, by subject, the most important first. Opens its own scope."""
    with tenant_scope(tenant), translation.override(language):
        return dict(_told(tenant, language))


def _told(tenant: Tenant, language: str) -> Iterator[tuple[str, str]]:
    week = usual_rows(coming_days(tenant, now=clock.now()), language=language)
    # A line for each, as a table of hours has it.
    yield "hours", "\n".join(f"{row.days} {row.times}" for row in week)
    yield "who", " ".join(who_answers(tenant, language=language))
    said: dict[str, list[str]] = {}
    for promise in sentences(tenant, current_policy(tenant), language=language):
        said.setdefault(_NAMES.get(promise.kind, promise.kind), []).append(promise.text)
    yield from ((name, " ".join(texts)) for name, texts in said.items())


def who_answers(tenant: Tenant, *, language: str) -> list[str]:
    """Return who answers at a line, in its own words. In the scope."""
    rows = Statement.objects.filter(kind=Statement.Kind.WHO_ANSWERS).order_by("position")
    return [text for row in rows if (text := said_in(row.texts, language, tenant))]


def differences(here: Told, there: Told) -> list[dict[str, str]]:
    """Return what two lines say differently, in the order of ``there`` and then of ``here``."""
    names = dict.fromkeys([*there, *here])
    return [
        {"what": name, "here": here.get(name, ""), "there": there.get(name, "")}
        for name in names
        if here.get(name, "") != there.get(name, "")
    ]
