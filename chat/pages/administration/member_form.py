"""A member's place as a form: the role, the title in each language, the first name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chat.pages.office.wording import ROLES
from tenants.invitations import FIRST_NAME_CHARACTERS, TITLE_CHARACTERS
from tenants.models import Membership, Tenant


class PlaceForm(forms.Form):
    """``place()`` gives what the form says, once it is valid; one's own role stays as it is."""

    role = forms.ChoiceField(
        choices=list(ROLES.items()),
        label=_("Role"),
        help_text=_("What it opens holds from this moment on, also in windows that are open."),
    )
    active = forms.BooleanField(
        required=False,
        label=_("Is let in"),
        help_text=_("Without it they come in nowhere here, and nothing of theirs is forgotten."),
    )
    first_name = forms.CharField(
        required=False,
        max_length=FIRST_NAME_CHARACTERS,
        label=_("First name"),
        help_text=_("Visitors see it only where this line shows first names. Rules S3, D1, B7"),
    )

    def __init__(
        self, tenant: Tenant, member: Membership, *, is_own: bool, data: Any = None
    ) -> None:
        initial = {
            "role": member.role,
            "active": member.active,
            "first_name": member.first_name,
            **{f"title_{language}": text for language, text in member.title.items()},
        }
        super().__init__(data, initial=initial, auto_id="place_%s", label_suffix="")
        self._languages = list(tenant.languages)
        for language in self._languages:
            self.fields[f"title_{language}"] = forms.CharField(
                required=False,
                max_length=TITLE_CHARACTERS,
                label=_("Title ({language})").format(language=language),
                help_text=_("What visitors read beside what is written to them."),
            )
        if is_own:
            self.fields["role"].disabled = self.fields["active"].disabled = True

    def place(self) -> dict[str, Any]:
        """Return it as ``change_place`` takes it. Call it on a valid form."""
        said = self.cleaned_data
        return {
            "role": said["role"],
            "active": said["active"],
            "first_name": said["first_name"].strip(),
            "title": {language: said[f"title_{language}"].strip() for language in self._languages},
        }
