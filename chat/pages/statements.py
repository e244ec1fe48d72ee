"""What the tenant says in words that no row of a policy can say."""

from __future__ import annotations

from dataclasses import dataclass

from chat.pages.languages import in_language
from tenants.models import Statement


@dataclass(frozen=True)
class Said:
    """Statements of one kind, in the tenant's own order."""

    kind: str
    texts: list[str]


def statements(language: str) -> dict[str, list[str]]:
    """Return the active tenant's statements by kind, without the kinds of which it says nothing."""
    said: dict[str, list[str]] = {kind: [] for kind in Statement.Kind.values}
    for row in Statement.objects.order_by("position"):
        said[row.kind].append(in_language(row.texts, language))
    return {kind: texts for kind, texts in said.items() if texts}
