"""The queue, the talk and what comes after it; the name, and which languages are spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.administration.settings import SettingsForm, settings_page
from tenants.administration.site import tenant_site
from tenants.administration.wording import ICONS, LANGUAGES, rule_choices
from tenants.charter import shape
from tenants.charter.contradictions import refuse_endless_last_call, refuse_names
from tenants.charter.endings import read_after_talk
from tenants.charter.openings import shortest_opening
from tenants.charter.sections import read_identity, read_queue
from tenants.charter.table import Problems, Table
from tenants.models import Hours, Phrase, Tenant

TEMPLATE = "administration/settings.html"


def openings() -> list[shape.Opening]:
    """Return the usual week as a charter has it. In the scope."""
    return [
        shape.Opening(row.weekday, row.opens, row.closes, row.rule) for row in Hours.objects.all()
    ]


class TalkForm(SettingsForm):
    action = "talk.changed"
    places = {
        "queue_cap": "queue.cap",
        "queues_unstaffed": "queue.unstaffed",
        "may_pick": "queue.pick",
        "closing_warning_minutes": "queue.closing_warning_minutes",
        "last_call_minutes": "queue.last_call_minutes",
        "capacity": "talk.at_once",
        "wrap_up_seconds": "talk.wrap_up_seconds",
        "visitor_lost_minutes": "talk.visitor_lost_minutes",
        "shows_first_name": "talk.shows_first_name",
        "breather_minutes": "closing.breather_minutes",
        "cooldown_minutes": "closing.cooldown_minutes",
        "handover_hours": "closing.handover_hours",
        "offers_code": "code.offered",
        "code_rule": "code.rule",
    }

    queue_cap = forms.IntegerField(
        label=_("How many may wait"),
        help_text=_("Whoever comes after them is shown other ways to get help. 1 to 500."),
    )
    queues_unstaffed = forms.BooleanField(label=_("One may wait while nobody is at the desk"))
    may_pick = forms.BooleanField(label=_("Counsellors may take somebody who is not next"))
    closing_warning_minutes = forms.IntegerField(
        label=_("Those who wait are told of closing time, minutes before"),
        help_text=_("0 to 120. Rules S1, D3."),
    )
    last_call_minutes = forms.IntegerField(
        label=_("Last call, minutes after closing time"),
        help_text=_(
            "Those who wait may still be taken; nobody new comes. Shorter than the shortest opening. Rule D3."
        ),
    )
    capacity = forms.IntegerField(
        label=_("Talks at once, for each counsellor"), help_text=_("1 to 10.")
    )
    wrap_up_seconds = forms.IntegerField(
        label=_("Pause after each talk, in seconds"), help_text=_("0 for none, 600 at most.")
    )
    visitor_lost_minutes = forms.IntegerField(
        label=_("A talk ends when its visitor was away for, minutes"), help_text=_("2 to 240.")
    )
    shows_first_name = forms.BooleanField(
        label=_("Visitors see the counsellor's first name"), help_text=_("Rules S3, D1, B7.")
    )
    breather_minutes = forms.IntegerField(
        label=_("Breather after a heavy talk, in minutes"), help_text=_("0 for none, 60 at most.")
    )
    cooldown_minutes = forms.IntegerField(
        label=_("A place that abuse came from is slowed down for at most, minutes"),
        help_text=_("By two people. 0 for never, 60 at most."),
    )
    handover_hours = forms.IntegerField(
        label=_("A note from one shift to the next is kept for, hours"), help_text=_("1 to 168.")
    )
    offers_code = forms.BooleanField(label=_("Visitors are offered a code to come back with"))
    code_rule = forms.ChoiceField(choices=rule_choices, label=_("Source of the code"))

    def read_in(self, root: Table) -> None:
        read_queue(root)
        read_after_talk(root)

    def contradict(self, said: Mapping[str, Any], problems: Problems) -> None:
        if said.get("last_call_minutes"):
            refuse_endless_last_call(
                said["last_call_minutes"], shortest_opening(openings()), problems
            )
        if not said.get("shows_first_name"):
            named = Problems("")
            refuse_names(list(Phrase.objects.values_list("texts", flat=True)), named)
            for problem in named.all[:1]:
                problems.note(
                    "talk.shows_first_name",
                    found=problem.found,
                    expected=gettext("no phrase with {name}"),
                )


class NameForm(SettingsForm):
    action = "name.changed"
    places = {
        "name": "tenant.name",
        "neutral_title": "tenant.neutral_title",
        "neutral_icon": "tenant.neutral_icon",
        "languages": "tenant.languages",
    }

    name = forms.CharField(label=_("Name of the line"))
    neutral_title = forms.CharField(
        label=_("Title in the browser's tab and history"),
        help_text=_("Says nothing about why one came. At most 40 characters. Rule D12."),
    )
    neutral_icon = forms.ChoiceField(
        choices=list(ICONS.items()),
        widget=forms.RadioSelect,
        label=_("Icon in the browser's tab"),
        help_text=_("Each could be of any page at all."),
    )
    first = forms.ChoiceField(choices=list(LANGUAGES.items()), label=_("The line's own language"))
    languages = forms.MultipleChoiceField(
        choices=list(LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
        label=_("Languages for visitors"),
        help_text=_(
            "Every text is then to be written in each of them; what is missing stands under “Texts in each language”. Visitors are offered a new one once nothing is missing."
        ),
    )

    read = read_identity

    def of(self, tenant: Tenant) -> dict[str, object]:
        return {**super().of(tenant), "first": tenant.languages[0]}

    def charter(self, said: Mapping[str, Any]) -> dict[str, dict[str, object]]:
        tenant = self.tenant
        found = super().charter(said)
        operator = {"slug": tenant.operator.slug, "name": tenant.operator.name}
        found["tenant"] |= {
            "slug": tenant.slug, "country": tenant.country, "zone": tenant.zone,
            "live": tenant.live, "operator": operator, "languages": _ordered(said),
        }  # fmt: skip
        return found

    def values(self) -> dict[str, object]:
        return {**super().values(), "languages": _ordered(self.cleaned_data)}


def _ordered(said: Mapping[str, Any]) -> list[str]:
    """Return the chosen languages, the line's own first."""
    first = said.get("first", "")
    return list(dict.fromkeys(filter(None, (first, *(said.get("languages") or ())))))


@tenant_site.page("talk/", name="talk")
def talk(request: HttpRequest) -> HttpResponse:
    """Show and save how many wait, how talks go, and what comes after them."""
    return settings_page(request, TalkForm, TEMPLATE, title=gettext("Queue and talk"))


@tenant_site.page("name/", name="name")
def name(request: HttpRequest) -> HttpResponse:
    """Show and save what the line is called, and in which languages it speaks."""
    return settings_page(request, NameForm, TEMPLATE, title=gettext("Name and languages"))


menu.add(
    menu.Group.STAFF,
    _("Queue and talk"),
    "admin:talk",
    place=50,
    hint=_("How many wait, how talks go, and what comes after them."),
)
menu.add(
    menu.Group.LOOK,
    _("Name and languages"),
    "admin:name",
    place=10,
    hint=_(
        "What the line is called, what a browser's history shows, and which languages visitors may choose."
    ),
)
