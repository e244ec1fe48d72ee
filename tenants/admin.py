"""The platform's own rows, to look at. Nothing that belongs to a tenant is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from tenants.models import Operator, Tenant

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class takes no type at run time
    ModelAdmin = admin.ModelAdmin


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
