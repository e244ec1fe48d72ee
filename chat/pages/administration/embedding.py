"""The bubble on the organisation's own pages: whether, how, from where, and what to paste there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.pages.administration.look import Colour
from tenants.administration import menu
from tenants.administration.rows import tenant_of
from tenants.administration.settings import SettingsForm, settings_page
from tenants.administration.site import tenant_site
from tenants.administration.wording import OPENS
from tenants.charter.contradictions import refuse_unreadable
from tenants.charter.sections import read_bubble
from tenants.charter.table import Problems
from tenants.hosts import url_of
from tenants.models import Tenant

_COLOURS = ("bubble", "bubble_text")
_DEFAULTS = {"bubble": "accent", "bubble_text": "accent_text"}


class BubbleForm(SettingsForm):
    """What a charter's ``[bubble]`` says.  Rule: T2"""

    action = "bubble.changed"
    places = {
        "shown": "bubble.shown",
        "opens": "bubble.opens",
        "origins": "bubble.origins",
        "bubble": "bubble.colour",
        "bubble_text": "bubble.text",
    }
    read = read_bubble

    shown = forms.BooleanField(
        label=_("Show the bubble on our own pages"),
        help_text=_("While the line is open and somebody is at the desk, and never else. Rule T2."),
    )
    opens = forms.ChoiceField(
        choices=list(OPENS.items()), widget=forms.RadioSelect, label=_("The chat opens")
    )
    origins = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        label=_("Pages that may show it in a window"),
        help_text=_("One origin on each line, such as https://www.town.se: no path, no wildcard."),
    )
    bubble = Colour(_("Colour of the bubble"))
    bubble_text = Colour(_("Text on the bubble"), _("A contrast of 4.5 at least."))

    def of(self, tenant: Tenant) -> dict[str, object]:
        colours = {
            name: tenant.theme.get(name) or tenant.theme.get(usual)
            for name, usual in _DEFAULTS.items()
        }
        return {
            "shown": bool(tenant.bubble_opens),
            "opens": tenant.bubble_opens or Tenant.BubbleOpens.FRAME.value,
            "origins": "\n".join(tenant.bubble_origins),
            **colours,
        }

    def charter(self, said: Mapping[str, Any]) -> dict[str, dict[str, object]]:
        if not said.get("shown"):
            return {"bubble": {"shown": "never", "rule": "ours"}}
        within = super().charter(said)["bubble"]
        within |= {"shown": "while_open", "origins": _lines(said)}
        if said.get("opens") != Tenant.BubbleOpens.FRAME:
            del within["origins"]
        return {"bubble": within}

    def contradict(self, said: Mapping[str, Any], problems: Problems) -> None:
        if said.get("shown") and not any(problems.below(f"bubble.{n}") for n in ("colour", "text")):
            refuse_unreadable({name: said[name] for name in _COLOURS}, problems)

    def values(self) -> dict[str, object]:
        said, is_shown = self.cleaned_data, self.cleaned_data["shown"]
        theme = {name: v for name, v in self.tenant.theme.items() if name not in _COLOURS}
        framed = is_shown and said["opens"] == Tenant.BubbleOpens.FRAME
        return {
            "bubble_opens": said["opens"] if is_shown else "",
            "bubble_origins": _lines(said) if framed else [],
            "theme": {**theme, **({n: said[n] for n in _COLOURS} if is_shown else {})},
        }


def _lines(said: Mapping[str, Any]) -> list[str]:
    return [line.strip() for line in said.get("origins", "").splitlines() if line.strip()]


def snippet_of(tenant: Tenant) -> str:
    """Return what the organisation pastes into its own pages (docs/bubble.md)."""
    return f'<script src="{url_of(tenant.slug, "visitor")}bubble.js" async></script>'


@tenant_site.page("embedding/", name="embedding")
def embedding(request: HttpRequest) -> HttpResponse:
    """Show and save where the bubble may stand, with what to paste there."""
    tenant = tenant_of(request)
    home = url_of(tenant.slug, "visitor")
    return settings_page(
        request,
        BubbleForm,
        "administration/embedding.html",
        title=gettext("The bubble on our own pages"),
        about=lambda form: {
            "snippet": snippet_of(tenant),
            "policy": f"script-src {home}bubble.js; frame-src {home}",
            "is_shown": bool(tenant.bubble_opens),
        },
    )


menu.add(
    menu.Group.LOOK,
    _("The bubble on our own pages"),
    "admin:embedding",
    place=30,
    hint=_("Where it may stand, and what to paste there. Rule T2."),
)
