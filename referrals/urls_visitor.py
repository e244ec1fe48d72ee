"""What passing on adds to a tenant's own host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.pages.piece import piece

urlpatterns: list[URLPattern | URLResolver] = [
    path("handoffs/piece/", piece, name="handoff-piece"),
]
