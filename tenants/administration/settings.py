"""The settings that stand on the tenant's own row: forms over the charter's tables of single values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tenants.administration.rows import in_words, member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.audit import Changes, differing, record
from tenants.charter.table import Problems, Table
from tenants.models import Membership, Tenant


def set_columns(
    tenant: Tenant, values: Mapping[str, object], *, member: Membership, action: str
) -> Changes:
    """Write ``values`` to the tenant's row and what became of them to its trail. In the scope.

    Return what differed. Nothing is written where nothing does.
    """
    row = Tenant.objects.select_for_update().get(pk=tenant.pk)
    old = {name: getattr(row, name) for name in values}
    changes = differing(in_words(old), in_words(values))
    if old != dict(values):
        for name, value in values.items():
            setattr(row, name, value)
            setattr(tenant, name, value)
        row.save(update_fields=list(values))
        record(
            tenant, actor=member, action=action, subject=None, basis=row.name[:200], changes=changes
        )
    return changes


class SettingsForm(forms.Form):
    """Fields over columns of the tenant; ``places`` says where each stands in a charter.

    The charter's own readers refuse what they would refuse in a file, in the same words.
    """

    action: ClassVar[str]
    # The column, and where a charter has it: "queue.cap".
    places: ClassVar[Mapping[str, str]]
    read: ClassVar[Callable[..., object]]

    def __init__(self, tenant: Tenant, data: Any = None) -> None:
        super().__init__(data, initial=self.of(tenant), auto_id="id_%s")
        self.tenant = tenant
        for field in self.fields.values():
            field.required = False

    def of(self, tenant: Tenant) -> dict[str, object]:
        """Return what stands on the row now, by field."""
        return {name: getattr(tenant, name) for name in self.places}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        problems = Problems("")
        self.read_in(Table(self.charter(said), key="", problems=problems))
        self.contradict(said, problems)
        fields = {place: name for name, place in self.places.items()}
        told = set(self.errors)
        for problem in problems.all:
            place, _bracket, _rest = problem.key.partition("[")
            name = fields.get(place)
            if name not in told:
                self.add_error(name, problem.in_words)
        return said

    def read_in(self, root: Table) -> None:
        """Let the charter's reader look at what was said."""
        type(self).read(root)

    def charter(self, said: Mapping[str, Any]) -> dict[str, dict[str, object]]:
        """Return what was ``said`` as the tables of a charter."""
        found: dict[str, dict[str, object]] = {}
        for name, place in self.places.items():
            table, _dot, key = place.partition(".")
            within = found.setdefault(table, {"rule": "ours"})
            if said.get(name) not in ("", None):
                within[key] = said[name]
        return found

    def contradict(self, said: Mapping[str, Any], problems: Problems) -> None:
        """Note in ``problems`` what the tables say together with the rest of the charter."""

    def values(self) -> dict[str, object]:
        """Return the columns that a valid form wants."""
        return {name: self.cleaned_data[name] for name in self.places}


def settings_page(
    request: HttpRequest,
    form_of: type[SettingsForm],
    template: str,
    *,
    title: str,
    about: Callable[[SettingsForm], dict[str, object]] = lambda form: {},
) -> HttpResponse:
    """Show a form over the tenant's row and save what it says; ``about`` adds to the page."""
    tenant = tenant_of(request)
    form = form_of(tenant, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        set_columns(tenant, form.values(), member=member_of(request), action=form.action)
        messages.success(request, _("Saved. Visitors see it from now on."))
        return HttpResponseRedirect(request.path)
    return tenant_site.show(request, template, title=title, form=form, **about(form))
