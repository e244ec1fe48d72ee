"""The vault's addresses on the platform's own host, below ``/vault/``."""

from __future__ import annotations

from django.urls import path

from chat.pages.vault.operators import line, opening, vaults

urlpatterns = [
    path("", vaults, name="vaults"),
    path("t/<slug:slug>/", line, name="vault-line"),
    path("t/<slug:slug>/<uuid:request_id>/", opening, name="vault-opening"),
]
