"""The colours of a line, with the contrast that each pair has, and how the visitor's page begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.administration.rows import tenant_of
from tenants.administration.settings import SettingsForm, settings_page
from tenants.administration.site import tenant_site
from tenants.administration.wording import Words
from tenants.charter.colours import READABLE, contrast
from tenants.charter.contradictions import PAIRS, refuse_unreadable
from tenants.charter.sections import read_theme
from tenants.charter.table import COLOUR, Problems

# As the platform itself has them (static/css/tokens.css).
_DEFAULTS = {"accent": "#1c6470", "accent_text": "#ffffff", "surface": "#f6f5f1", "text": "#1d2b30"}
_WORDS: dict[str, Words] = {
    "accent_text": _("Text on buttons"),
    "text": _("Ordinary text"),
    "accent": _("Links and headings"),
}


class Colour(forms.CharField):
    """A colour as a charter writes it; typed or picked."""

    def __init__(self, label: Words, help_text: Words = "") -> None:
        picker = forms.TextInput(attrs={"type": "color"})
        super().__init__(label=label, help_text=help_text, widget=picker)

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).lower()


class ThemeForm(SettingsForm):
    """The four colours from which every page of the line is made."""

    action = "theme.changed"
    places = {name: f"theme.{name}" for name in _DEFAULTS}
    read = read_theme

    accent = Colour(_("Main colour"), _("Of buttons and links."))
    accent_text = Colour(_("Text on the main colour"))
    surface = Colour(_("Background"))
    text = Colour(_("Text on the background"))

    def of(self, tenant: Any) -> dict[str, object]:
        return {name: tenant.theme.get(name, usual) for name, usual in _DEFAULTS.items()}

    def contradict(self, said: Mapping[str, Any], problems: Problems) -> None:
        if not problems.all:
            refuse_unreadable({name: said[name] for name in _DEFAULTS}, problems)

    def values(self) -> dict[str, object]:
        return {"theme": {**self.tenant.theme, **{n: self.cleaned_data[n] for n in _DEFAULTS}}}


@dataclass(frozen=True)
class Pair:
    """Two colours that are read on each other; the page's script keeps the number up to date."""

    label: Words
    front: str
    back: str
    ratio: str
    is_readable: bool


def pairs_of(colours: Mapping[str, object]) -> list[Pair]:
    """Return the contrast of each pair that WCAG 2.2 asks about."""
    found = []
    for _key, front, back, _least in PAIRS:
        one, other = str(colours.get(front, "")), str(colours.get(back, ""))
        if front in _WORDS and COLOUR.fullmatch(one) and COLOUR.fullmatch(other):
            ratio = contrast(one, other)
            found.append(Pair(_WORDS[front], front, back, f"{ratio:.2f}", ratio >= READABLE))
    return found


def _about(form: SettingsForm) -> dict[str, object]:
    shown = {name: form[name].value() for name in _DEFAULTS}
    return {"pairs": pairs_of(shown), "least": READABLE}


@tenant_site.page("theme/", name="theme")
def theme(request: HttpRequest) -> HttpResponse:
    """Show the colours and what is made of them; save what can be read."""
    return settings_page(
        request,
        ThemeForm,
        "administration/theme.html",
        title=gettext("Colours"),
        about=lambda form: {**_about(form), "name": tenant_of(request).name},
    )


menu.add(
    menu.Group.LOOK,
    _("Colours"),
    "admin:theme",
    place=20,
    hint=_("With the contrast of each pair; what cannot be read is refused (WCAG 2.2, 4.5:1)."),
)
