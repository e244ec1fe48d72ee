"""The platform's own rows, for its operators: who runs which lines, where they are, on which hosts.

Nothing of what is said at a line is here, not even sealed. What an operator changes of a line is
written into that line's own trail, old → new: its people see it, and who it was stays with the
platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants import creating
from tenants.audit import differing, record
from tenants.creating import Wanted
from tenants.errors import Invalid
from tenants.hosts import normalised
from tenants.models import Country, Operator, State, Tenant, TenantHost
from tenants.permissions import NOBODY, OPERATORS, lets_in
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
    TabularInline = admin.TabularInline[Model, Model]
    Form = forms.ModelForm[Model]
    TenantForm = forms.ModelForm[Tenant]
    HostForm = forms.ModelForm[TenantHost]
else:  # Django's own classes take no type at run time
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline
    Form = TenantForm = HostForm = forms.ModelForm

BY_OPERATOR = "operator"
_LANGUAGES = (("nb", "Norsk bokmål"), ("sv", "Svenska"), ("en", "English"))
_STATES = {
    State.PREPARING: _("being prepared"),
    State.LIVE: _("live"),
    State.PAUSED: _("paused"),
    State.LEFT: _("has left"),
}


def state_in_words(tenant: Tenant) -> str:
    """Return where ``tenant`` is on its path, in the active translation."""
    return str(_STATES[State(tenant.state)])


def _zones() -> list[tuple[str, str]]:
    ours = list(creating.ZONES.values())
    return [(zone, zone) for zone in (*ours, *sorted(available_timezones() - set(ours)))]


class LineForm(TenantForm):
    """What an operator says of a line. Its people say the rest themselves."""

    country = forms.ChoiceField(label=_("Country"), choices=Country.choices)
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("By this clock it opens and closes.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=_LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything that visitors read is written in each of them."),
    )

    class Meta:
        model = Tenant
        fields: ClassVar[tuple[str, ...]] = ("name", "operator", "country", "zone", "languages")
        labels: ClassVar = {"name": _("Name"), "operator": _("Organisation")}

    def clean_languages(self) -> list[str]:
        """Return the languages as they stood, and in a new line the country's own first."""
        chosen = self.cleaned_data["languages"]
        of_country = creating.LANGUAGES.get(self.data.get("country", ""))
        first: Sequence[str] = self.instance.languages or of_country or ()
        return sorted(chosen, key=lambda code: [*first, *chosen].index(code))


class NewLineForm(LineForm):
    """The same of a line that is not there yet, with its address and whom to invite."""

    administrator = forms.EmailField(
        label=_("First administrator"),
        help_text=_("Whoever has this address looks after the line from now on."),
    )

    class Meta(LineForm.Meta):
        fields = ("name", "slug", "operator", "country", "zone", "languages")
        labels: ClassVar = {**LineForm.Meta.labels, "slug": _("Short name")}
        help_texts: ClassVar = {
            "slug": _(
                "The line's address begins with it: a-z, 0-9 and -. It stands in the seals of the"
                " ledger from the first day, so it cannot be changed later."
            )
        }

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        try:
            creating.check_slug(slug)
        except Invalid:
            raise ValidationError(
                _(
                    "An address of a-z, 0-9 and -, at most 40 long; not admin, www, api or desk-…,"
                    " which are the platform's own."
                )
            ) from None
        return slug


class OwnHostForm(HostForm):
    """A domain of the line's own."""

    class Meta:
        model = TenantHost
        fields = ("hostname", "side")
        labels: ClassVar = {"hostname": _("Domain"), "side": _("Side")}

    def clean_hostname(self) -> str:
        name = normalised(self.cleaned_data["hostname"].strip())
        base = settings.HELPLINE_BASE.partition(":")[0]
        if name is None or "." not in name or name == base or name.endswith(f".{base}"):
            raise ValidationError(_("A domain of their own, such as chat.example.org."))
        return name


