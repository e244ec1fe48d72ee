"""What a charter says of the end of a talk: ``[[reasons]]``, ``[[categories]]``, ``[closing]``."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.table import SLUG, Table


def read_reasons(root: Table, languages: tuple[str, ...]) -> tuple[shape.CloseReason, ...]:
    found = []
    for entry in root.tables("reasons"):
        reason = shape.CloseReason(
            entry.matching("slug", SLUG, _("a slug of a-z, 0-9 and -")),
            entry.texts(languages, most=80),
            entry.rule(),
            abusive=entry.has("abusive") and entry.flag("abusive"),
        )
        found.append(reason)
        entry.done()
    return tuple(found)


def read_categories(root: Table, languages: tuple[str, ...]) -> tuple[shape.Category, ...]:
    found = []
    for entry in root.tables("categories"):
        slug = entry.matching("slug", SLUG, _("a slug of a-z, 0-9 and -"))
        found.append(shape.Category(slug, entry.texts(languages, most=80), entry.rule()))
        entry.done()
    return tuple(found)


def read_after_talk(root: Table) -> shape.AfterTalk:
    """Return ``[closing]``; what is left out is what it is where nobody says anything."""
    if not root.has("closing"):
        return shape.AfterTalk()
    table = root.table("closing")
    found = shape.AfterTalk(
        breather_minutes=table.whole("breather_minutes", least=0, most=60),
        cooldown_minutes=table.whole("cooldown_minutes", least=0, most=60),
        handover_hours=table.whole("handover_hours", least=1, most=168),
    )
    table.rule()
    table.done()
    return found
