"""The platform's own host, `admin.<base>`. Tenants' hosts have urls_visitor and urls_desk beside it."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path
from django_celery_beat import models as beat

from chat.pages.links import forgotten, link
from retention.operators import health
from retention.views import metrics, promises
from tenants.admin import password_change
from tenants.permissions import OPERATORS, SIGNED_IN, lets_in

# Roles are memberships and the schedule stands in settings: a form for either would promise more
# than it can do.
admin.site.unregister(
    [
        Group,
        beat.ClockedSchedule,
        beat.CrontabSchedule,
        beat.IntervalSchedule,
        beat.PeriodicTask,
        beat.SolarSchedule,
        # Its pages would show the secrets of second factors, and let one be written for somebody.
        Authenticator,
        EmailAddress,
    ]
)

urlpatterns = [
    path("health/promises", promises),
    path("health/", lets_in(OPERATORS)(admin.site.admin_view(health)), name="health"),
    path("metrics", metrics),
    path("vault/", include("chat.pages.vault.urls")),
    path("link/", link, name="link"),
    path("forgotten/", forgotten, name="forgotten"),
    # The same, by the name that Django's own sign-in page looks for.
    path("forgotten/", forgotten, name="admin_password_reset"),
    # Before Django's own, under the same addresses: its pages know nothing of second factors.
    lets_in(SIGNED_IN)(path("", include("chat.pages.accounts.urls"))),
    # In the place of Django's own, under its own name: whose key a password locks keeps the key.
    path("password_change/", admin.site.admin_view(password_change)),
    path("", admin.site.urls),
]
