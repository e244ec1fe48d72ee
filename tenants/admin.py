"""The platform's own rows, to look at. Nothing that belongs to a tenant is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from tenants import staff
from tenants.models import Operator, Tenant, User
from tenants.permissions import NOBODY, OPERATORS, lets_in

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class takes no type at run time
    ModelAdmin = admin.ModelAdmin


class OperatorSignIn(AdminAuthenticationForm):
    """The platform's own door: as at a desk's, whoever must know is told of the password."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if isinstance(self.user_cache, User):
            staff.greet(None, self.user_cache, cleaned["password"])
        return cleaned


admin.site.login_form = OperatorSignIn
lets_in(OPERATORS)(admin.site)


class OperatorPasswordChange(AdminPasswordChangeForm):
    """Who proves the old password keeps what it opens."""

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:  # Django's signature
        user = super().save(commit)
        said = self.cleaned_data
        staff.tell_of_change(self.user, old=said["old_password"], new=said["new_password1"])
        return user


@lets_in(OPERATORS)
def password_change(request: HttpRequest) -> HttpResponseBase:
    """The page of Django's own administration, with the form above."""
    view = PasswordChangeView.as_view(
        form_class=OperatorPasswordChange,
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)


class Unlogged(ModelAdmin):
    """Django keeps a log of its own of what is done; here that is a table nobody may touch."""

    @lets_in(NOBODY)
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404


class LookOnly(Unlogged):
    """Tenants are made by charters (load_charters); here one sees which there are."""

    permission = OPERATORS
    # What may be done there beside looking.
    adds = changes = removes = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.changes

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.removes


@admin.register(Operator)
class OperatorAdmin(LookOnly):
    list_display = ("name", "slug")


@admin.register(Tenant)
class TenantAdmin(LookOnly):
    list_display = ("name", "slug", "operator", "country", "live")
    list_select_related = ("operator",)
