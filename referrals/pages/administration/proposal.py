"""What one line asks of another, as a form."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.utils.translation import gettext_lazy as _

from chat.pages.languages import active_language, locale_of
from referrals.partnerships import (
    BASIS_LENGTH,
    CRITERIA_LENGTH,
    LONGEST_WAIT_MINUTES,
    MOST_AT_ONCE,
    Terms,
)
from retention.reviews import today_at
from tenants.models import Partner, Tenant

_GIVES, _TAKES = "gives", "takes"


class ProposalForm(forms.Form):
    """``terms()`` gives what the form says, once it is valid."""

    partner = forms.ChoiceField(label=_("With which line"))
    side = forms.ChoiceField(
        label=_("Who passes on"),
        choices=[
            (_GIVES, _("This line's visitors can go on to them")),
            (_TAKES, _("Their visitors can go on to this line")),
        ],
    )
    mode = forms.ChoiceField(
        label=_("How"),
        choices=[
            (Partner.Mode.LIVE.value, _("Talk and all, if the visitor says yes")),
            (Partner.Mode.SIGNPOST.value, _("The visitor is shown the way")),
        ],
        help_text=_("Rules B3, B4"),
    )
    at_once = forms.IntegerField(
        label=_("Most at a time"), min_value=1, max_value=MOST_AT_ONCE, initial=3
    )
    waits_minutes = forms.IntegerField(
        label=_("Minutes until they are brought back"),
        min_value=1,
        max_value=LONGEST_WAIT_MINUTES,
        initial=15,
    )
    expires_on = forms.DateField(
        label=_("Ends on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until one of the two ends it."),
    )
    basis = forms.CharField(
        label=_("On which basis"),
        max_length=BASIS_LENGTH,
        help_text=_("Stands in the list of who did what, at both lines."),
    )

    def __init__(self, tenant: Tenant, partners: list[Tenant], data: Any = None) -> None:
        super().__init__(data, auto_id="pact_%s", label_suffix="")
        self._tenant = tenant
        self.fields["partner"].choices = [(one.slug, one.name) for one in partners]  # type: ignore[attr-defined]  # a ChoiceField
        self._languages = list(dict.fromkeys([*tenant.languages, "nb", "sv", "en"]))
        for language in self._languages:
            self.fields[f"criteria_{language}"] = forms.CharField(
                label=_("What belongs there ({language})").format(language=language),
                required=False,
                max_length=CRITERIA_LENGTH,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        names = get_day_names(locale=locale_of(active_language(tenant)))
        for weekday in range(7):
            for end in ("from", "to"):
                self.fields[f"{end}_{weekday}"] = forms.TimeField(
                    label=names[weekday],
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    @property
    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in ("partner", "side", "mode", "at_once", "waits_minutes")]

    @property
    def criteria(self) -> list[forms.BoundField]:
        return [self[f"criteria_{language}"] for language in self._languages]

    @property
    def week(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"from_{weekday}"], self[f"to_{weekday}"]) for weekday in range(7)]

    def clean_expires_on(self) -> date | None:
        found: date | None = self.cleaned_data["expires_on"]
        if found is not None and found < today_at(self._tenant):
            raise forms.ValidationError(_("That day is over."))
        return found

    def clean(self) -> None:
        for weekday in range(7):
            begins, ends = (self.cleaned_data.get(f"{end}_{weekday}") for end in ("from", "to"))
            if (begins is None) != (ends is None):
                self.add_error(f"to_{weekday}", _("Write both times, or neither."))

    @property
    def gives(self) -> bool:
        return bool(self.cleaned_data["side"] == _GIVES)

    def terms(self) -> Terms:
        said = self.cleaned_data
        texts = {language: said[f"criteria_{language}"].strip() for language in self._languages}
        hours: list[list[int | str]] = [
            [weekday, f"{said[f'from_{weekday}']:%H:%M}", f"{said[f'to_{weekday}']:%H:%M}"]
            for weekday in range(7)
            if said[f"from_{weekday}"] is not None
        ]
        return Terms(
            mode=said["mode"],
            criteria={language: text for language, text in texts.items() if text},
            hours=hours,
            at_once=said["at_once"],
            waits_minutes=said["waits_minutes"],
            expires_on=said["expires_on"],
        )
