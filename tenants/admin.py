"""The platform's own rows, to look at. Nothing that belongs to a tenant is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from tenants import staff
from tenants.models import Operator, Tenant

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class takes no type at run time
    ModelAdmin = admin.ModelAdmin


class OperatorPasswordChange(AdminPasswordChangeForm):
    """Who proves the old password keeps what it opens."""

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:  # Django's signature
        user = super().save(commit)
        said = self.cleaned_data
        staff.tell_of_change(self.user, old=said["old_password"], new=said["new_password1"])
        return user


def password_change(request: HttpRequest) -> HttpResponseBase:
    """The page of Django's own administration, with the form above."""
    view = PasswordChangeView.as_view(
        form_class=OperatorPasswordChange,
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)


class LookOnly(ModelAdmin):
    """Tenants are made by charters (load_charters); here one sees which there are."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Operator)
class OperatorAdmin(LookOnly):
    list_display = ("name", "slug")


@admin.register(Tenant)
class TenantAdmin(LookOnly):
    list_display = ("name", "slug", "operator", "country", "live")
    list_select_related = ("operator",)