class PlatformAdmin(ModelAdmin):
    """A page of a platform's row: nothing is deleted, and Django's own log is not written."""

    change_form_template = "admin/platform_form.html"

    permission = OPERATORS
    # What may be done there beside looking.
    adds: ClassVar[bool] = True
    changes: ClassVar[bool] = True
    removes: ClassVar[bool] = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.changes and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.removes and super().has_delete_permission(request, obj)

    @lets_in(NOBODY)
    def history_view(self, *args: Any, **kwargs: Any) -> Any:
        """There is none of Django's own."""
        raise Http404

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Not in Django's log: the trail of the line tells it."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The same."""

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """The same."""


class HostInline(TabularInline):
    model = TenantHost
    form: Any = OwnHostForm
    extra = 0
    verbose_name, verbose_name_plural = _("domain of their own"), _("Domains of their own")


class OperatorAdmin(PlatformAdmin):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    fields = ("name", "slug")

    def save_model(self, request: HttpRequest, obj: Model, form: Form, change: bool) -> None:
        assert isinstance(obj, Operator)
        before = Operator.objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        if before is None:
            return
        changes = differing(_said(before, ("name", "slug")), _said(obj, ("name", "slug")))
        for tenant in obj.tenants.order_by("slug") if changes else ():
            with tenant_scope(tenant):
                record(
                    tenant,
                    actor=None,
                    action="operator.changed",
                    subject=None,
                    basis=BY_OPERATOR,
                    changes=changes,
                )


class LineAdmin(PlatformAdmin):
    list_display = ("name", "slug", "operator", "country", "state_in_words")
    list_select_related = ("operator",)
    list_filter = ("country",)
    search_fields = ("name", "slug", "operator__name")
    inlines: ClassVar = [HostInline]

    @admin.display(description=_("State"))
    def state_in_words(self, tenant: Tenant) -> str:
        return state_in_words(tenant)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        made = LineForm if obj else NewLineForm
        return super().get_form(request, obj, change, **{**kwargs, "form": made})

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return (*NewLineForm.Meta.fields, "administrator")
        return ("slug", "state_in_words", *LineForm.Meta.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("slug", "state_in_words") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return [HostInline] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        has_left = isinstance(obj, Tenant) and obj.state == State.LEFT
        return not has_left and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Model, form: Form, change: bool) -> None:
        assert isinstance(obj, Tenant)
        if not change:
            self._create(obj, form.cleaned_data)
            return
        before = Tenant.objects.get(pk=obj.pk)
        obj.save(update_fields=list(LineForm.Meta.fields))
        old, new = (_said(one, LineForm.Meta.fields) for one in (before, obj))
        _note(obj, differing(old, new))

    @staticmethod
    def _create(obj: Tenant, said: dict[str, Any]) -> None:
        names = ("slug", "name", "operator", "country", "zone", "languages")
        made = creating.create_tenant(Wanted(**{name: said[name] for name in names}))
        with tenant_scope(made):
            creating.appoint(made, email=said["administrator"], language=made.default_language)
        obj.__dict__.update(made.__dict__)

    def save_formset(self, request: HttpRequest, form: Form, formset: Any, change: bool) -> None:
        tenant = form.instance
        assert isinstance(tenant, Tenant)
        before = _hosts(tenant)
        super().save_formset(request, form, formset, change)
        _note(tenant, differing({"hosts": before}, {"hosts": _hosts(tenant)}))


def _note(tenant: Tenant, changes: Any) -> None:
    if not changes:
        return
    with tenant_scope(tenant):
        record(
            tenant,
            actor=None,
            action="tenant.changed",
            subject=None,
            basis=BY_OPERATOR,
            changes=changes,
        )


def _hosts(tenant: Tenant) -> str:
    rows: QuerySet[TenantHost] = tenant.hosts.order_by("hostname")
    return ", ".join(f"{row.hostname} ({row.side})" for row in rows)


def _said(row: Operator | Tenant, names: Iterable[str]) -> dict[str, str]:
    found = {name: getattr(row, name) for name in names}
    return {name: ", ".join(v) if isinstance(v, list) else str(v) for name, v in found.items()}
