"""The platform's own door and its own rows. Nothing that belongs to a tenant is registered here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from tenants import news, staff
from tenants.administration.operators import LineAdmin, OperatorAdmin, PlatformAdmin
from tenants.models import Operator, Tenant
from tenants.permissions import OPERATORS, lets_in

lets_in(OPERATORS)(admin.site)
admin.site.site_header = admin.site.site_title = "Helpline"
admin.site.enable_nav_sidebar = False


class OperatorPasswordChange(AdminPasswordChangeForm):
    """Who proves the old password keeps what it opens."""

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:  # Django's signature
        user = super().save(commit)
        said = self.cleaned_data
        staff.tell_of_change(self.user, old=said["old_password"], new=said["new_password1"])
        news.tell(self.user, news.What.PASSWORD)
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


class LookOnly(PlatformAdmin):
    """Rows that are made and changed elsewhere; here one sees which there are."""

    adds = changes = removes = False


admin.site.register(Operator, OperatorAdmin)
admin.site.register(Tenant, LineAdmin)
