"""What a tenant's own host answers: the visitor's page."""

from __future__ import annotations

from django.urls import path

from chat.pages.theme import theme
from chat.pages.visitor import visitor
from chat.views import start, status

urlpatterns = [
    path("", visitor, name="visitor"),
    path("api/status", status, name="status"),
    path("api/conversations", start, name="start"),
    path("theme.css", theme, name="theme"),
]
