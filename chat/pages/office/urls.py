"""The addresses of the office, below ``/desk/office/``."""

from __future__ import annotations

from django.urls import path

from chat.pages.office.policy import discard, draft, policy, publish
from chat.pages.office.vault import opening, vault

urlpatterns = [
    path("policy/", policy, name="office-policy"),
    path("policy/draft/", draft, name="office-draft"),
    path("policy/discard/", discard, name="office-discard"),
    path("policy/publish/", publish, name="office-publish"),
    path("vault/", vault, name="office-vault"),
    path("vault/<uuid:request_id>/", opening, name="office-opening"),
]
