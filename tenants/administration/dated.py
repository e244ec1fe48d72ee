"""Dates on which the usual hours do not hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.administration.entries import EntryForm, Section
from tenants.administration.reading import EntryAdmin, column
from tenants.administration.site import tenant_site
from tenants.charter.openings import read_opens
from tenants.models import HoursException

_NAMES = "exceptions"


class DatedForm(EntryForm):
    """One row of a date. Without times the line is closed on it.  Rule: D2"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.row.origin = HoursException.Origin.CHARTER

    @property
    def row(self) -> HoursException:
        assert isinstance(self.instance, HoursException)
        return self.instance

    def entry(self, said: Any) -> dict[str, object]:
        found = super().entry(said)
        if "opens" not in found and "closes" not in found:
            found["closed"] = True
        return found

    def charter(self, entry: dict[str, object]) -> dict[str, object]:
        of_charter = HoursException.objects.filter(origin=self.row.origin)
        others = [self._other(row) for row in of_charter.exclude(pk=self.instance.pk)]
        return {_NAMES: [*others, entry], "holidays": {"closed": False, "rule": "ours"}}

    def _other(self, row: HoursException) -> dict[str, object]:
        """Return a row that stands already, as far as another can contradict it."""
        found = {**dict.fromkeys(self.tenant.languages, "–"), "on": row.on, "rule": row.rule}
        if row.opens is None or row.closes is None:
            return {**found, "closed": True}
        return {**found, "opens": f"{row.opens:%H:%M}", "closes": f"{row.closes:%H:%M}"}


class DatedAdmin(EntryAdmin):
    section = Section(_NAMES, read_opens, "reason", 200, _("Reason"))
    entry_form = DatedForm
    about = _("On these dates other times hold instead of the usual ones. Without times the line is closed. Rule D2.")  # fmt: skip
    list_display = ("on", column("opens"), column("closes"))
    list_display_links = ("on",)
    folded = ("rule",)
    date_hierarchy = "on"
    ordering = ("-on", "opens")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        text, *columns, missing = super().get_list_display(request)
        return (*columns, text, missing)

    def ordered(self, texts: list[str], rest: list[str]) -> list[str]:
        return [*rest, *texts]


tenant_site.register(HoursException, DatedAdmin)
menu.add(
    menu.Group.HOURS,
    _("Dates that differ"),
    "admin:tenants_hoursexception_changelist",
    place=20,
    hint=DatedAdmin.about,
)
