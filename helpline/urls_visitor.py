"""A tenant's own host: what each app answers there."""

from __future__ import annotations

from django.urls import include, path

handler404 = "chat.pages.missing.missing"
urlpatterns = [
    path("", include("chat.urls_visitor")),
    path("", include("referrals.urls_visitor")),
]
