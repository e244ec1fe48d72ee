"""A tenant's desk host: what each app answers there."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("chat.urls_desk")),
    path("", include("referrals.urls_desk")),
]
