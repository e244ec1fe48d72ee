"""The addresses of the office, below ``/desk/office/``."""

from __future__ import annotations

from django.urls import path

from chat.pages.office.policy import policy

urlpatterns = [
    path("policy/", policy, name="office-policy"),
]
