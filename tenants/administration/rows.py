"""What every page of a tenant's model shares: whose it is, who may, and that it is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from tenants.audit import differing, record
from tenants.models import Membership, Tenant
from tenants.permissions import ADMINISTRATORS

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
    Form = ModelForm[Model]
    FormSet = BaseModelFormSet[Model, Form]
else:  # Django's own classes take no type at run time
    ModelAdmin, Form, FormSet = admin.ModelAdmin, ModelForm, BaseModelFormSet


class TenantAdmin(ModelAdmin):
    """A page over one model of the tenant whose scope is open.

    Whoever came through the mount may do here what the class allows (``adds``, ``changes``,
    ``removes``). Each act is an entry of the tenant's own trail, old → new; Django's log of its
    own is not written.
    """

    permission = ADMINISTRATORS
    adds: ClassVar[bool] = True
    changes: ClassVar[bool] = True
    removes: ClassVar[bool] = True
    # Of these the trail says that they changed, and neither from nor to what: it is kept for
    # longer than a person who left.
    unsaid: ClassVar[frozenset[str]] = frozenset()

    exclude: ClassVar[Any] = ("tenant",)
    show_full_result_count = False
    list_per_page = 50
    view_on_site = False
    change_list_template = "administration/change_list.html"
    change_form_template = "administration/change_form.html"
    delete_confirmation_template = "administration/delete_confirmation.html"
    delete_selected_confirmation_template = "administration/delete_selected_confirmation.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.changes and self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.removes and self.admin_site.has_permission(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        return super().render_change_form(
            request, {**context, "list_url": self._list_url()}, *args, **kwargs
        )

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> Any:
        return super().render_delete_form(request, {**context, "list_url": self._list_url()})

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """Django's own list of what became of a row is not written: the trail is."""
        return HttpResponseRedirect(reverse("admin:trail"))

    def save_model(self, request: HttpRequest, obj: Model, form: Form, change: bool) -> None:
        if not change:
            obj.tenant = tenant_of(request)  # type: ignore[attr-defined]  # a TenantModel
        before = _found(obj) if change else None
        super().save_model(request, obj, form, change)
        self.write_down(request, "changed" if change else "added", obj, before)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.write_down(request, "removed", obj, None)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for obj in queryset:
            self.write_down(request, "removed", obj, None)
        super().delete_queryset(request, queryset)

    def write_down(self, request: HttpRequest, what: str, obj: Model, before: Model | None) -> None:
        """Append to the trail that ``obj`` was added, changed or removed."""
        gone = what == "removed"
        old = _said(obj if gone else before, self.unsaid)
        new = _said(None if gone else obj, self.unsaid)
        record(
            tenant_of(request),
            actor=member_of(request),
            action=f"{obj._meta.model_name}.{what}",
            subject=None,
            basis=str(obj)[:200],
            changes=differing(old, new),
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Not in Django's log: ``save_model`` has written it down."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The same."""

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """The same."""


def tenant_of(request: HttpRequest) -> Tenant:
    """Return whose administration the request is in."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set where the site is mounted
    return tenant


def member_of(request: HttpRequest) -> Membership:
    """Return the administrator who asks."""
    member: Membership = request.membership  # type: ignore[attr-defined]  # the same
    return member


def _found(obj: Model) -> Model | None:
    return type(obj)._default_manager.filter(pk=obj.pk).first()


def _said(obj: Model | None, unsaid: frozenset[str]) -> dict[str, str]:
    """Return the columns of ``obj`` in words, without what names the row."""
    if obj is None:
        return {}
    columns = (field for field in obj._meta.concrete_fields if not field.primary_key)
    values = {
        field.name: "…" if field.name in unsaid else field.value_from_object(obj)
        for field in columns
        if field.name != "tenant"
    }
    return in_words(values)


def in_words(values: Mapping[str, object]) -> dict[str, str]:
    """Return ``values`` as the trail says them; each language of a text for itself."""
    said: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            said |= {f"{name}.{part}": str(text) for part, text in value.items()}
        elif isinstance(value, list):
            said[name] = ", ".join(str(each) for each in value)
        else:
            said[name] = "" if value is None else str(value)
    return said
