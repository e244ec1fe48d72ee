"""What was set, in words: each setting by its name, from what and to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.pages.administration.embedding import BubbleForm
from chat.pages.administration.hours import DAY_NAMES, WeekForm
from chat.pages.administration.look import ThemeForm
from chat.pages.administration.member_form import PlaceForm
from chat.pages.policy_form import policy_labels
from tenants.administration.talk import NameForm, TalkForm
from tenants.administration.wording import LABELS, LANGUAGES
from tenants.charter.rules import OURS

_FORMS = (TalkForm, NameForm, ThemeForm, BubbleForm, WeekForm, PlaceForm)
_MORE: dict[str, str | Promise] = {
    "texts": gettext_lazy("Text"),
    "label": gettext_lazy("Name"),
    "reason": gettext_lazy("Reason"),
    "position": gettext_lazy("Order"),
    "title": gettext_lazy("Title"),
    "state": gettext_lazy("State"),
    "at_once": gettext_lazy("Most at a time"),
    "waits_minutes": gettext_lazy("Minutes until they are brought back"),
    "expires_on": gettext_lazy("Ends on"),
    "side": gettext_lazy("Who passes on"),
    "partner": gettext_lazy("With which line"),
    "criteria": gettext_lazy("What belongs there"),
    "hours": gettext_lazy("Opening hours"),
    "bubble_opens": gettext_lazy("The chat opens"),
    "bubble_origins": gettext_lazy("Pages that may show it in a window"),
}
# What stands in the trail as a code, by the setting: the floors above fill it.
VALUES: dict[tuple[str, str], Promise] = {}


@dataclass(frozen=True)
class Change:
    """One setting: what it was and what it became. Empty where there was or is none.

    ``language`` is that of a text, and empty for what is no text.
    """

    name: str
    old: str
    new: str
    language: str = ""


def changes_in_words(changes: Mapping[str, Sequence[str]]) -> list[Change]:
    """Return ``AuditEntry.changes`` as a page shows them, in the active translation."""
    return [
        Change(_named(name), _said(name, old), _said(name, new), _language_of(name))
        for name, (old, new) in changes.items()
        if name != "origin"
    ]


def _named(name: str) -> str:
    column, _dot, part = name.partition(".")
    labels = dict(_labels())
    if name in labels:
        return str(labels[name])
    if column == "theme":
        return str(labels.get(part, part))
    label = str(labels.get(column, column))
    return f"{label} ({LANGUAGES.get(part, part)})" if part else label


def _language_of(name: str) -> str:
    part = name.rpartition(".")[2]
    return part if part in LANGUAGES else ""


def _labels() -> Iterator[tuple[str, object]]:
    for form in _FORMS:
        yield from ((name, field.label) for name, field in form.base_fields.items())
    yield from LABELS.items()
    yield from _MORE.items()
    yield from policy_labels()
    yield from DAY_NAMES


def _said(name: str, value: str) -> str:
    if (name, value) in VALUES:
        return str(VALUES[name, value])
    return {"True": _("yes"), "False": _("no"), OURS: _("ours")}.get(value, value)
